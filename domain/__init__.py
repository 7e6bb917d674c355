"""The ground floor: values everybody shares. Frozen, no input or output, no clock, and nothing else of this project.

Belongs here: what a ticket, an asset, a person, a finding, a message to send *is*. Not: what a norm demands (`rules`),
how a system tells it (`connectors`), what the bot does about it (`bot`).
"""
