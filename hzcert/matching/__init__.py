"""Entries and published rows, which belong together (核对): keys, candidates, points, and what follows from them. Pure."""
