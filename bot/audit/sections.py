"""A ticket's evidence as tables of plain text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.audit.events import TIMINGS, event, name_of
from bot.messages.i18n.languages import LANGUAGES
from bot.messages.i18n.speaker import ROLE_NAMES, STATE_NAMES, VERDICT_NAMES, Translator
from domain.asset import Dimension, Flag
from domain.fields import FIELDS, Kind
from domain.finding import Timing
from domain.lifecycle import State, Verdict
from domain.people import Role
from domain.sentence import FALLBACK, Quote, Say, say
from rules.wording import CHOICES, DIMENSIONS, FLAGS, rows_told

_DECISIONS = {
    "approved": say("approved"),
    "rejected": say("rejected"),
    "requested": say("asked, no decision"),
    "not_required": say("not required"),
    "automatic": say("approved by the system itself, which is no approval"),
    "from_start": say("there since the ticket was made, which is no decision"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a table, and what to say when there is nothing in it. A cell is text, with lines."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str = ""
    kind: str = ""


def sections(about: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], speak: Translator) -> list[Section]:
    """What an auditor asks of one ticket, in the order in which they ask it. `rows` are its rows with `personal`."""
    snapshot = about["snapshot"] or {}
    ticket = snapshot.get("ticket", {})
    return [
        verdicts(about, speak),
        signatures(ticket, speak),
        classes(snapshot, speak),
        exceptions(about, speak),
        fields(ticket, speak),
        history(snapshot, speak),
        timeline(rows, speak),
    ]


def verdicts(about: Mapping[str, Any], speak: Translator) -> Section:
    """Every requirement that is asked, with its clause, its verdict, and when what meets it came."""
    found = [
        (
            one["rule"],
            speak.written({FALLBACK: "", **{name: one[name] for name in LANGUAGES if name in one}}),
            _clause(one, speak),
            speak(VERDICT_NAMES[Verdict(one["verdict"])]),
            _moment(one["since"], speak),
            _came(one.get("moment"), speak),
        )
        for one in about["verdicts"]
    ]
    names = (
        say("Requirement"),
        say("Demand"),
        say("Clause"),
        say("Verdict"),
        say("Since"),
        say("When it came"),
    )
    columns = [speak(one) for one in names]
    return Section(speak.say("Verdicts"), columns, found, speak.say("No verdict."), "verdicts")


def _came(moment: Mapping[str, Any] | None, speak: Translator) -> str:
    """When what meets a requirement came; what only bounds a moment is told as that."""
    if moment is None:
        return ""
    start, since = (
        datetime.fromisoformat(moment[name]) if moment[name] else None for name in ("start", "since")
    )
    lines = [speak(TIMINGS[Timing(moment["timing"])])]
    lines += [speak.say("Start of the rollout: {moment}.", moment=start)] if start else []
    lines += [speak.say("There by {moment}.", moment=since)] if since else []
    return "\n".join(lines)


def _clause(one: Mapping[str, Any], speak: Translator) -> str:
    if not one.get("row"):
        return str(one.get("cite", ""))
    dimension, classes = one["row"]
    return f"{one['cite']}, {speak(rows_told(Dimension(dimension), [classes]))}"


def signatures(ticket: Mapping[str, Any], speak: Translator) -> Section:
    """Who decided what, as the source system identifies them."""
    found = [
        (
            _signer(one, speak),
            speak(_DECISIONS.get(one["decision"], one["decision"])),
            _moment(one["at"], speak),
            " · ".join(filter(None, ((one["group"] or {}).get("name", ""), one["step"]))),
        )
        for one in ticket.get("approvals", ())
    ]
    columns = [speak(one) for one in (say("Who"), say("Decision"), say("When"), say("For"))]
    return Section(speak.say("Who decided"), columns, found, speak.say("Nobody, as far as can be seen."))


def exceptions(about: Mapping[str, Any], speak: Translator) -> Section:
    """Recorded waivers, in force or over."""
    found = [
        (
            ", ".join(one["rules"]),
            f"{one['by']} ({speak(ROLE_NAMES[Role(one['role'])])})",
            _moment(one["recorded_at"], speak),
            # It holds until midnight, which people would read as the day after its last one.
            speak.moment(datetime.fromisoformat(one["until"]) - timedelta(seconds=1)),
            one["reason"],
        )
        for one in about["waivers"]
    ]
    columns = [
        speak(one) for one in (say("Requirement"), say("Who"), say("Recorded"), say("Until"), say("Reason"))
    ]
    return Section(speak.say("Exceptions"), columns, found, speak.say("None."))


def classes(snapshot: Mapping[str, Any], speak: Translator) -> Section:
    """The assets that were judged, with their classes; an assumed class is marked."""
    found = [
        (
            " → ".join([*one["path"], one["name"]]),
            *(f"{one[d.value]}{'*' if d.value in one['assumed'] else ''}" for d in Dimension),
            ", ".join(flag.value.upper() for flag in Flag if one[flag.value]),
        )
        for one in snapshot.get("subjects", ())
    ]
    words = (DIMENSIONS[d] for d in Dimension)
    columns = [speak(say("Asset")), *map(speak, words), speak(say("Flags"))]
    return Section(speak.say("Assets and classes (* assumed)"), columns, found, speak.say("None is known."))


def fields(ticket: Mapping[str, Any], speak: Translator) -> Section:
    """What stood in the ticket at the last look; fields that are empty are not shown."""
    found = [
        (
            _label(name, speak),
            _value(name, one, speak),
            one["where"],
            name_of(one["by"], speak) if one["by"] else "",
            _moment(one["at"], speak),
        )
        for name, one in ticket.get("fields", {}).items()
        # A box that is not ticked is shown: it is something that the ticket says (docs/decisions/003).
        if name in FIELDS and one["readable"] and one["value"] not in (None, [])
    ]
    names = (say("Field"), say("Value"), say("Where it stands"), say("Set by"), say("When"))
    columns = [speak(one) for one in names]
    return Section(speak.say("What was seen"), columns, sorted(found), speak.say("No snapshot is kept."))


def history(snapshot: Mapping[str, Any], speak: Translator) -> Section:
    """What people changed in the ticket, as far as its history shows; and what only the bot's own looks show."""
    told = snapshot.get("ticket", {}).get("history", ())
    # A snapshot of an earlier version holds no looks.
    own = snapshot.get("looks", {}).get("changes", ())
    found = [
        (
            _when(one, speak),
            speak.say("seen by the bot itself") if one.get("since") else name_of(one["by"], speak),
            _what(one, speak),
            " → ".join(_shown(one["field"], one[side], speak) for side in ("before", "after")),
        )
        for one in sorted((*told, *own), key=lambda one: datetime.fromisoformat(one["at"]))
    ]
    columns = [speak(one) for one in (say("When"), say("Who"), say("Field"), say("Change"))]
    return Section(speak.say("Changes in the ticket"), columns, found, speak.say("None that can be seen."))


