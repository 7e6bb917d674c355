"""Attributes of an Assets object into an asset of the common vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.jira.assets.api import OBJECTS
from connectors.jira.client import NAME, account_id
from connectors.jira.values import obj, objs
from domain import parsing
from domain.asset import TRAITS, Asset
from domain.fields import Field
from domain.people import Group, Person

NAMES: Mapping[str, tuple[str, ...]] = {
    "confidentiality": ("Confidentiality", "Vertrouwelijkheid"),
    "integrity": ("Integrity", "Integriteit"),
    "availability": ("Availability", "Beschikbaarheid"),
    "gdpr": ("GDPR", "AVG"),
    "ksz": ("KSZ",),
    "nis2": ("NIS2",),
    "owner": ("Owner", "Application owner", "Eigenaar"),
    "operations_group": ("Operations group", "Beheergroep"),
    "service_hours": ("Service hours", "Diensturen"),
    "stakeholders": ("Stakeholders", "Belanghebbenden"),
    "maintenance_windows": ("Maintenance windows", "Onderhoudsvensters"),
    "supplier": ("Supplier", "Leverancier"),
    "chain_component": ("Chain component", "Ketencomponent"),
    "internet_facing": ("Internet facing", "Internet-facing", "Via internet bereikbaar"),
}
"""Names of attributes to look for, best first, unless an admin names another."""

_ACCOUNT = re.compile(r"[0-9a-f]{24}|\d{1,10}:[0-9a-f-]{36}|qm:[0-9a-f:-]{20,100}")
"""Account ids of Jira Cloud, where one stands as plain text."""

Lookup = Callable[[str], Person | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """An object type's attributes: name by id, all of them. None when the account may not see them."""

    names: Mapping[str, str] | None

    def has(self, wanted: str) -> bool:
        """Whether objects of this type have the attribute, filled or not."""
        return any(_same(name, wanted) for name in (self.names or {}).values())


def wanted_names(overrides: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The attribute names to look for, by field of an asset."""
    # In the place of the default names, not beside them: an admin who names one means no other.
    own = {name.lower(): (attribute,) for name, attribute in overrides.items()}
    return dict(NAMES) | own


def to_asset(
    ref_id: str, raw: Mapping[str, Any], kind: Kind, wanted: Mapping[str, Sequence[str]], user: Lookup
) -> Asset:
    """The asset that an object is, under the id by which tickets point to it. `user` finds an account by its id."""
    held = _held(raw, kind)
    fields = {name: _field(name, names, held, kind, user) for name, names in wanted.items()}
    label = str(raw.get("label") or raw.get("objectKey") or ref_id)
    updated = parsing.moment(raw.get("updated")).moment
    return Asset.described((OBJECTS, ref_id), label, fields, updated, accounts=NAME)


def references(raw: Mapping[str, Any], kind: Kind, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Id, key and label of each object to which an object refers in an attribute of one of these names."""
    held = _held(raw, kind)
    for name in dict.fromkeys(map(_plain, names)):
        for value in held.get(name, ()):
            if other := obj(value.get("referencedObject")):
                key = str(other.get("objectKey") or "")
                yield str(other.get("id") or ""), key, str(other.get("label") or key)


def _held(raw: Mapping[str, Any], kind: Kind) -> dict[str, list[dict[str, Any]]]:
    """Values by the attribute's name, lower case. An object names its attributes by id, or carries the name."""
    held: dict[str, list[dict[str, Any]]] = {}
    for attribute in objs(raw.get("attributes")):
        own = obj(attribute.get("objectTypeAttribute"))
        key = str(attribute.get("objectTypeAttributeId") or own.get("id") or "")
        name = str(own.get("name") or (kind.names or {}).get(key, ""))
        held[_plain(name)] = objs(attribute.get("objectAttributeValues"))
    return held


def _field(
    name: str, wanted: Sequence[str], held: Mapping[str, list[dict[str, Any]]], kind: Kind, user: Lookup
) -> Field:
    """The first of the names that the object has. One it has nothing in is empty only when its type has it."""
    attribute = next((w for w in wanted if _plain(w) in held or kind.has(w)), None)
    if attribute is None:
        return parsing.unreadable(wanted[0], "the object has no such attribute, or it may not be read")
    values = held.get(_plain(attribute), [])
    if name in ("owner", "stakeholders"):
        people = [someone for value in values if (someone := _person(value, user))]
        return Field(tuple(people), where=attribute)
    if name == "operations_group":
        return Field(tuple(_group(value) for value in values if shown(value)), where=attribute)
    return _READERS[name](", ".join(filter(None, map(shown, values))), attribute)


def shown(value: Mapping[str, Any]) -> str:
    """A value as people see it: a referenced object's label, a user, group or status by name, else the value."""
    named = (("referencedObject", "label"), ("user", "displayName"), ("status", "name"), ("group", "name"))
    inner = next((obj(value.get(k)).get(n) for k, n in named if obj(value.get(k)).get(n)), None)
    plain = value.get("displayValue")
    found = inner or (value.get("value") if plain in (None, "") else plain)
    return "" if found is None else str(found)


def _person(value: Mapping[str, Any], user: Lookup) -> Person | None:
    """A user as Assets gives one; an account id as text is looked up; anybody else is a bare name, no account."""
    raw = obj(value.get("user"))
    key = account_id(raw) or (str(value.get("searchValue") or "") if raw else "")
    name = shown(value)
    if key:
        active = not (raw.get("isDeleted") or raw.get("active") is False)
        return Person(key, name or key, active, str(raw.get("emailAddress") or ""))
    text = str(value.get("value") or name).strip()
    # Assets also keeps people in attributes of plain text, by their account id.
    if _ACCOUNT.fullmatch(text):
        return user(text) or Person(text, text)
    return Person(name, name) if parsing.text(name).filled else None


def _group(value: Mapping[str, Any]) -> Group:
    name = shown(value)
    return Group(str(obj(value.get("group")).get("groupId") or name), name)


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


_READERS: Mapping[str, Callable[[str, str], Field]] = {
    **dict.fromkeys(("confidentiality", "integrity", "availability"), parsing.level),
    **dict.fromkeys(("gdpr", "ksz", "nis2", *TRAITS), parsing.boolean),
    "service_hours": parsing.hours,
    **dict.fromkeys(("maintenance_windows", "supplier"), parsing.text),
}
