"""How many tickets are drawn at random: few on every run, as many as STORIES says in `make exam-properties`."""

from __future__ import annotations

import os

from hypothesis import settings


def draws(few: int) -> settings:
    """The settings of a test that draws so many, where nothing else is asked."""
    return settings(max_examples=int(os.environ.get("STORIES", "0")) or few, deadline=None)
