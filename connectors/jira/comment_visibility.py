"""Keeping internal comments internal: Jira's answer to a write says whether customers see it in the portal.

A restriction to a role does not hide a comment there; only the property `sd.public.comment` does, and it may be ignored
for an account that is only a customer of the service project. What came out visible is taken away at once, and
nothing more is written in that project: asking is cheaper than a second message to customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.jira.client import NAME, Client, mapping
from connectors.jira.values import obj
from domain.ports.errors import Refused, SourceError

_FIX = (
    "make the account an agent of the service project and start the bot anew, or set JIRA_PUBLIC_COMMENTS=true "
    "if customers may read along"
)


class VisibilityGuard:
    """Remembers, while the process lives, in which projects internal comments do not stay internal."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._open: set[str] = set()

    def ask(self, issue: str) -> None:
        """Whether a comment may be written. Raises Refused."""
        # Nothing leaked so far: one request less for every comment.
        if not self._open:
            return
        key = str(self._project(issue).get("key"))
        if key in self._open:
            raise Refused(NAME, f"comments in {key} come out visible to customers; none is written", _FIX)

    def look(self, issue: str, comment: Mapping[str, Any]) -> None:
        """Look at a comment just written. Raises Refused when customers see it. Outside service projects Jira says
        that of every comment, and Data Center says nothing. It is read once more before anything is taken away:
        the answer to a write might be older than the property that came with it.
        """
        if comment.get("jsdPublic") is not True:
            return
        project = self._project(issue)
        if project.get("projectTypeKey") != "service_desk":
            return
        path = f"issue/{issue}/comment/{comment.get('id')}"
        if mapping(self._client.api(path)).get("jsdPublic") is not True:
            return
        # Remembered before it is taken away: that may fail, and the next comment must not be written all the same.
        self._open.add(str(project.get("key")))
        what = "a comment that is to be internal came out visible to customers"
        try:
            self._client.write("DELETE", path)
        except SourceError as error:
            raise Refused(
                NAME, f"{what} and could not be taken away ({error}): remove it by hand", _FIX
            ) from None
        raise Refused(NAME, f"{what} and was taken away", _FIX)

    def _project(self, issue: str) -> Mapping[str, Any]:
        answer = mapping(self._client.api(f"issue/{issue}", {"fields": "project"}))
        return obj(obj(answer.get("fields")).get("project"))
