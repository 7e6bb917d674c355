"""When evidence came, against when the rollout began and ended.

Belongs here: moments and bounds of moments, and facts as they were at one. Not: what a rule asks (`rules.checks`), nor
what overtakes an approval (`rules.approval.drift`).
"""
