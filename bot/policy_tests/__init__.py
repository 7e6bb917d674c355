"""Policy tests: tickets and the verdicts expected of them, written in YAML by admins and by the packs themselves.

Belongs here: reading cases and holding them against the rules. Not: the cases (`rules/packs/cases`).
"""
