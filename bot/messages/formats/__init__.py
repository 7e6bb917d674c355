"""A composed document in the form that a system takes: ADF, wiki markup, plain text; and cut to its size.

Belongs here: one renderer a form. Not: what the document says (`bot.messages`), how it is sent (`connectors`).
"""
