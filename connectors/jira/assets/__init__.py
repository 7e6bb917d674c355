"""Jira's Assets as a register: its API on Cloud and Data Center, its attributes, and what the doctor says of it.

Belongs here: objects and what they hold. Not: which of them a ticket touches (`connectors.jira.asset_refs`).
"""
