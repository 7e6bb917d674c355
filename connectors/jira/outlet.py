"""Comments on Jira issues: created with a marker inside the same call, found again by it, edited in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.ports import Forbidden, Format, Gone, Marker, NotFound, Place, Posted, Refused
from connectors.jira.client import NAME, Client, account_id, mapping, rows, total
from connectors.jira.marking import PROPERTY, reference, shows, signed
from connectors.jira.values import obj

_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}
_PAGE = 100
_MAX_PAGES = 200


class JiraOutlet:
    """An `Outlet`. A place is the id of an issue."""

    name = NAME
    editable = True

    def __init__(self, client: Client, *, public: bool = False) -> None:
        self._client, self._public = client, public
        self._me = ""

    @property
    def format(self) -> Format:
        """ADF on Cloud, wiki markup on Data Center. Raises SourceError when the site was never reached."""
        return Format.ADF if self._client.cloud else Format.WIKI

    def find(self, place: Place, marker: Marker, since: datetime) -> Sequence[Posted]:
        """Our comments for the slot, oldest first, among all comments of the issue."""
        own = [
            c for c in self._comments(place.container) if account_id(obj(c.get("author"))) == self._myself()
        ]
        return [posted for comment in own if (posted := self._recognise(comment, marker))]

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        """Add a comment. One call carries text and marker, so that no crash can part them."""
        made = self._write("POST", f"issue/{place.container}/comment", self._payload(body, marker))
        return str(mapping(made).get("id"))

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        """Replace a comment's text, without mail to watchers where Jira lets us ask for that (Cloud)."""
        path = f"issue/{place.container}/comment/{remote_id}"
        self._gone_if_missing("PUT", path, self._payload(body, marker), {"notifyUsers": "false"})

    def remove(self, place: Place, remote_id: str) -> None:
        """Delete a comment of ours."""
        self._gone_if_missing("DELETE", f"issue/{place.container}/comment/{remote_id}", None, {})

    def _gone_if_missing(self, method: str, path: str, body: Any, params: dict[str, Any]) -> None:
        try:
            self._write(method, path, body, params if self._client.cloud else {})
        except NotFound as error:
            raise Gone(NAME, str(error)) from None

    def _write(self, method: str, path: str, body: Any, params: dict[str, Any] | None = None) -> Any:
        try:
            return self._client.write(method, path, body, params)
        except Forbidden as error:
            raise Refused(NAME, str(error), "let the account add, edit and delete its own comments") from None

    def _payload(self, body: Any, marker: Marker) -> dict[str, Any]:
        slot = {"slot": marker.slot, "digest": marker.digest, "revision": marker.revision}
        properties = [{"key": PROPERTY, "value": slot}] + ([] if self._public else [_INTERNAL])
        return {"body": signed(body, marker.slot), "properties": properties}

    def _myself(self) -> str:
        if not self._me:
            self._me = self._client.identify().id
        return self._me

    def _comments(self, issue_id: str) -> Iterator[dict[str, Any]]:
        start = 0
        for _ in range(_MAX_PAGES):
            params = {"startAt": start, "maxResults": _PAGE, "orderBy": "created", "expand": "properties"}
            answer = mapping(self._client.api(f"issue/{issue_id}/comment", params))
            page = rows(answer, "comments")
            yield from page
            start += len(page)
            if not page or start >= total(answer):
                return

    def _recognise(self, comment: Mapping[str, Any], marker: Marker) -> Posted | None:
        """By the property, which also tells the digest; else by the visible reference."""
        remote_id = str(comment.get("id"))
        value = self._property(comment, remote_id)
        if value is not None:
            return (
                Posted(remote_id, str(value.get("digest", ""))) if value.get("slot") == marker.slot else None
            )
        return Posted(remote_id) if shows(comment.get("body"), reference(marker.slot)) else None

    def _property(self, comment: Mapping[str, Any], remote_id: str) -> Mapping[str, Any] | None:
        """Listed properties where the site lists them (it promises no such thing), else asked for."""
        listed = comment.get("properties")
        if isinstance(listed, list):
            values = [p.get("value") for p in listed if p.get("key") == PROPERTY]
            if values and isinstance(values[0], Mapping):
                return values[0]
        try:
            value = mapping(self._client.api(f"comment/{remote_id}/properties/{PROPERTY}")).get("value")
        except (NotFound, Forbidden):
            return None
        return value if isinstance(value, Mapping) else None
