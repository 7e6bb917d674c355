"""What became of an issue that a full listing does not show any more.

Jira answers 404 for "deleted" and for "you may not see it" alike. An issue that is not there while its project may be
browsed is absent: deleted, given a security level, or moved out of sight; in a project that may not be, it is hidden.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from __future__ import annotations

from typing import Any

from connectors.jira.client import Client, mapping
from connectors.jira.values import obj
from domain.ports.errors import Forbidden, NotFound
from domain.ports.source import Fate
from domain.ticket import TicketRef

_BROWSE = "BROWSE_PROJECTS"
_FIELDS = "updated,project,issuetype,status"


class Fates:
    """Looks at one issue at a time; what is known of a project is kept until `forget`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._browsable: dict[str, bool] = {}

    def forget(self) -> None:
        """Permissions may have changed."""
        self._browsable.clear()

    def look(self, ref: TicketRef) -> dict[str, Any] | Fate:
        """The issue by its id, which stays when it moves; ABSENT or HIDDEN when it is not to be had. Raises
        SourceError when neither can be concluded.
        """
        project = ref.key.rpartition("-")[0]
        if self._browsable.get(project) is False:
            # A project lost from sight costs one question, not one per issue.
            return Fate.HIDDEN
        try:
            # The issue first, its project only after a 404: nearly all that a census misses were closed.
            return mapping(self._client.api(f"issue/{ref.id}", {"fields": _FIELDS}))
        except Forbidden:
            return Fate.HIDDEN
        except NotFound:
            return Fate.ABSENT if self._may_browse(project) else Fate.HIDDEN

    def _may_browse(self, project: str) -> bool:
        if project not in self._browsable:
            self._browsable[project] = self._ask(project)
        return self._browsable[project]

    def _ask(self, project: str) -> bool:
        try:
            told = self._client.api("mypermissions", {"projectKey": project, "permissions": _BROWSE})
        except (NotFound, Forbidden):
            return False
        return obj(obj(mapping(told).get("permissions")).get(_BROWSE)).get("havePermission") is True
