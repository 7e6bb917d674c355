"""A local Slack: its Web API, Socket Mode, and pages that show what people see.

Belongs here: what Slack accepts, refuses and sends. Not: what our messages should be.
"""
