"""Which assets a ticket touches: objects of Assets, services, and names, from the fields that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.jira.assets.api import OBJECTS
from connectors.jira.client import NAME
from connectors.jira.fields import ASSET_TYPES, ASSETS, FieldMap, SiteField
from connectors.jira.values import error_in, words
from domain import parsing
from domain.ticket import AssetRef

_SHOWN = re.compile(r"\s*(.*?)\s*\(([A-Z][A-Z0-9_]*-[0-9]+)\)\s*(?:[,;\n]|$)")
"""An object as Data Center shows it, "Name (KEY-12)"; several of them in one text."""
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]+")
_SERVICE = "ari:cloud:graph::service/"


def touched(fields: Mapping[str, Any], site: FieldMap) -> tuple[tuple[AssetRef, ...], bool]:
    """The assets, each once, and whether every field that could name one was readable: one that holds an error may
    hide an asset.
    """
    held = [(f, fields[f.id]) for f in site.found.get(ASSETS, ()) if f.id in fields]
    # Fields hold {"errorMessage": ...} in place of a value (docs/jira-facts.md, row 14).
    sound = [(f, value) for f, value in held if error_in(value) is None]
    refs = dict.fromkeys(ref for field, value in sound for ref in _refs(field, value))
    return tuple(refs), bool(held) and len(sound) == len(held)


def _refs(field: SiteField, value: Any) -> Iterator[AssetRef]:
    objects = field.custom in ASSET_TYPES
    for item in value if isinstance(value, list) else [value]:
        # A document (ADF) is a mapping too, but what counts of it is its text.
        if isinstance(item, Mapping) and item.get("type") != "doc":
            yield from filter(None, [_of_mapping(item, objects)])
        else:
            yield from _of_text(words(item), objects)


def _of_mapping(item: Mapping[str, Any], objects: bool) -> AssetRef | None:
    number, key = _first(item, "objectId"), _first(item, "objectKey", "key")
    if number:
        own, place = _first(item, "id"), _first(item, "workspaceId")
        # The whole id is "workspace:number"; where it is not told, it is put together from its halves.
        found = own if ":" in own else f"{place}:{number}" if place else number
        return AssetRef(OBJECTS, found, _first(item, "label", "name") or f"Assets {number}")
    if objects and key:
        return AssetRef(OBJECTS, key, _first(item, "label", "name") or key)
    name, own = words(item).strip(), _first(item, "id")
    # Most sites give a service by its id and nothing else; Assets mirrors it and knows the name.
    if own.startswith(_SERVICE) and name == own:
        return AssetRef(OBJECTS, own, own.rpartition("/")[2])
    return AssetRef(NAME, own or name, name) if parsing.text(name).filled else None


def _first(item: Mapping[str, Any], *names: str) -> str:
    """The first of these that is filled, as text; empty when none is."""
    return next((str(item[name]) for name in names if item.get(name)), "")


def _of_text(text: str, objects: bool) -> Iterator[AssetRef]:
    found = _SHOWN.findall(text) if objects else []
    for name, key in found:
        yield AssetRef(OBJECTS, key, name or key)
    # Either way of reading, not both: a comma inside a shown object's name would make assets of its halves.
    for part in re.split(r"[,;\n]+", text) if not found else ():
        name = part.strip()
        if objects and _KEY.fullmatch(name):
            yield AssetRef(OBJECTS, name, name)
        elif parsing.text(name).filled:
            yield AssetRef(NAME, name, name)
