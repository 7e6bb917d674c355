"""What a site's types, statuses, projects and fields were called when they were understood, by their ids.

Settings name things by the names that people see, and an admin may give a thing another name at any time; its id stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from connectors.jira.values import obj


class Named(StrEnum):
    """What settings name, or the built-in lists do."""

    TYPE = "type"
    STATUS = "status"
    PROJECT = "project"
    FIELD = "field"


class FormerNames:
    """The names under which things were understood last, and how they were found to be called since."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._now: dict[str, str] = {}

    def recall(self, names: Mapping[str, str]) -> None:
        """What an earlier process learnt; what this one learnt goes first."""
        self._names = {**names, **self._names}

    def learnt(self) -> Mapping[str, str]:
        """All that is known by now."""
        return dict(self._names)

    def understood(self, what: Named, number: str, name: str) -> None:
        """Something of this id goes by a name that is known."""
        if number and name:
            self._names[f"{what}:{number}"] = name
            self._now.pop(f"{what}:{number}", None)

    def of(self, what: Named, number: str) -> str:
        """The name under which this id was understood before; empty where it never was."""
        return self._names.get(f"{what}:{number}", "")

    def met(self, what: Named, number: str, now: str) -> None:
        """Something was known by its id alone: it goes by this name now."""
        self._now[f"{what}:{number}"] = now

    def number(self, what: Named, name: str) -> str:
        """The id of what went by this name; empty where nothing did."""
        found = (key for key, known in self._names.items() if known == name and key.startswith(f"{what}:"))
        return next(found, "").partition(":")[2]

    def since(self, what: Named, wanted: Collection[str]) -> tuple[str, ...]:
        """The present names of what went by one of these names."""
        pairs = ((key.partition(":")[0], self._names.get(key), now) for key, now in self._now.items())
        return tuple(sorted(now for kind, then, now in pairs if kind == what and then in wanted))

    def told(self) -> tuple[str, ...]:
        """A line for each type, project and field that goes by another name. Statuses are told with their tickets."""
        return tuple(
            f"the {_WORDS[kind]} {self._names[key]} is called {now} now, and is known by its id — {_CURES[kind]}"
            for key, now in sorted(self._now.items())
            if (kind := Named(key.partition(":")[0])) in _WORDS and key in self._names
        )

    def look_at(self, fields: Mapping[str, Any], kinds: Collection[str], projects: Collection[str]) -> None:
        """Learn from an issue: `kinds` are the watched types in lower case, `projects` the watched keys."""
        for what, member, name, known in (
            (Named.TYPE, "issuetype", "name", kinds),
            (Named.PROJECT, "project", "key", projects),
        ):
            bean = obj(fields.get(member))
            number, shown = str(bean.get("id") or ""), str(bean.get(name) or "")
            if shown in known or (what is Named.TYPE and shown.strip().lower() in known):
                self.understood(what, number, shown)
            elif what is Named.PROJECT and self.of(what, number) in known:
                self.met(what, number, shown)


_WORDS = {Named.TYPE: "issue type", Named.PROJECT: "project", Named.FIELD: "field"}
_CURES = {
    Named.TYPE: "set JIRA_ISSUE_TYPES to the new name",
    Named.PROJECT: "set JIRA_PROJECTS to the new key",
    Named.FIELD: "set JIRA_FIELDS__<FIELD> (or JIRA_SIGN_OFF_FIELDS__<ROLE>) to its id",
}
