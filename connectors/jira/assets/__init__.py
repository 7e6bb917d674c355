"""Jira's Assets as a register: its API on Cloud and Data Center, its attributes, and what the doctor says of it."""
