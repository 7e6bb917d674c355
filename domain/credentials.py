"""Credentials that end on a known day. Pure: the day is handed in."""

from __future__ import annotations

from datetime import date

WARNING = 30
"""Days before the end from which on an admin is told."""


def days_left(expires: date, today: date) -> int | None:
    """Days until the last day on which they work; negative when that is over; None when it is far off."""
    left = (expires - today).days
    return left if left <= WARNING else None


def told(expires: date, left: int) -> str:
    """One line for the admin."""
    if left < 0:
        return f"the token expired on {expires}"
    return f"the token expires on {expires}, " + (
        "today" if left == 0 else f"in {left} day{'s' * (left != 1)}"
    )
