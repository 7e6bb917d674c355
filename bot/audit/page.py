"""The page of a pack: no script, nothing from elsewhere, fit to be printed. All text is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from bot.audit.sections import sections, state_of, timeline, with_beside
from bot.messages.i18n.speaker import Translator
from domain.finding import Timing
from domain.legible import legible
from domain.lifecycle import Verdict


def page(pack: Mapping[str, Any], speak: Translator) -> str:
    """A pack as HTML, in the speaker's language and time zone."""
    # Strict, so that a misspelt name in the template fails: in evidence a gap would pass for "nothing".
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda shown: legible(shown) if type(shown) is str else shown,
    )
    template = (resources.files("bot.audit") / "page.html").read_text(encoding="utf-8")
    rows = list(with_beside(pack))
    known = {about["ticket"]: about for about in pack["about"]}
    tickets = [_ticket(name, known.get(name), rows, speak) for name in pack["tickets"]]
    head = pack["head"]
    return environment.from_string(template).render(
        language=speak.language,
        title=speak.say("Evidence: {ticket}", ticket=pack["subject"]),
        made=speak.say("Made on {moment}", moment=datetime.fromisoformat(pack["made_at"])),
        tickets=tickets,
        forgotten=speak.say(
            "The ticket itself was forgotten, as kept no longer; its rows in the chain stand."
        ),
        check_title=speak.say("How to check it"),
        check=_how(speak),
        end=f"{head['seq']}:{head['hash']}",
    )


def _ticket(
    name: str, about: Mapping[str, Any] | None, rows: Sequence[Mapping[str, Any]], speak: Translator
) -> dict[str, Any]:
    """What is told of one ticket; of one that was forgotten, the rows that stand."""
    # Rows about no ticket are in a pack when they tell what became of personal data beside its own.
    own = [row for row in rows if row["ticket"] in (name, "")]
    if about is None:
        gone = speak.say("The ticket itself was forgotten, as kept no longer; its rows in the chain stand.")
        return {"title": name, "lines": [gone], "sections": [timeline(own, speak)]}
    return {
        "title": f"{about['key']} · {about['summary']}",
        "lines": _lines(about, speak),
        "sections": sections(about, own, speak),
    }


def _lines(about: Mapping[str, Any], speak: Translator) -> list[str]:
    at = datetime.fromisoformat(about["checked_at"])
    return [
        speak.say("State: {state}", state=state_of(about, speak)),
        speak.say("Last looked at: {moment}", moment=at),
        *_counted(about, speak),
        about["url"],
    ]


def _counted(about: Mapping[str, Any], speak: Translator) -> Iterator[str]:
    """How much came too late; and apart from it, of how much it cannot be seen."""
    late = sum(one["verdict"] == Verdict.LATE for one in about["verdicts"])
    unseen = sum(one.get("moment", {}).get("timing") == Timing.UNSEEN for one in about["verdicts"])
    if late:
        yield speak.say("Requirements met only after the rollout began: {number}", number=late)
    if unseen:
        yield speak.say("Requirements met, moment not seen: {number}", number=unseen)


def _how(speak: Translator) -> list[str]:
    return [
        speak.say(
            "Run verify.py with Python: it reads evidence.json, recomputes every hash and checks this page."
        ),
        speak.say(
            "It proves that nothing in this pack was changed since, and that the chain ended with the row below. "
            "Compare that with what the organisation noted elsewhere."
        ),
        speak.say(
            "Verdicts, messages and exceptions were hashed when they were recorded, not when this pack was made."
        ),
        speak.say(
            "All that this pack shows, this page too, is sealed by a row of the chain that was added when it was made. "
            "verify.py names that row; have the organisation show that it stands on record."
        ),
    ]
