"""Whose decision counts: decisions of a cycle, who belonged to a role then, what overtakes them, who stands in.

Belongs here: what checks ask of decisions. Not: a check of its own, nor how a source records decisions.
"""
