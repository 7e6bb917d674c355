"""What people do in the message service: kept before it is acknowledged, worked off once, answered.

Belongs here: who they are in the ticket's system, whether they may, what comes of it. Not: how a service tells it
(`connectors`), what an answer says (`bot.messages`), until when somebody may be left in peace (`bot.policy`).
"""
