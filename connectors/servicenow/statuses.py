"""The State column into the lifecycle: by the label the instance shows, else by the numbers of the legacy model.

Change models define their own states, so that the label tells more than the number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client
from connectors.shared.cache import Cache
from domain import parsing
from domain.lifecycle import State
from domain.ports.errors import Forbidden, NotFound, RateLimited, SourceError

_LABELS: Mapping[State, str] = {
    State.DRAFT: "new|draft|pending|nieuw|concept|ontwerp|in afwachting",
    State.ASSESS: "assess|root cause analysis|open|assessment|planning|beoordelen|beoordeling|evalueren|openstaand",
    State.AUTHORIZE: "authorize|authorise|awaiting approval|autoriseren|goedkeuren|wacht op goedkeuring",
    State.SCHEDULED: "scheduled|ready|approved|gepland|ingepland|goedgekeurd",
    State.IMPLEMENT: "implement|implementation|work in progress|in progress|on hold|fix in progress"
    "|implementeren|uitvoeren|in uitvoering|in behandeling",
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
# Tasks and releases have numbers of their own: their 4 is closed incomplete, not canceled, and 7 is skipped.
_TASK = {
    "-5": State.DRAFT,
    "1": State.ASSESS,
    "2": State.IMPLEMENT,
    "3": State.CLOSED,
    "4": State.CLOSED,
    "7": State.CANCELED,
}
_INCIDENT = {
    "1": State.DRAFT,
    "2": State.IMPLEMENT,
    "3": State.IMPLEMENT,
    "6": State.REVIEW,
    "7": State.CLOSED,
    "8": State.CANCELED,
}
_PROBLEM = {
    "101": State.DRAFT,
    "102": State.ASSESS,
    "103": State.ASSESS,
    "104": State.IMPLEMENT,
    "106": State.REVIEW,
    "107": State.CLOSED,
}
NUMBERS: Mapping[str, Mapping[str, State]] = {
    "change_request": _CHANGE,
    "rm_release": _TASK,
    "incident": _INCIDENT,
    "problem": _PROBLEM,
}
"""The numbers of an instance as it is delivered. Only where no label is known: a change model numbers as it likes."""

_NUMBER = re.compile(r"-?[0-9]+")

KEPT = 3600.0
"""Seconds for which the labels of an instance are remembered."""


def configured(settings: Mapping[str, str]) -> dict[str, State]:
    """Labels of the site, lower case, from SERVICENOW_STATES__<STATE>."""
    return {word.strip().lower(): State(key) for key, words in settings.items() for word in words.split(",")}


class Labels:
    """What the instance calls the numbers of the State column, in every language it has, from its own list of choices.

    A change model takes its states from that list too. Where the account may not read it, there are no labels, and a
    number means what it means on an instance as it is delivered.
    """

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._kept = Cache[str, Mapping[str, frozenset[str]]](KEPT, clock)

    def of(self, table: str) -> Mapping[str, frozenset[str]]:
        """Number to labels, those of the tables it extends included, asked for once an hour."""
        return self._kept.ask(table, lambda: self._fetch(table))

    def next_to(self, change: str) -> Mapping[str, tuple[str, ...]]:
        """Number to label of the state a change (sys_id) is in and of those it may go to by its change model, for where
        the list of choices may not be read: the Change Management API is open to whoever reads changes.
        """
        try:
            told = self._client.other(f"/sn_chg_rest/change/{encoded_query.sys_id(change)}/nextstates")
        except RateLimited:
            raise
        # An optional API, which an instance without it refuses in many ways.
        except SourceError:
            return {}
        labels = told.get("state_label") if isinstance(told, Mapping) else None
        return {str(n): (str(label),) for n, label in labels.items()} if isinstance(labels, Mapping) else {}

    def _fetch(self, table: str) -> Mapping[str, frozenset[str]]:
        query = encoded_query.every(f"nameIN{table},task", "element=state")
        try:
            rows = list(self._client.listing("sys_choice", query, ("name", "value", "label", "inactive")))
        except (Forbidden, NotFound):
            return {}
        # Choices of the table itself replace those that it would inherit from `task`.
        own = [row for row in rows if values.value(row, "name") == table] or rows
        left_over = [row for row in own if values.value(row, "inactive") == "true"]
        active = _by_number(row for row in own if row not in left_over)
        # The audit trail still speaks of numbers that no choice names any more; of the others the old label is dead.
        return {**_by_number(left_over), **active}


def _by_number(rows: Iterable[values.Row]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(values.value(row, "value"), set()).add(values.value(row, "label"))
    return {number: frozenset(labels) for number, labels in found.items()}


def known(
    table: str, number: str, labels: Iterable[str], own: Mapping[str, State], shown: str = ""
) -> State | None:
    """The lifecycle state: by the label shown, else by the others that the instance has for the number, else by the
    number; None when none of them is known, or when nothing settles what labels do not agree on.
    """
    meant: set[State] = set()
    # The site's own words first: "Ready" may mean anything somewhere.
    for names in (own, KNOWN):
        if state := names.get(_plain(shown)):
            return state
        meant = meant or {names[word] for word in map(_plain, labels) if word in names}
        if len(meant) == 1:
            return next(iter(meant))
    by_number = NUMBERS.get(table, _TASK).get(number)
    return by_number if not meant or by_number in meant else None


def _plain(label: str) -> str:
    return label.strip().lower()


def of(
    table: str, number: str, labels: Iterable[str], own: Mapping[str, State], active: bool, shown: str = ""
) -> State:
    """The lifecycle state. An unknown one of an open ticket counts as being assessed: no gate is taken for
    reached on a guess; one of a closed ticket as closed.
    """
    return known(table, number, labels, own, shown) or (State.ASSESS if active else State.CLOSED)


def remarks(
    table: str, shown: tuple[str, str], labels: Iterable[str], own: Mapping[str, State], state: State
) -> tuple[str, ...]:
    """What an admin should know of how a state was read: of `shown` (number, label), which was taken for `state`."""
    number, label = shown
    others = sorted({one for one in labels if _plain(one) != _plain(label)})
    # In Dutch and in English one word may mean two states; which the instance means only its admin knows.
    other = [one for one in others if (seen := known(table, "", [one], own)) and seen is not state]
    fix = "name it in SERVICENOW_STATES__<STATE>"
    if other:
        words = ", ".join(map(parsing.shorten, other))
        return (
            f"{table}: the state {label} is also called {words}, which means another; taken for {state} — {fix}",
        )
    if known(table, "", (label, *others), own) is None and label != number:
        return (f"{table}: the state {parsing.shorten(label)} is not known and taken for {state} — {fix}",)
    return ()


def over(table: str, labels: Mapping[str, Iterable[str]], own: Mapping[str, State]) -> tuple[str, ...]:
    """Numbers that mean that a ticket is over, by every label the instance has for them; a number without a label may
    mean anything in a change model.
    """

    def certain(number: str, words: Iterable[str]) -> bool:
        found = {known(table, "", [word], own) for word in words}
        return bool(_NUMBER.fullmatch(number) and found) and all(
            state is not None and state.over for state in found
        )

    return tuple(sorted(number for number, words in labels.items() if certain(number, words)))
