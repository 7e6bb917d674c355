"""What the Jira sandbox keeps of users, fields, issues, comments and approvals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.jira.fields import FieldKind

CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
_NEW = frozenset({"open", "draft", "to do", "concept", "planning", "intake"})
_DONE = frozenset(
    {"closed", "completed", "done", "canceled", "declined", "failed", "gesloten", "geannuleerd"}
)


def category(status: str) -> str:
    """The status category a workflow would give a status of this name."""
    name = status.lower()
    return "new" if name in _NEW else "done" if name in _DONE else "indeterminate"


@dataclass(slots=True)
class User:
    """A user. `token` is an API token; without one the user cannot call the API."""

    account_id: str
    name: str
    email: str = ""
    token: str = ""
    timezone: str = "Europe/Brussels"
    active: bool = True
    # As accounts are by default on Cloud: nobody's address is told.
    email_visible: bool = False


@dataclass(slots=True)
class SiteField:
    """A field of the site; `kind` decides schema and shape of values."""

    id: str
    name: str
    kind: FieldKind


@dataclass(slots=True)
class Comment:
    """A comment; `body` is ADF on Cloud. Internal ones carry the property `sd.public.comment`. `editor` is who
    edited it last.
    """

    id: str
    author: User
    body: Any
    created: datetime
    updated: datetime
    properties: dict[str, Any] = field(default_factory=dict)
    editor: User | None = None

    @property
    def public(self) -> bool:
        """Whether a customer sees it in the portal."""
        hidden = self.properties.get("sd.public.comment")
        return not (isinstance(hidden, Mapping) and hidden.get("internal") is True)


@dataclass(slots=True)
class Approval:
    """One JSM approval: who is asked, and what each answered ("approved", "declined", "pending")."""

    id: str
    name: str
    answers: dict[str, str]
    created: datetime
    completed: datetime | None = None

    @property
    def final(self) -> str:
        """Declined as soon as one declines, approved once all approved."""
        given = set(self.answers.values())
        return "declined" if "declined" in given else "approved" if given == {"approved"} else "pending"


@dataclass(slots=True)
class Change:
    """One entry of the changelog: by whom, when, and (field id, from, to) as shown. `link` is an issue that was
    linked and the word for it; such an entry has no field id.
    """

    id: str
    author: User
    at: datetime
    items: list[tuple[str, str | None, str | None]]
    link: tuple[str, str] | None = None


@dataclass(slots=True)
class Issue:
    """An issue. `values` holds field values in the JSON shape of the API."""

    id: str
    key: str
    project: str
    type: str
    status: str
    creator: User
    created: datetime
    updated: datetime
    jsm: bool
    values: dict[str, Any] = field(default_factory=dict)
    history: list[Change] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    links: list[tuple[str, str, str, bool]] = field(default_factory=list)
    parent: str = ""
    # What the search index learnt when: it lags, and shows the stamp it knew then.
    indexed: list[tuple[datetime, datetime]] = field(default_factory=list)
