"""The rules themselves, by what they are about: each a function from entries to those that break it."""
