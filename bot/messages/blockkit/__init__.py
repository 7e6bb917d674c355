"""Slack's Block Kit: blocks, dialogs, limits and its markup, in which a ticket's text is literal.

Belongs here: the parts that every message on Slack is made of. Not: what one message says (`bot.messages`).
"""
