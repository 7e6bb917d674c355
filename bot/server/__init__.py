"""`sluis serve`: the clock, the door for webhooks, health, and the worker that looks again at once."""
