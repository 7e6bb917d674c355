"""Puts `tests/` on the import path, so that shared helpers (`recording`) can be imported by name."""
