"""Jira's JSON values into typed fields: options, people, groups, ADF, dates, and errors in place of values."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from connectors.jira.client import account_id
from domain import parsing
from domain.fields import FIELDS, Field, Kind
from domain.people import Group, Person

_KEY = re.compile(r"\b(?:[A-Z][A-Z0-9_]+-\d+|[A-Z]{2,}\d{5,})\b")
"""A key of an issue, or a number as other systems give to theirs (CHG0030012)."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCKS = frozenset({"completedCycles", "ongoingCycle"})
"""What a service level holds: a clock that nobody filled in."""
_BLOCKS = frozenset({"paragraph", "heading", "listItem", "codeBlock", "tableRow", "blockquote", "rule"})
# What people see goes before what only machines know; an option has "value", a user "displayName".
_WORDS = ("value", "displayName", "name", "title", "label", "key", "id")


def read(name: str, raw: Any, where: str, zone: Callable[[], tzinfo] = lambda: UTC) -> Field:
    """A vocabulary field from the value of a Jira field. An error object is unreadable, never "filled in". A date
    without a time is the start of that day in the account's `zone`, which is asked only then, or the end of it where
    the field tells until when.
    """
    error = error_in(raw)
    if error is not None:
        return parsing.unreadable(where, error)
    if FIELDS[name].kind is Kind.MOMENT and isinstance(raw, str) and _DATE.fullmatch(raw.strip()):
        return _day(raw.strip(), where, zone, _LAST if name in _ENDS else time())
    return _BY_KIND[FIELDS[name].kind](name, raw, where)


_ENDS = frozenset({"planned_end", "actual_end", "pull_until", "deadline", "handed_over_at"})
_LAST = time(23, 59)
"""The last minute of a day: moments are compared by the minute."""


def _day(raw: str, where: str, zone: Callable[[], tzinfo], at: time) -> Field:
    try:
        # A day begins where the account is: taken for UTC it would begin the evening before, or in the night.
        moment = datetime.combine(date.fromisoformat(raw), at, zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        return Field(None, raw=raw, where=where)
    return Field(moment, where=where)


def obj(raw: Any) -> dict[str, Any]:
    """A JSON object; an empty one for anything else, so that an odd value is nothing rather than a crash."""
    return raw if isinstance(raw, dict) else {}


def objs(raw: Any) -> list[dict[str, Any]]:
    """The objects in a list; none for anything else."""
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []


def words(raw: Any) -> str:
    """Any value as the text people see."""
    if raw is None:
        return ""
    if isinstance(raw, list):
        return ", ".join(filter(None, map(words, raw)))
    if isinstance(raw, dict):
        return _words_of(raw)
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return str(raw)


def _words_of(raw: dict[str, Any]) -> str:
    if raw.get("type") == "doc":
        if _only_a_form(raw):
            return ""
        return re.sub(r"\n{3,}", "\n\n", adf_text(raw)).strip()
    # Jira fills these in by itself, so that "not empty" would say nothing about people.
    if _CLOCKS & raw.keys():
        return ""
    own = next((str(raw[k]) for k in _WORDS if raw.get(k)), "")
    child = raw.get("child")  # cascading selects
    return f"{own} - {words(child)}" if child else own


def _only_a_form(document: dict[str, Any]) -> bool:
    """Whether a document is a template that nobody filled in: headings, and prompts where words should be."""
    return _prompts(document) and not adf_text(_without_headings(document)).strip()


def _prompts(node: dict[str, Any]) -> bool:
    return node.get("type") == "placeholder" or any(map(_prompts, objs(node.get("content"))))


def _without_headings(node: dict[str, Any]) -> dict[str, Any]:
    kept = [_without_headings(n) for n in objs(node.get("content")) if n.get("type") != "heading"]
    return {**node, "content": kept}


def adf_text(node: Any) -> str:
    """The text of an ADF document: a line per block; mentions, links, dates and emoji by what they show."""
    # What a template asks people to write is not what they wrote.
    if not isinstance(node, dict) or node.get("type") == "placeholder":
        return ""
    kind, attrs = node.get("type"), obj(node.get("attrs"))
    if kind == "text":
        return str(node.get("text", ""))
    if kind == "hardBreak":
        return "\n"
    shown = attrs.get("text") or attrs.get("url") or attrs.get("shortName") or attrs.get("title") or ""
    inner = "".join(adf_text(child) for child in objs(node.get("content")))
    return f"{inner or shown}\n" if str(kind) in _BLOCKS else inner or str(shown)


def person(raw: Any) -> Person | None:
    """A user as a value; None for anything else."""
    # Options and groups have a "name" or "key" too; only users have one of these two.
    if not isinstance(raw, dict) or not ("accountId" in raw or "displayName" in raw):
        return None
    key = account_id(raw)
    return (
        Person(key, words(raw), raw.get("active") is not False, str(raw.get("emailAddress") or ""))
        if key
        else None
    )


def party(raw: Any) -> Person | Group | None:
    """A user, group, team or option as a party."""
    someone = person(raw)
    if someone:
        return someone
    name = words(raw)
    if isinstance(raw, dict):
        return Group(str(raw.get("groupId") or raw.get("id") or name), name) if name else None
    return Group(name, name) if parsing.text(name).filled else None


def error_in(raw: Any) -> str | None:
    """What an error object in place of a value says; None for a value."""
    if isinstance(raw, dict):
        if "errorMessage" in raw:
            return str(raw["errorMessage"])
        # Fields of a product without a licence hold this in place of a value.
        if "nonEditableReason" in raw:
            return "not available on this site"
    return None


def _listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [] if raw is None else [raw]


def _text(name: str, raw: Any, where: str) -> Field:
    return parsing.text(words(raw), where, name)


def _bool(_: str, raw: Any, where: str) -> Field:
    return parsing.boolean(raw if isinstance(raw, bool) else words(raw), where)


def _choice(name: str, raw: Any, where: str) -> Field:
    return parsing.choice(name, words(raw), where)


def _users(_: str, raw: Any, where: str) -> Field:
    people = tuple(p for p in map(person, _listed(raw)) if p)
    # Kept for the finding: "it says X, which is nobody" can be mended, "it is empty" would be wrong.
    rubbish = "" if people else parsing.shorten(words(raw))
    return Field(people or None, raw=rubbish, where=where)


def _party(_: str, raw: Any, where: str) -> Field:
    parties = tuple(p for p in map(party, _listed(raw)) if p)
    return Field(parties or None, where=where)


def _moment(_: str, raw: Any, where: str) -> Field:
    return parsing.moment(words(raw), where)


def _keys(_: str, raw: Any, where: str) -> Field:
    shown = words(raw)
    # Out of running text: where sites keep keys is often a text field, with words around them.
    found = tuple(dict.fromkeys(_KEY.findall(shown)))
    return Field(found or None, raw="" if found else parsing.shorten(shown), where=where)


def _list(_: str, raw: Any, where: str) -> Field:
    # Arrows too: people write environments as "D > T > A > P".
    listed = raw if isinstance(raw, list) else re.split(r"[,;\n>→]+", words(raw))
    parts = tuple(p.strip() for p in map(words, listed) if parsing.text(p).filled)
    return Field(parts or None, where=where)


_BY_KIND: dict[Kind, Callable[[str, Any, str], Field]] = {
    Kind.TEXT: _text,
    Kind.BOOL: _bool,
    Kind.CHOICE: _choice,
    Kind.USERS: _users,
    Kind.PARTY: _party,
    Kind.MOMENT: _moment,
    Kind.KEYS: _keys,
    Kind.LIST: _list,
}
