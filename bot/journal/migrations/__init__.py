"""Alembic's scripts; `bot.journal.migrate` runs them."""
