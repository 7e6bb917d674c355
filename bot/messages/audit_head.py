"""The head of the audit trail, as it is left with somebody else: a letter, and what is posted to a web address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.messages.i18n.speaker import Translator
from domain.sentence import Quote


def compose(head: str, at: datetime, installation: str, speak: Translator) -> dict[str, Any]:
    """Subject and text of the letter, and `post`: the same for a machine. `head` is NUMBER:HASH, `at` in UTC."""
    rows = [
        speak.say("The audit trail of Sluiswachter ends with this row:"),
        head,
        speak.say(
            "Keep this letter where whoever administers the database cannot reach it. A trail that was written anew or"
            " cut off is found out with it: {command}",
            command=Quote(f"sluis audit verify --anchor {head}"),
        ),
        speak.say("Installation: {name}", name=Quote(installation)),
    ]
    return {
        "subject": speak.say(
            "Audit trail on {moment}: row {number}", moment=at, number=Quote(head.partition(":")[0])
        ),
        "text": "\n\n".join(rows),
        "post": {"head": head, "at": at.isoformat(), "installation": installation},
    }