def timeline(rows: Sequence[Mapping[str, Any]], speak: Translator) -> Section:
    """Every row of the audit trail about the ticket."""
    found = [
        (
            str(row["seq"]),
            _moment(row["at"], speak),
            "\n".join(event(row, row["beside"], speak)),
            row["hash"][:12],
        )
        for row in rows
    ]
    columns = [speak(one) for one in (say("Row"), say("When"), say("What happened"), say("Hash"))]
    return Section(speak.say("Timeline"), columns, found, kind="timeline")


def state_of(about: Mapping[str, Any], speak: Translator) -> str:
    """The ticket's state in words."""
    return speak(STATE_NAMES[State(about["state"])])


def with_beside(pack: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The rows of a pack, each with the personal part that stands beside it."""
    # The other part beside a row is its snapshot, of which the last one is shown in tables.
    kept = {one["seq"]: json.loads(one["body"]) for one in pack["beside"] if one["part"] == "personal"}
    for row in pack["rows"]:
        yield {**row, "beside": kept.get(row["seq"], {})}


def _signer(approval: Mapping[str, Any], speak: Translator) -> str:
    if approval["person"] is None:
        return str((approval["group"] or {}).get("name", ""))
    who = name_of(approval["person"], speak)
    asked = approval["on_behalf_of"]
    return speak.say("{who}, for {asked}", who=who, asked=name_of(asked, speak)) if asked else who


def _when(change: Mapping[str, Any], speak: Translator) -> str:
    if not change.get("since"):
        return _moment(change["at"], speak)
    since, until = (datetime.fromisoformat(change[name]) for name in ("since", "at"))
    return speak.say("between {since} and {until}", since=since, until=until)


def _what(change: Mapping[str, Any], speak: Translator) -> str:
    named = _label(change["field"], speak)
    asset = change.get("of")
    return speak.say("{what} of {asset}", what=Quote(named), asset=Quote(asset)) if asset else named


def _label(name: str, speak: Translator) -> str:
    """A field as people call it."""
    known = {"state": say("State"), "assets": say("Assets"), "owner": ROLE_NAMES[Role.OWNER]}
    known |= {str(one): words for one, words in (*DIMENSIONS.items(), *FLAGS.items())}
    return speak(Say(FIELDS[name].label) if name in FIELDS else known.get(name, Quote(name)))


def _shown(name: str, value: str, speak: Translator) -> str:
    """One side of a change: states are codes of ours, all else is as the source shows it."""
    if name in tuple(Flag):
        return speak.say("yes") if value == "true" else speak.say("no")
    return speak(STATE_NAMES[State(value)]) if name == "state" and value else value or "–"


def _value(name: str, field: Mapping[str, Any], speak: Translator) -> str:
    value = field["value"]
    if isinstance(value, bool):
        return speak.say("yes") if value else speak.say("no")
    if FIELDS[name].kind is Kind.MOMENT:
        return _moment(value, speak)
    if isinstance(value, list):
        return speak.listed([one["name"] if isinstance(one, dict) else str(one) for one in value])
    return speak(CHOICES.get(value, Quote(str(value))))


def _moment(at: str | None, speak: Translator) -> str:
    return speak.moment(datetime.fromisoformat(at)) if at else ""
