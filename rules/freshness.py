"""Whether tests, validations and acceptances are still of what the ticket says: evidence is of something.

requirements.md, section 8: what overtakes which is data in the pack (`material`); what is overtaken counts as not
given, and tests are to be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from domain.facts import Facts
from domain.sentence import Say, say
from domain.ticket import Change
from rules.approval.drift import ACCEPTANCE, TESTS, VALIDATION, changed_after, doubtful, told, unread
from rules.moments.as_of import AsOf, facts_at
from rules.moments.log import changes
from rules.moments.span import minute
from rules.outcome import Observation, Result
from rules.wording import label, saw, sentences

_KINDS: Mapping[str, str] = {
    "test_result": TESTS,
    "tested_function": TESTS,
    "tested_compatibility": TESTS,
    "tested_performance": TESTS,
    "test_validated_by": VALIDATION,
    "acceptance_result": ACCEPTANCE,
}
"""What each of these fields is evidence of."""

_TRACES = (
    "test_result",
    "tested_function",
    "tested_compatibility",
    "tested_performance",
    "test_validated_by",
)
"""Fields that show that tests were run, by what stands or stood in them."""
_RUN_AT = ("tested_at", "test_validated_at")
"""And those that say when, at the latest."""

_A_MINUTE = timedelta(minutes=1)


def fresh(facts: Facts, name: str, look: Observation) -> Observation:
    """A look at a field, unmet where what it is evidence of has changed since."""
    kind = _KINDS.get(name)
    if kind is None or look.result is not Result.MET:
        return look
    moment = _moment(facts, kind, name)
    if moment is None:
        # Nothing shows when it came, so nothing shows that it is overtaken.
        return look
    overtaken = changed_after(facts, moment, kind)
    if overtaken:
        if doubtful(facts, overtaken):
            return Observation(look.name, Result.UNKNOWN, sentences(look.seen, *told(overtaken), unread()))
        seen = sentences(look.seen, _since(moment), *told(overtaken), _AGAIN[kind])
        return Observation(look.name, Result.UNMET, seen)
    tested = _run_again(facts) if kind is VALIDATION else None
    if tested is not None and minute(tested) > minute(moment):
        seen = sentences(look.seen, say("The tests were run again on {moment}, after that.", moment=tested))
        return Observation(look.name, Result.UNMET, sentences(seen, _AGAIN[kind]))
    return look


def _since(moment: datetime) -> Say:
    return say("That is from {moment}, overtaken since.", moment=moment)


_AGAIN: Mapping[str, Say] = {
    TESTS: say("Run the tests again, and show it by {field}.", field=label("tested_at")),
    VALIDATION: say(
        "Have the results validated again, and show it by {field}.", field=label("test_validated_at")
    ),
    ACCEPTANCE: say("Have it accepted again, and show it by {field}.", field=label("accepted_at")),
}


def _moment(facts: Facts, kind: str, name: str) -> datetime | None:
    """When evidence of a kind was last given (UTC); None where nothing shows it."""
    match kind:
        case "tests":
            # A validation of the results shows that there were any; "passed" over "passed" leaves no trace.
            return _latest(_tested(facts), _written(facts, name), _validated(facts))
        case "validation":
            return _validated(facts)
        case _:
            return _latest(_said(facts, "accepted_at"), _written(facts, name))


def _tested(facts: Facts) -> datetime | None:
    return _latest(_said(facts, "tested_at"), _written(facts, "test_result"))


def _said(facts: Facts, name: str) -> datetime | None:
    """What a field says of a moment: of a day without a time its end, for on that day it may have been any time."""
    field = facts.field(name)
    return field.day_ends or field.moment


def _run_again(facts: Facts) -> datetime | None:
    """When the tests were last run, as far as that is told: a result that came with the ticket tells nothing of it."""
    written = max((c.at for c in changes(facts) if c.field == "test_result"), default=None)
    run = _latest(facts.field("tested_at").moment, written)
    return run if run and minute(run) > minute(facts.ticket.created) else None


def _validated(facts: Facts) -> datetime | None:
    return _said(facts, "test_validated_at") or _written(facts, "test_validated_by")


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _written(facts: Facts, name: str) -> datetime | None:
    """When the present value of a field was written, at the latest; None where nothing shows it."""
    field = facts.field(name)
    if not field.filled:
        return None
    last = max((change.at for change in changes(facts) if change.field == name), default=None)
    return last or field.at or (facts.ticket.created if facts.ticket.history_readable else facts.looks.first)


def unhealed(
    facts: Facts, names: tuple[str, ...], judge: Callable[[Facts], Result]
) -> tuple[Change, Facts] | None:
    """The last change of these fields before which tests had been run in a way that `judge` forbids, if they were not
    run again after it, and the facts of then: to change the word heals nothing.
    """
    for change in reversed(changes(facts)):
        if change.field not in names:
            continue
        before = facts_at(facts, AsOf((change.since or change.at) - _A_MINUTE, benefit=False))
        if _had_run(facts, before, change.at) and judge(before) is Result.VIOLATED:
            again = _moment(facts, TESTS, "test_result")
            healed = again is not None and minute(again) > minute(change.at)
            return None if healed else (change, before)
    return None


def _had_run(facts: Facts, before: Facts, at: datetime) -> bool:
    """Whether anything shows that there were tests before a moment: what stood in the ticket then, or had stood in it
    and was emptied, or what it says of when they ran.
    """
    stood = any(before.field(name).filled for name in _TRACES)
    emptied = any(one.field in _TRACES and one.before and one.at <= at for one in changes(facts))
    told = (_said(facts, name) for name in _RUN_AT)
    return stood or emptied or any(moment <= at for moment in told if moment)


def ran_otherwise(seen: Say, ran: tuple[Change, Facts]) -> Say:
    """What is seen now, and that the tests ran before it was so."""
    change, before = ran
    return sentences(
        seen,
        say(
            "The tests ran before {moment}, when it said otherwise: {then}",
            moment=change.at,
            then=saw(before, change.field),
        ),
        _AGAIN[TESTS],
    )
