"""What the Jira sandbox keeps of Assets: object types, objects with attributes, and the queries it understands."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SCHEMA, PREFIX = "1", "AST"
_QUERY = re.compile(r'(objectId|Key|Name|"Service ID")\s+in\s+\((.*)\)')
_REFERRING = re.compile(r"object having outboundReferences\((.*)\)")
_FILLED = re.compile(r'"([^"]*)" is not EMPTY')
_WORD = re.compile(r'"([^"]*)"|([^\s,"]+)')


@dataclass(frozen=True, slots=True)
class Status:
    """A value of a status attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A value of a reference attribute: the label of another object, and its id where the site has that object."""

    label: str
    id: str = ""


@dataclass(slots=True)
class Object:
    """An object; `values` by the attribute's name, None or absent for an empty one."""

    id: str
    type: str
    label: str
    values: dict[str, Any]
    updated: datetime

    @property
    def key(self) -> str:
        """What people call it."""
        return f"{PREFIX}-{self.id}"


@dataclass(slots=True)
class Assets:
    """The objects of a site. Without any type the site has no Assets.

    hidden      ids of objects that the account may not see
    closed      the account has no Assets role at all
    typeless    the account may not read the attributes of object types
    queries     whether the site takes AQL
    addresses   Data Center: what its address is called
    """

    now: Callable[[], datetime]
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    objects: dict[str, Object] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    closed: bool = False
    typeless: bool = False
    queries: bool = True
    addresses: tuple[str, ...] = ("assets", "insight")
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def add_type(self, name: str, *attributes: str) -> None:
        """An object type with its attributes; every type has Key and Name."""
        self.types[name] = {a: str(next(self._ids)) for a in ("Key", "Name", *attributes)}

    def add(self, kind: str, label: str, **values: Any) -> str:
        """An object; gives its id. Attributes by name, with "_" for a blank; the type learns those it lacks."""
        if kind not in self.types:
            self.add_type(kind)
        named = {name.replace("_", " "): value for name, value in values.items()}
        for name in named:
            self.types[kind].setdefault(name, str(next(self._ids)))
        made = Object(str(next(self._ids)), kind, label, named, self.now())
        self.objects[made.id] = made
        return made.id

    def type_id(self, kind: str) -> str:
        """Number of an object type."""
        return str(900 + list(self.types).index(kind))

    def visible(self, name: str) -> Object | None:
        """An object by id or key, when the account may see it."""
        found = next((o for o in self.objects.values() if name in (o.id, o.key)), None)
        return found if found and found.id not in self.hidden else None

    def query(self, text: str) -> list[Object]:
        """Objects that match. Raises ValueError for a query that is not understood."""
        if self.queries and (referring := _REFERRING.fullmatch(text)):
            meant = {o.id for o in self.query(referring[1])}
            return [o for o in self._seen() if meant & {r.id for r in _references(o)}]
        if self.queries and (filled := _FILLED.fullmatch(text)):
            # An attribute that no type has makes a query invalid.
            if not any(filled[1] in attributes for attributes in self.types.values()):
                raise ValueError(text)
            return [o for o in self._seen() if o.values.get(filled[1])]
        match = _QUERY.fullmatch(text)
        # Strict on purpose: a query that a real site might not take must fail here too.
        if match is None or not self.queries:
            raise ValueError(text)
        # AQL compares without regard to case.
        words = {(quoted or plain).casefold() for quoted, plain in _WORD.findall(match[2])}
        return [o for o in self._seen() if _attribute(o, match[1]).casefold() in words]

    def _seen(self) -> list[Object]:
        return [o for o in self.objects.values() if o.id not in self.hidden]


def _references(one: Object) -> list[Reference]:
    held = (v if isinstance(v, list) else [v] for v in one.values.values())
    return [value for several in held for value in several if isinstance(value, Reference)]


def _attribute(one: Object, name: str) -> str:
    own = {"objectId": one.id, "Key": one.key, "Name": one.label}
    return own.get(name, str(one.values.get(name.strip('"'), "")))
