"""Work notes. ServiceNow's journal cannot be edited, so each piece of news is a note of its own, with a visible
marker as its last line; columns the admin gave for it are overwritten in the same request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.servicenow import encoded_query, mapping, own_notes, values
from connectors.servicenow.client import NAME, Client
from connectors.servicenow.own_notes import OwnWorkNotes
from connectors.servicenow.settings import ServiceNowSettings
from domain.legible import legible
from domain.parsing import shorten
from domain.ports.errors import Forbidden, NotFound, Refused
from domain.ports.messaging import Format, Marker, Place, Posted

LIMIT = 3900
"""Characters in a note. Journal columns hold 4000 unless made larger, and a cut would take the marker away."""

# Stands in every note where people read it; 48 bits tell the few texts of one ticket apart.
_DIGEST = 12
_MARK = re.compile(
    r"^\[sluis (?P<slot>\S+) h=(?P<digest>[0-9a-f]{12}) r=(?P<revision>\d+)\]\s*$", re.MULTILINE
)
_TAG = re.compile(r"\[(?=\W*c\W*o\W*d\W*e|\s*sluis\b)", re.IGNORECASE)
"""What begins a section of HTML, whatever stands between its letters, or looks like our marker."""
_ACTIVE = re.compile(r"(?i)(\b(?:https?|ftp|file|mailto|javascript|data|www)(?=[:.]\S)|@(?=\[)|&(?=#?\w+;))")
"""What the activity stream might make into a link, a mention or another character."""
_HARMLESS = str.maketrans({"<": "‹", ">": "›"})
_NOTE = "work_notes"
_POLICY = re.compile(r"Data Policy Exception:\s*(?P<reason>.+)", re.IGNORECASE)
"""What a data policy wants, in the words that its administrator gave it."""


def inert(text: str) -> str:
    """Text in which the instance finds no `[code]` section, link or mention, a browser no tag, and we no marker."""
    plain = legible(text).translate(_HARMLESS)
    # Broken by a character of no width: the words stay readable, and `[code]` would be shown as HTML.
    return _ACTIVE.sub("\\1\u200b", _TAG.sub("[\u200b", plain))


def mark(marker: Marker) -> str:
    """The last line of a note."""
    return f"[sluis {marker.slot} h={marker.digest[:_DIGEST]} r={marker.revision}]"


def note(text: str, marker: Marker) -> str:
    """The note as it is written: inert text, cut when too long, and the marker."""
    # The marker after the text was made inert: it is the one that may stand.
    line, safe = mark(marker), inert(text).strip()
    room = LIMIT - len(line) - 2
    return f"{safe if len(safe) <= room else safe[: room - 1].rstrip() + '…'}\n\n{line}"


class WorkNotes:
    """A `MessageChannel`. A place is the id of a ticket."""

    name = NAME
    format = Format.PLAIN
    editable = False
    endless = False
    searchable = True

    def __init__(self, client: Client, settings: ServiceNowSettings, own: OwnWorkNotes) -> None:
        self._client, self._settings, self._own = client, settings, own

    def find(self, place: Place, marker: Marker, since: datetime) -> Sequence[Posted]:
        """Our notes for the slot, oldest first. Raises Forbidden when the journal cannot be seen: then nothing
        says that there is no note, and none may be written on that assumption.
        """
        table, sys_id = mapping.split_id(place.container)
        # Through the ticket first: sys_journal_field has access rules of its own (docs/servicenow-facts.md, row 8).
        row = self._client.record(table, sys_id, (_NOTE, *own_notes.COLUMNS))
        self._own.about_to(place.container, row)
        seen = _marks(values.shown(row, _NOTE), sys_id, marker.slot)
        if seen:
            return list(reversed(seen))  # the journal shows the newest first
        # Notes are shown, so the account may see them: ours is not among them.
        if values.shown(row, _NOTE).strip():
            return []
        return self._from_journal(sys_id, marker)

    def _from_journal(self, sys_id: str, marker: Marker) -> Sequence[Posted]:
        """The journal's own rows, for an account to which the ticket shows no notes, or when there are none."""
        query = encoded_query.every(
            encoded_query.equals("element_id", sys_id), encoded_query.equals("element", _NOTE)
        )
        rows = self._client.listing("sys_journal_field", query, ("value", "sys_created_on"))
        if not rows.complete:
            fix = "let the account read work_notes of the ticket, or sys_journal_field"
            raise Forbidden(NAME, "the work notes may not be read", fix)
        in_time = sorted(rows, key=lambda row: values.value(row, "sys_created_on"))
        return [p for row in in_time for p in _marks(values.value(row, "value"), sys_id, marker.slot)]

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        """Add a note. Raises Refused when a policy or permission forbids it, Ambiguous when nobody knows."""
        table, sys_id = mapping.split_id(place.container)
        try:
            columns = ("sys_id", _NOTE, *own_notes.COLUMNS)
            row = self._client.patch(table, sys_id, self._payload(str(body), marker), columns)
        except (Forbidden, NotFound, Refused) as error:
            fix = "give the account write access to work_notes, or exempt it from the data policy"
            # The one reason that the team can do something about itself: it is told on Slack.
            policy = _POLICY.search(str(error))
            raise Refused(NAME, str(error), fix, policy["reason"] if policy else "") from None
        # A field that the account may not write is dropped in silence, and the answer is a 200.
        if values.has(row, _NOTE) and mark(marker) not in values.shown(row, _NOTE):
            fix = "give the account write access to the column work_notes"
            raise Refused(NAME, "accepted the request but took no note", fix)
        self._own.wrote(place.container, row)
        return f"{sys_id}:{marker.revision}:{marker.digest[:_DIGEST]}"

    def _payload(self, text: str, marker: Marker) -> dict[str, str]:
        payload = {_NOTE: note(text, marker)}
        if self._settings.status_column:
            # The column is made as String (100); see COLUMNS.md.
            payload[self._settings.status_column] = shorten(inert(text.strip().partition("\n")[0]), 100)
        if self._settings.findings_column:
            payload[self._settings.findings_column] = inert(text).strip()[:LIMIT]
        return payload

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        """Always Refused."""
        raise Refused(NAME, "work notes cannot be edited")

    def remove(self, place: Place, remote_id: str) -> None:
        """Always Refused."""
        raise Refused(NAME, "work notes cannot be removed")


def _marks(text: str, sys_id: str, slot: str) -> list[Posted]:
    found = (m for m in _MARK.finditer(text) if m["slot"] == slot)
    return [Posted(f"{sys_id}:{m['revision']}:{m['digest']}", m["digest"]) for m in found]
