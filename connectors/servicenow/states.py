"""The State column into the lifecycle: by the label the instance shows, else by the numbers of the legacy model.

Change models define their own states, so that the label tells more than the number.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.model.lifecycle import State

_LABELS: Mapping[State, str] = {
    State.DRAFT: "new|draft|pending|nieuw|concept|ontwerp|in afwachting",
    State.ASSESS: "assess|open|assessment|planning|beoordelen|beoordeling|evalueren|openstaand",
    State.AUTHORIZE: "authorize|authorise|awaiting approval|autoriseren|goedkeuren|wacht op goedkeuring",
    State.SCHEDULED: "scheduled|ready|approved|gepland|ingepland|goedgekeurd",
    State.IMPLEMENT: "implement|implementation|work in progress|in progress|implementeren|uitvoeren|in uitvoering"
    "|in behandeling",
    State.REVIEW: "review|post implementation review|resolved|evaluatie|nazicht|herzien|controleren",
    State.CLOSED: "closed|closed complete|complete|closed incomplete|gesloten|voltooid|afgesloten",
    State.CANCELED: "canceled|cancelled|closed skipped|geannuleerd|overgeslagen",
}
KNOWN: Mapping[str, State] = {word: state for state, words in _LABELS.items() for word in words.split("|")}

_CHANGE = {
    "-5": State.DRAFT,
    "-4": State.ASSESS,
    "-3": State.AUTHORIZE,
    "-2": State.SCHEDULED,
    "-1": State.IMPLEMENT,
    "0": State.REVIEW,
    "3": State.CLOSED,
    "4": State.CANCELED,
}
_TASK = {
    "-5": State.DRAFT,
    "1": State.ASSESS,
    "2": State.IMPLEMENT,
    "3": State.CLOSED,
    "4": State.CLOSED,
    "7": State.CANCELED,
}
NUMBERS: Mapping[str, Mapping[str, State]] = {"change_request": _CHANGE, "rm_release": _TASK}


def configured(settings: Mapping[str, str]) -> dict[str, State]:
    """Labels of the site, lower case, from SERVICENOW_STATES__<STATE>."""
    return {word.strip().lower(): State(key) for key, words in settings.items() for word in words.split(",")}


def known(table: str, number: str, label: str, own: Mapping[str, State]) -> State | None:
    """The lifecycle state, or None when neither label nor number is known."""
    words = label.strip().lower()
    return own.get(words) or KNOWN.get(words) or NUMBERS.get(table, _TASK).get(number)


def of(table: str, number: str, label: str, own: Mapping[str, State], active: bool) -> State:
    """The lifecycle state. An unknown one of an open ticket counts as being assessed: no gate is taken for
    reached on a guess; one of a closed ticket as closed.
    """
    return known(table, number, label, own) or (State.ASSESS if active else State.CLOSED)
