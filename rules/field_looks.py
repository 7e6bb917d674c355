"""Looks at single fields that more than one check needs."""

from __future__ import annotations

from domain import parsing
from domain.facts import Facts
from domain.words import settles
from rules.freshness import fresh
from rules.outcome import Observation, Result
from rules.wording import label, saw

_TEST_DATA = {
    "production": Result.VIOLATED,
    "synthetic": Result.MET,
    "anonymised": Result.MET,
    "none": Result.MET,
    # Whoever holds the key gets the people back: it is production data still.
    "pseudonymised": Result.VIOLATED,
}


def observe_filled(facts: Facts, name: str) -> Observation:
    """A field must hold something meaningful; where it is evidence of a test, one that nothing has overtaken."""
    field = facts.field(name)
    seen_as = Result.MET if field.filled else Result.UNMET
    look = Observation(label(name), seen_as if field.readable else Result.UNKNOWN, saw(facts, name))
    return fresh(facts, name, look)


def observe_value(facts: Facts, name: str, wanted: str) -> Observation:
    """A choice must have one value; where it is evidence of a test, one that nothing has overtaken."""
    field = facts.field(name)
    seen_as = Result.MET if field.value == wanted else Result.UNMET
    look = Observation(label(name), seen_as if field.readable else Result.UNKNOWN, saw(facts, name))
    return fresh(facts, name, look)


def observe_yes(facts: Facts, name: str, no: Result = Result.UNMET) -> Observation:
    """A yes/no field must say yes. `no` is what an answer of no means; an empty one is merely unmet."""
    field = facts.field(name)
    if not field.readable:
        return Observation(label(name), Result.UNKNOWN, saw(facts, name))
    result = Result.MET if field.value is True else no if field.value is False else Result.UNMET
    return fresh(facts, name, Observation(label(name), result, saw(facts, name)))


def observe_done(facts: Facts, name: str) -> Observation:
    """A point must be answered with yes, or with words that tell of it; words that begin with a no are a no."""
    field = facts.field(name)
    # A text field that says "no" is filled in, and yet the answer is no.
    if isinstance(field.value, bool) or (isinstance(field.value, str) and _denied(name, field.value)):
        done = Result.MET if field.value is True else Result.UNMET
        look = Observation(label(name), done if field.readable else Result.UNKNOWN, saw(facts, name))
        return fresh(facts, name, look)
    return observe_filled(facts, name)


def _denied(name: str, text: str) -> bool:
    # "No interruptions expected" begins as a no does, and is an answer.
    return not settles(text, name) and parsing.boolean(text).value is False


def observe_test_data(facts: Facts) -> Observation:
    """Test data may be made up or anonymised; production data is forbidden, pseudonymised or not."""
    field = facts.field("test_data")
    seen_as = _TEST_DATA.get(str(field.value), Result.UNMET)
    return Observation(
        label("test_data"), seen_as if field.readable else Result.UNKNOWN, saw(facts, "test_data")
    )
