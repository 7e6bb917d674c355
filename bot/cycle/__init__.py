"""One run over all sources, a line per stage, and the look at one ticket at once.

Belongs here: the order of things and how much a run may write. Not: how a ticket is read (`bot.intake`), what
is said of it (`bot.notify`) and how a message is brought outside (`bot.outbox`).
"""
