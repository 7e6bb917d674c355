"""A ticket with everything needed to judge it: listing, facts, releases, assets, accounts, what became of the unlisted.

Belongs here: reading, through the ports. Not: what a norm says of it (`rules`).
"""
