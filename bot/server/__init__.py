"""`sluis serve`: the clock, the door for webhooks, health, and the worker that looks again at once.

Belongs here: threads, ports, signals. Not: what a run does (`bot.cycle`), what a request means (`connectors`).
"""
