"""Small things the Slack tests share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.ports.messaging import Marker

SPECS = Path(__file__).parents[3] / ".." / "shared" / "specs" / "slack"
"""Public descriptions of the API, where the machine has them."""

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
"""Earlier than anything the tests post."""

MARKER = Marker("slot-1", "digest-1", 1)


def body(text: str) -> dict[str, Any]:
    """A small message."""
    return {"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}
