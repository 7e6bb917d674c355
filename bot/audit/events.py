"""Rows of the audit trail in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.messages.i18n.speaker import ROLE_NAMES, VERDICT_NAMES, Translator
from domain.finding import Timing
from domain.lifecycle import Verdict
from domain.people import Role
from domain.sentence import Quote, Say, say

_KINDS = {
    "comment": say("comment"),
    "card": say("card"),
    "news": say("news"),
    "reminder": say("reminder"),
    "handover-1": say("handover notification, available in production"),
    "handover-2": say("handover notification, fully operational"),
    "handover-3": say("notification that a rollout was undone"),
}
_WRITES = {
    "announced": say("Message about to be written on {target}: {kind}."),
    "confirmed": say("Message written on {target}: {kind}."),
    "failed": say("Message not written on {target}: {kind}. {error}"),
    "doubted": say("It is not certain that there is only one message on {target}: {kind}."),
}
TIMINGS = {
    Timing.IN_TIME: say("before the rollout began"),
    Timing.LATE: say("after the rollout began"),
    Timing.AFTERWARDS: say("an emergency, made good afterwards"),
    Timing.UNSEEN: say("moment not seen"),
}
"""When what meets a requirement came, in words."""
_NOT_ASKED = say("not asked")


def event(row: Mapping[str, Any], personal: Mapping[str, Any], speak: Translator) -> list[str]:
    """What a row records, a line each. `personal` is what stands beside it; empty where that was taken away."""
    facts = json.loads(row["facts"])
    match row["cause"]:
        case "verdict":
            lines = list(_verdicts(facts, speak))
        case "write":
            lines = [_write(facts, personal, speak)]
        case "waiver":
            lines = [_waiver(facts, personal, speak)]
        case "interaction":
            lines = [_deed(facts, personal, speak)]
        case "gone":
            lines = [speak.say("The ticket is not there any more.")]
        case "erased":
            lines = [
                speak.say(
                    "A person's data were erased; {name} stands in their place.",
                    name=_text(facts, "pseudonym"),
                )
            ]
        case "pruned":
            lines = [speak.say("Personal data were forgotten, as kept no longer.")]
        # Shown as it stands: evidence leaves no row out because its cause is not known here.
        case other:
            lines = [f"{other}: {row['facts']}"]
    return lines


def name_of(person: object, speak: Translator) -> str:
    """A person as the journal keeps them; who was forgotten has no name."""
    name = person.get("name") if isinstance(person, dict) else None
    return str(name) if name else speak.say("somebody whose name is not kept")


def _verdicts(facts: Mapping[str, Any], speak: Translator) -> Iterator[str]:
    # One look may change dozens of verdicts in the same way: that is told once, with its rules.
    alike: dict[tuple[str | None, str | None, str], list[str]] = {}
    for one in facts["changes"]:
        # Late is told by the verdict, and what was in time needs no word.
        timing = one.get("moment", {}).get("timing") if one["after"] == Verdict.MET else None
        mark = timing if timing in (Timing.AFTERWARDS, Timing.UNSEEN) else ""
        alike.setdefault((one["before"], one["after"], mark), []).append(one["rule"])
    for (before, after, mark), rules in alike.items():
        told = {"before": _verdict(before), "after": _verdict(after), "rules": tuple(rules)}
        if mark:
            yield speak.say("{before} → {after}, {moment}: {rules}", moment=TIMINGS[Timing(mark)], **told)
        else:
            yield speak.say("{before} → {after}: {rules}", **told)


def _verdict(code: str | None) -> Say:
    return VERDICT_NAMES[Verdict(code)] if code else _NOT_ASKED


def _write(facts: Mapping[str, Any], personal: Mapping[str, Any], speak: Translator) -> str:
    # A later rollout of the same ticket bears its number: "handover-1.2".
    kind = _KINDS.get(facts["kind"].partition(".")[0], Quote(facts["kind"]))
    sentence = _WRITES.get(facts["event"])
    places = {"target": facts["target"].capitalize(), "kind": kind, "error": _text(facts, "error")}
    told = speak.say(sentence.msgid, **places) if sentence else facts["event"]
    to = tuple(Quote(name) for name in personal.get("to", ()))
    # Where there is no error its sentence ends in a space.
    if not to:
        return told.strip()
    recipients = speak.say("To: {names}.", names=to)
    return f"{told.strip()} {recipients}"


def _waiver(facts: Mapping[str, Any], personal: Mapping[str, Any], speak: Translator) -> str:
    rules, who = ", ".join(facts["rules"]), Quote(name_of(personal.get("by"), speak))
    if facts["event"] == "ended":
        return speak.say("Exception of {rules} ended by {who}.", rules=rules, who=who)
    return speak.say(
        "Exception of {rules} recorded by {who} ({role}): {reason}",
        rules=rules,
        who=who,
        role=ROLE_NAMES[Role(facts["role"])],
        reason=_text(personal, "reason"),
    )


def _deed(facts: Mapping[str, Any], personal: Mapping[str, Any], speak: Translator) -> str:
    who = Quote(name_of(personal.get("by"), speak))
    return speak.say("{who} in the message service: {did}", who=who, did=_text(facts, "did"))


def _text(values: Mapping[str, Any], name: str) -> Quote:
    return Quote(str(values.get(name, "")))
