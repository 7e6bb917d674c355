"""Jira Assets as a register of assets: objects by id, by the service they mirror, or by name.

What a ticket holds is checked for its shape before it enters an address or a query.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.jira.assets.api import OBJECTS, PAGE, AssetsApi, road
from connectors.jira.assets.attributes import Kind, to_asset, wanted_names
from connectors.jira.client import Client
from connectors.jira.directory import Directory
from connectors.jira.settings import JiraSettings
from connectors.jira.values import obj, objs
from connectors.shared.cache import Cache
from domain.asset import Asset
from domain.people import Person
from domain.ports.errors import Forbidden, NotFound, SourceError
from domain.sentence import Quote
from domain.ticket import AssetRef

MAX_PAGES = 100
"""More pages to one query than this are taken for a server that never ends."""

_ID = re.compile(r"(?:([0-9A-Za-z][0-9A-Za-z-]{0,63}):)?([0-9]{1,18}|[A-Z][A-Z0-9_]{0,63}-[0-9]{1,18})")
"""`<workspace>:<object>` on Cloud, an object's key on Data Center."""
_SERVICE = re.compile(r"ari:cloud:graph::service/[0-9A-Za-z-]{1,64}(?:/[0-9A-Za-z-]{1,64})?")
"""A service as the field "Affected services" gives it. Assets mirrors services, with this in their "Service ID"."""
_SAYABLE = re.compile(r'[^"\\\x00-\x1f]{1,250}')
"""Names that can be put into a query without escaping."""

Key = tuple[str, str]
"""Workspace and object."""
Objects = list[tuple[str, dict[str, Any]]]
"""Objects, each with its workspace."""


