"""Findings into words: ticket comments and Slack messages, in Dutch and English."""
