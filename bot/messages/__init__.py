"""Findings into words: ticket comments and messages, in any language there is a catalogue for. Pure.

Belongs here: what a person reads. Not: what is chosen and in which order (`bot.policy.ticket_summary`).
"""
