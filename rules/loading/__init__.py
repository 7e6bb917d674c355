"""Pack files: what one may say, how it is loaded, and what an organisation's own packs may add and tighten.

Belongs here: reading and refusing files. Not: what comes of a rule on a ticket (`rules.engine`).
"""
