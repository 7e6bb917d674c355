"""Whose decision counts: decisions of a cycle, who belonged to a role then, what overtakes them, who stands in."""