class JiraAssets:
    """An `AssetBook`. What was read of an object is kept for some minutes (JIRA_ASSETS_CACHE_MINUTES)."""

    name = OBJECTS
    title = Quote("Jira Assets")

    def __init__(
        self,
        client: Client,
        settings: JiraSettings,
        way: Callable[[], AssetsApi] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.wanted = wanted_names(settings.asset_fields)
        self._directory = Directory(client)
        seconds = settings.assets_cache_minutes * 60
        self._workspaces = Cache[None, tuple[str, ...]](seconds, clock)
        self._kinds = Cache[Key, Kind](seconds, clock)
        self._assets = Cache[str, Asset](seconds, clock)
        self._by_label = Cache[str, Objects](seconds, clock)
        self._find_way = way or (lambda: road(client, settings))
        self._way: AssetsApi | None = None
        self._lock = threading.Lock()

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        """Objects by id, others by exact name in any case; a name that two objects carry finds nothing. One of ours
        that Assets does not show (hidden or deleted: it does not tell) comes back with nothing readable. Raises
        SourceError; Forbidden when the account may not use Assets at all.
        """
        own = [ref for ref in refs if ref.book == OBJECTS]
        named = [ref for ref in refs if ref.book != OBJECTS]
        return self._own(own) | self._named(named)

    @property
    def way(self) -> AssetsApi:
        """How Assets is reached. Raises SourceError when Jira does not say what it is."""
        with self._lock:
            if self._way is None:
                self._way = self._find_way()
            return self._way

    def workspaces(self) -> tuple[str, ...]:
        """The workspaces of the site. Raises SourceError."""
        found = self._workspaces.ask(None, self.way.workspaces)
        # It becomes part of every address, and it too came over the line.
        return tuple(one for one in found if not one or _ID.fullmatch(f"{one}:1"))

    def kind(self, workspace: str, type_id: str) -> Kind:
        """The attributes of an object type, those it inherits included."""
        return self._kinds.ask((workspace, type_id), lambda: self._kind(workspace, type_id))

    def kind_of(self, workspace: str, raw: Mapping[str, Any]) -> Kind:
        """The attributes of an object's type."""
        type_id = str(obj(raw.get("objectType")).get("id") or "")
        return self.kind(workspace, type_id) if type_id.isdecimal() else Kind(None)

    def ref(self, workspace: str, raw: Mapping[str, Any]) -> AssetRef:
        """How an object is named where no ticket names it."""
        own = f"{workspace}:{raw.get('id')}" if workspace else str(raw.get("objectKey"))
        return AssetRef(OBJECTS, own, str(raw.get("label") or raw.get("objectKey") or own))

    def located(self, refs: Iterable[AssetRef]) -> dict[Key, AssetRef]:
        """Where these are in Assets, services by the objects that mirror them; what is nowhere is left out."""
        given = list(refs)
        services = self._mirrors([ref for ref in given if _SERVICE.fullmatch(ref.id)])
        mirrored = {(place, str(raw.get("id"))): ref for ref, (place, raw) in services.items()}
        return {key: ref for ref in given if (key := self._key(ref))} | mirrored

    def referring(self, keys: Collection[Key]) -> Objects:
        """Objects that refer to any of these, by whatever attribute. Raises SourceError."""
        found: Objects = []
        for workspace in sorted({place for place, _ in keys}):
            ids = sorted(name for place, name in keys if place == workspace)
            numbers, names = [i for i in ids if i.isdecimal()], [f'"{i}"' for i in ids if not i.isdecimal()]
            for attribute, words in (("objectId", numbers), ("Key", names)):
                for some in _batched(words):
                    query = f"object having outboundReferences({attribute} in ({', '.join(some)}))"
                    found += [(workspace, raw) for raw in self._query(workspace, query)]
        return found

    def first(self, query: str) -> Objects:
        """The first page of what a query finds, of every workspace. Raises SourceError."""
        return [(place, raw) for place in self.workspaces() for raw in self.way.aql(place, query, 0)[0]]

    def _own(self, refs: Sequence[AssetRef]) -> dict[AssetRef, Asset]:
        hidden = {ref: Asset(OBJECTS, ref.id, ref.name) for ref in refs}
        keys = {ref: key for ref in refs if (key := self._key(ref))}
        known = self._assets.known(ref.id for ref in refs)
        kept = {ref: known[ref.id] for ref in refs if ref.id in known}
        missing = {ref: key for ref, key in keys.items() if ref not in kept}
        found = self._by_key(set(missing.values())) if missing else {}
        read = {ref: self._asset(ref.id, *found[key]) for ref, key in missing.items() if key in found}
        read |= self._services([ref for ref in refs if ref not in kept and _SERVICE.fullmatch(ref.id)])
        self._assets.keep({ref.id: asset for ref, asset in read.items()})
        return hidden | kept | read

    def _key(self, ref: AssetRef) -> Key | None:
        """Where the object of a ticket is; None for what cannot be one."""
        match = _ID.fullmatch(ref.id)
        if match is None:
            return None
        if match[1]:
            return match[1], match[2]
        places = self.workspaces()
        # Of two workspaces an id without one may mean either.
        return (places[0], match[2]) if len(places) == 1 else None

    def _by_key(self, keys: set[Key]) -> dict[Key, tuple[str, dict[str, Any]]]:
        """Objects by id or key, many at once; one by one where the site does not take the query."""
        found: dict[Key, tuple[str, dict[str, Any]]] = {}
        for workspace in sorted({place for place, _ in keys}):
            ids = sorted(name for place, name in keys if place == workspace)
            found |= self._batches(workspace, "objectId", [i for i in ids if i.isdecimal()])
            found |= self._batches(workspace, "Key", [f'"{i}"' for i in ids if not i.isdecimal()])
        return {key: found[key] for key in keys if key in found}

    def _batches(
        self, workspace: str, name: str, ids: Sequence[str]
    ) -> dict[Key, tuple[str, dict[str, Any]]]:
        found: dict[Key, tuple[str, dict[str, Any]]] = {}
        for some in _batched(ids):
            try:
                objects = self._query(workspace, f"{name} in ({', '.join(some)})")
            except SourceError as error:
                if not not_taken(error):
                    raise
                objects = list(self._one_by_one(workspace, [i.strip('"') for i in some]))
            for raw in objects:
                # Tickets name an object by either, and the answer does not say by which it was asked.
                for alias in (str(raw.get("id")), str(raw.get("objectKey"))):
                    found[workspace, alias] = workspace, raw
        return found

    def _one_by_one(self, workspace: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
        for one in ids:
            try:
                raw = obj(self.way.get(workspace, f"object/{one}"))
                if not isinstance(raw.get("attributes"), list):
                    raw |= {"attributes": self.way.get(workspace, f"object/{one}/attributes")}
            except (Forbidden, NotFound):
                continue
            yield raw

    def _query(self, workspace: str, query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for _ in range(MAX_PAGES):
            page, more = self.way.aql(workspace, query, len(found))
            found += page
            if not more:
                break
        return found

    def _named(self, refs: Sequence[AssetRef]) -> dict[AssetRef, Asset]:
        """Objects that go by the name of an asset of another register, or of a ticket that gives just a name."""
        names = {ref: ref.name.strip() for ref in refs if _SAYABLE.fullmatch(ref.name.strip())}
        wanted = {name.casefold(): name for name in names.values()}
        found = self._by_label.ask_all(wanted, lambda new: self._by_name({wanted[key] for key in new}))
        return {
            ref: self._asset(f"{place}:{raw.get('id')}" if place else str(raw.get("objectKey")), place, raw)
            for ref, name in names.items()
            for place, raw in _only(found.get(name.casefold(), []))
        }

    def _by_name(self, names: set[str]) -> dict[str, Objects]:
        try:
            return self._matching("Name", names, lambda raw: str(raw.get("label") or ""))
        except SourceError as error:
            if not not_taken(error):
                raise
            why = f"names cannot be looked up: {error}"
            raise Forbidden(OBJECTS, why, "give the object types an attribute Name") from None

    def _services(self, refs: Sequence[AssetRef]) -> dict[AssetRef, Asset]:
        return {ref: self._asset(ref.id, place, raw) for ref, (place, raw) in self._mirrors(refs).items()}

    def _mirrors(self, refs: Sequence[AssetRef]) -> dict[AssetRef, tuple[str, dict[str, Any]]]:
        """The object that mirrors each service."""
        try:
            found = self._matching('"Service ID"', {ref.id for ref in refs}, _service_id)
        except SourceError as error:
            if not not_taken(error):
                raise
            found = {}
        return {ref: one for ref in refs for one in _only(found.get(ref.id.casefold(), []))}

    def _matching(
        self, attribute: str, words: set[str], own: Callable[[Mapping[str, Any]], str]
    ) -> dict[str, Objects]:
        """Objects whose attribute is one of the words, by that word, lower case: `own` tells it of an object."""
        found: dict[str, Objects] = {}
        for workspace in self.workspaces() if words else ():
            for some in _batched(sorted(words)):
                shown = ", ".join(f'"{word}"' for word in some)
                for raw in self._query(workspace, f"{attribute} in ({shown})"):
                    found.setdefault(own(raw).strip().casefold(), []).append((workspace, raw))
        return found

    def _asset(self, ref_id: str, workspace: str, raw: Mapping[str, Any]) -> Asset:
        return to_asset(ref_id, raw, self.kind_of(workspace, raw), self.wanted, self._user)

    def _kind(self, workspace: str, type_id: str) -> Kind:
        try:
            listed = objs(self.way.get(workspace, f"objecttype/{type_id}/attributes"))
        except (Forbidden, NotFound):
            return Kind(None)
        return Kind({str(a.get("id")): str(a.get("name") or "") for a in listed})

    def _user(self, account_id: str) -> Person | None:
        try:
            found = self._directory.look_up(account_id)
        except SourceError:
            return None
        return next(iter(found.people), None) if found else None


def _service_id(raw: Mapping[str, Any]) -> str:
    """The service that an object mirrors, by whichever of its attributes holds one."""
    values = (v for a in objs(raw.get("attributes")) for v in objs(a.get("objectAttributeValues")))
    return next((str(v["value"]) for v in values if _SERVICE.fullmatch(str(v.get("value", "")))), "")


def not_taken(error: SourceError) -> bool:
    """Whether Assets answered that it does not take this query: it has no such attribute, or no such address."""
    # By exact type: a limit or a line that dropped is a SourceError too, and would be asked one by one.
    return type(error) in (SourceError, NotFound)


def _batched(words: Sequence[str]) -> Iterator[Sequence[str]]:
    return (words[start : start + PAGE] for start in range(0, len(words), PAGE))


def _only(objects: Objects) -> Objects:
    """The object, when it is the only one: of two nobody can tell which is meant."""
    return objects if len(objects) == 1 else []
