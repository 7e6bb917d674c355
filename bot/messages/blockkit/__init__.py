"""Slack's Block Kit: blocks, dialogs, limits and its markup, in which a ticket's text is literal."""
