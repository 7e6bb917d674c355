"""Columns of a record into the vocabulary's fields. A column that did not come back is unreadable, not empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Row
from connectors.servicenow.columns import PREAPPROVAL, RELATED, TEMPLATE, column_of
from connectors.servicenow.directory import Directory
from connectors.servicenow.history import History
from domain import parsing
from domain.fields import FIELDS, Field, FieldSpec, Kind
from domain.people import Group, Person

_RESULTS = {"tested_at": "test_result", "accepted_at": "acceptance_result"}
_CATEGORY = "category"
_STAGES = {"O": "D", "D": "D", "T": "T", "A": "A", "P": "P"}


def _choice(name: str, raw: str, shown: str, column: str) -> Field:
    """By the stored code, else by the label people see."""
    # The stored code is the same in every language; the label is what a site that numbers its choices has.
    code = parsing.choice(name, raw, column)
    return code if code.filled else parsing.choice(name, shown, column)


def _flag(name: str, raw: str, shown: str, column: str) -> Field:
    """Yes or no; whether it is a patch may also be told by a category of that name."""
    seen = parsing.boolean(raw, column)
    if name != "patch" or seen.filled:
        return seen
    return Field("patch" in (raw.strip().casefold(), shown.strip().casefold()), where=column)


def _stages(words: str) -> tuple[str, ...]:
    """ "DTAP", "OTAP", "D > T > A > P" and "Ontwikkeling, test, acceptatie, productie" into D, T, A, P."""
    # Dutch and English agree on three of the four letters: O (ontwikkeling) is D.
    parts = re.findall(r"[A-Za-z]+", words)
    if len(parts) == 1 and set(parts[0].upper()) <= _STAGES.keys():
        parts = list(parts[0])
    return tuple(_STAGES.get(part[0].upper(), part) for part in parts)


def _keys(words: str) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[\s,;]+", words)))


_READERS: Mapping[Kind, Callable[[str, str, str, str], Field]] = {
    Kind.TEXT: lambda name, raw, shown, column: parsing.text(shown, column, name),
    Kind.BOOL: _flag,
    Kind.CHOICE: _choice,
    Kind.LIST: lambda _, raw, shown, column: Field(_stages(shown), raw=parsing.shorten(shown), where=column),
    Kind.KEYS: lambda _, raw, shown, column: Field(_keys(shown), where=column),
}
"""How a kind is read: field name, stored value, shown value, column. Moments, users and parties are not here."""


class Fields:
    """Reads every field of the vocabulary from a record, by the site's columns."""

    def __init__(self, overrides: Mapping[str, str], directory: Directory, zone: ZoneInfo) -> None:
        """`zone`: where a day that a column gives without a time begins and ends."""
        self._directory, self._zone = directory, zone
        self.template = overrides.get(PREAPPROVAL, TEMPLATE)
        self.columns = {
            name: column_of(name, overrides) for name in FIELDS if name not in RELATED or name in overrides
        }

    def read(self, row: Row, history: History) -> dict[str, Field]:
        """What was seen of each field, with who set it and when where the audit trail tells."""
        people = self._directory.people(self._ids(row))
        seen = {
            name: history.stamped(self._read(FIELDS[name], row, column, people), name, column)
            for name, column in self.columns.items()
        }
        # After the columns were read: these take the place of what somebody typed, or fill in for it.
        self._moments(seen, history)
        self._results(seen)
        self._reason(seen, row)
        seen["verified_by"] = self._verifier(seen, history)
        return seen

    def meet(self, rows: Iterable[Row]) -> None:
        """Look up the people of many records at once, for when these are read one by one."""
        self._directory.people({sys_id for row in rows for sys_id in self._ids(row)})

    def preapproval(self, row: Row) -> Field:
        """The template under which the record was approved beforehand; unreadable where the column is not seen."""
        column = self.template
        if not values.has(row, column):
            return parsing.unreadable(column, "the column does not exist or may not be read")
        return parsing.text(values.shown(row, column) or values.value(row, column), column)

    def _ids(self, row: Row) -> set[str]:
        parties = (c for n, c in self.columns.items() if FIELDS[n].kind in (Kind.USERS, Kind.PARTY))
        return {sys_id for column in parties for sys_id in values.value(row, column).split(",")}

    def _read(self, spec: FieldSpec, row: Row, column: str, people: Mapping[str, Person]) -> Field:
        if not values.has(row, column):
            return parsing.unreadable(column, "the column does not exist or may not be read")
        if spec.kind is Kind.MOMENT:
            ends = spec.name in parsing.ENDS
            return parsing.moment(values.value(row, column), column, ends=ends, zone=self._zone)
        read = _READERS.get(spec.kind)
        if read is None:
            return Field(party(row, column, people), where=column)
        return read(spec.name, values.value(row, column), values.shown(row, column), column)

    def _moments(self, seen: dict[str, Field], history: History) -> None:
        """Moments that the audit trail knows better than a column: nobody can type them."""
        first = history.first_filled(self.columns["test_plan"]) if seen["test_plan"].filled else None
        self._prefer(seen, "test_plan_fixed_at", first, instead=True)
        # Who is named from the start on was to validate; when they did, only a column tells then.
        named = bool(history.written("test_validated_by", self.columns["test_validated_by"]))
        self._prefer(seen, "test_validated_at", seen["test_validated_by"].at, instead=named)

    def _results(self, seen: dict[str, Field]) -> None:
        """Tested and accepted: the later of what the column says and when the result got its present value."""
        for name, result in _RESULTS.items():
            own, at = seen[name], seen[result].at
            if at and (own.moment is None or own.moment < at):
                seen[name] = replace(seen[result], value=at, raw="")

    def _reason(self, seen: dict[str, Field], row: Row) -> None:
        """Why the change is made; where no column of its own says so, a category may."""
        if not seen["reason"].filled and values.has(row, _CATEGORY):
            raw, shown = values.value(row, _CATEGORY), values.shown(row, _CATEGORY)
            told = _choice("reason", raw, shown, _CATEGORY)
            seen["reason"] = told if told.filled or not seen["reason"].readable else seen["reason"]

    def _verifier(self, seen: Mapping[str, Field], history: History) -> Field:
        """Who verified; where no column says so, whoever first wrote down the verification, by the audit trail."""
        own, verification = seen["verified_by"], seen["post_verification"]
        if own.filled or not verification.readable:
            return own
        who = history.first_by(self.columns["post_verification"]) if verification.filled else None
        if who is None and verification.filled:
            return (
                own if own.readable else parsing.unreadable(verification.where, "nothing tells who wrote it")
            )
        return Field((who,) if who else None, where=verification.where)

    def _prefer(self, seen: dict[str, Field], name: str, at: datetime | None, *, instead: bool) -> None:
        if at and (instead or not seen[name].filled):
            seen[name] = Field(at, where=seen[name].where)


def party(row: Row, column: str, people: Mapping[str, Person]) -> tuple[Person | Group, ...]:
    """The users of a reference or list column; a sys_id that is no visible user is taken for a group. What is
    no sys_id at all (a watch list may hold e-mail addresses) is left out: nobody vouches for it.
    """
    ids = [i.strip() for i in values.value(row, column).split(",")]
    # A name with a comma in it shifts all after it: then no name is given rather than a wrong one.
    names = values.shown_names(row, column)
    shown: Sequence[str] = names if len(names) == len(ids) else ids
    pairs = [(i, name) for i, name in zip(ids, shown, strict=True) if encoded_query.is_sys_id(i)]
    return tuple(people.get(i) or _unseen(column, i, name) for i, name in pairs)


def _unseen(column: str, sys_id: str, name: str) -> Person | Group:
    """A reference that points to no visible user: by the name of its column a person or a group."""
    # "u_handed_over_to" goes to a team, "assigned_to" to a person; the answer does not say which table it points to.
    grouped = column.endswith(("group", "_to")) and not column.endswith("assigned_to")
    return Group(sys_id, name) if grouped else Person(sys_id, name)
