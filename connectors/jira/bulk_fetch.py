"""Many issues in one request: `POST issue/bulkfetch`, which only Cloud has, takes up to 100 ids and gives no order.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulkfetch-post
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from connectors.jira.client import Client, mapping, rows
from domain.ports.errors import SourceError

MOST = 100
"""Issues that one request may name."""


class BulkFetch:
    """Issues fetched together; each is given out once, because it grows old."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._issues: dict[str, dict[str, Any]] = {}

    def forget(self) -> None:
        """Whatever was not asked for."""
        with self._lock:
            self._issues = {}

    def fetch(self, ids: Sequence[str], fields: Sequence[str]) -> None:
        """Get these, in the place of those fetched before. What Jira leaves out, or cannot give, is read singly."""
        self.forget()
        # One is read with all that a single reading gives, at the same price.
        if len(ids) < 2:
            return
        try:
            found = self._ask(ids[:MOST], fields) if self._client.cloud else []
        # Only a shortcut: whatever went wrong shows itself, with its reason, when the first is read singly.
        except SourceError:
            return
        with self._lock:
            self._issues = {str(issue.get("id")): issue for issue in found}

    def take(self, issue_id: str) -> dict[str, Any] | None:
        """An issue that was fetched; None when it was not."""
        with self._lock:
            # Taken out: read a second time, an issue may have changed since.
            return self._issues.pop(issue_id, None)

    def _ask(self, ids: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any]]:
        asked = {"issueIdsOrKeys": list(ids), "fields": list(fields), "expand": ["changelog"]}
        return rows(mapping(self._client.post("issue/bulkfetch", asked)), "issues")
