"""Noticing answers to service approvals: they change neither an issue's status nor its `updated`.

The issues in a status that waits for approval are listed too, now and then, in the same search as those that changed,
and the approvals field is part of what tells one state of an issue from another.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.jira import statuses
from connectors.jira.client import Client
from connectors.jira.fields import SiteField
from connectors.jira.mapping import Site
from connectors.jira.values import objs, words
from domain.lifecycle import State

APPROVALS = "com.atlassian.servicedesk.approvals-plugin:sd-approvals"
"""Custom type of the field that shows a request's approvals."""

_PASSING = frozenset({"friendly", "canAnswerApproval", "_links", "self", "avatarUrls"})
"""Parts of an approval that change by themselves or with who asks."""


class ApprovalPolling:
    """What is known of a site's approvals. `minutes` between two looks at all that wait; 0 for never. `fields` are the
    ids of the fields that show them; there are none without Service Management.
    """

    def __init__(self, client: Client, minutes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._seconds, self._clock = client, minutes * 60, clock
        self.fields: tuple[str, ...] = ()
        self._waiting: tuple[str, ...] | None = None
        self._looked: float | None = None

    def learn(self, fields: Iterable[SiteField]) -> None:
        """From the site's list of fields."""
        self.fields = tuple(sorted(f.id for f in fields if f.custom == APPROVALS))
        self._waiting = None

    def statuses(self, site: Site) -> tuple[str, ...]:
        """Names of the statuses whose issues are to be listed now too; none when it is not time yet."""
        now = self._clock()
        # Listing them at every run would read each waiting issue over and over for an answer that is rare.
        early = self._looked is not None and now - self._looked < self._seconds
        if early or not self._seconds or not self.fields:
            return ()
        if self._waiting is None:
            self._waiting = self._named(site)
        self._looked = now
        return self._waiting

    def version(self, fields: Mapping[str, Any]) -> str:
        """What tells one state of an issue's approvals from another; empty when it has none."""
        held = [fields[f] for f in self.fields if fields.get(f)]
        if not held:
            return ""
        # Kept per ticket and only compared: 64 bits are enough, and no approver's name stands in the journal.
        return hashlib.sha256(json.dumps(_lasting(held), sort_keys=True).encode()).hexdigest()[:16]

    def _named(self, site: Site) -> tuple[str, ...]:
        listed = self._client.api("status")
        asked = (s for s in objs(listed) if _waits(words(site.as_known(s)), site))
        return tuple(sorted({words(s) for s in asked}))


def _waits(name: str, site: Site) -> bool:
    return statuses.known(name, site.states) is State.AUTHORIZE


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(item) for name, item in value.items() if name not in _PASSING}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
