"""A local Jira Cloud with Jira Service Management and Assets.

Belongs here: what Jira answers, and its pages. Not: what our connector makes of it.
"""
