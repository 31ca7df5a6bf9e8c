"""Tables and rules as data files."""
