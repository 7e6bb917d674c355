"""What must hold: the norms as data (`packs/`), one pure check per file (`checks/`), and the engine.

Belongs here: what is asked of a ticket, and whether it is met. Not: how the ticket was read, and who is told what.
"""
