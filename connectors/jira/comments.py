"""Comments on Jira issues: created with a marker inside the same call, found again by it, edited in place.

Creating a comment always mails the watchers; an edit on Cloud does not when asked (`notifyUsers=false`), one on Data
Center always does. What a person edited is theirs. A comment that is to be internal is looked at after it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.jira.client import NAME, Client, account_id, mapping, rows, total
from connectors.jira.comment_markers import PROPERTY, reference, shows, signed
from connectors.jira.comment_visibility import VisibilityGuard
from connectors.jira.search import moment
from connectors.jira.values import obj
from connectors.shared.broken_tickets import absent
from domain.ports.errors import Altered, Forbidden, Gone, NotFound, Postponed, Refused, SourceError
from domain.ports.messaging import Format, Marker, Place, Posted

_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}
_PAGE = 100
# 20,000 comments; Cloud lets an issue have 5,000. Beyond it is a server that never ends.
_MAX_PAGES = 200
# Watchers get a mail for each such edit: a day's news in one (docs/jira-facts.md, row 11).
_MAIL_PAUSE = timedelta(hours=24)
_OWN_RIGHTS = "let the account add, edit and delete its own comments"


class JiraComments:
    """A `MessageChannel`. A place is the id of an issue."""

    name = NAME
    editable = True
    endless = False
    searchable = True

    def __init__(
        self, client: Client, *, public: bool = False, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._client, self._public, self._now = client, public, now
        self._guard = None if public else VisibilityGuard(client)
        self._me = ""
        # Assumed until refused: which permission an edit without mail takes is not documented.
        self._silent = True

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
        issue = place.container
        if self._guard:
            self._guard.ask(issue)
        made = mapping(self._write("POST", f"issue/{issue}/comment", self._payload(body, marker)))
        if self._guard:
            self._guard.look(issue, made)
        return str(made.get("id"))

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        """Replace a comment's text, without mail to watchers where Jira lets us ask for that (Cloud). Raises Postponed
        when it would mail them, and did within the last day.
        """
        path = f"issue/{place.container}/comment/{remote_id}"
        try:
            # Looked at before every edit: the author stays ours when a person edits a comment, whose words would go.
            stands = mapping(self._client.api(path))
        except NotFound as error:
            raise Gone(NAME, str(error)) from None
        if self._altered(stands):
            raise Altered(NAME, "the comment was edited by a person")
        if self._guard:
            self._guard.ask(place.container)
        made = self._edit(path, self._payload(body, marker), stands)
        if self._guard:
            self._guard.look(place.container, mapping(made))

    def remove(self, place: Place, remote_id: str) -> None:
        """Delete a comment of ours."""
        self._existing("DELETE", f"issue/{place.container}/comment/{remote_id}")

    def _edit(self, path: str, payload: dict[str, Any], stands: Mapping[str, Any]) -> Any:
        """On Cloud without mail. Whether that takes a project administrator is not documented: where it is refused,
        a comment is edited with mail, at most once a day.
        """
        if not self._client.cloud:
            # Data Center has no such parameter: every edit mails (docs/jira-facts.md, row 11).
            return self._existing("PUT", path, payload)
        if self._silent:
            try:
                # https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-id-put
                return self._client.write("PUT", path, payload, {"notifyUsers": "false"})
            except NotFound as error:
                raise Gone(NAME, str(error)) from None
            except (Forbidden, Refused) as error:
                if not _about_mail(error):
                    raise
        again = moment(stands.get("updated")) + _MAIL_PAUSE
        if self._now() < again:
            fix = (
                "let the account administer the project; until then a comment is edited once a day, with mail"
            )
            raise Postponed(NAME, "Jira does not let us edit a comment without mail", fix, again)
        made = self._existing("PUT", path, payload)
        # Only now, when the edit went through with mail: it was the wish for silence that was refused.
        self._silent = False
        return made

    def _existing(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return self._write(method, path, body)
        except NotFound as error:
            raise Gone(NAME, str(error)) from None

    def _write(self, method: str, path: str, body: Any) -> Any:
        try:
            return self._client.write(method, path, body)
        except Forbidden as error:
            raise Refused(NAME, str(error), _OWN_RIGHTS) from None

    def _payload(self, body: Any, marker: Marker) -> dict[str, Any]:
        slot = {"slot": marker.slot, "digest": marker.digest, "revision": marker.revision}
        # The property makes a comment internal in a service project; elsewhere it means nothing.
        properties = [{"key": PROPERTY, "value": slot}] + ([] if self._public else [_INTERNAL])
        return {"body": signed(body, marker.slot), "properties": properties}

    def _myself(self) -> str:
        if not self._me:
            self._me = self._client.identify().id
        return self._me

    def _comments(self, issue_id: str) -> Iterator[dict[str, Any]]:
        start = 0
        for _ in range(_MAX_PAGES):
            # In order of creation: what is written while pages are read is added at the end and shifts nothing.
            params = {"startAt": start, "maxResults": _PAGE, "orderBy": "created", "expand": "properties"}
            answer = mapping(self._client.api(f"issue/{issue_id}/comment", params))
            page = rows(answer, "comments")
            yield from page
            # By what came, not by what was asked for: the server may give smaller pages.
            start += len(page)
            # An empty page ends it too: comments that are deleted meanwhile make the total too large.
            if not page or start >= total(answer):
                return

    def _altered(self, comment: Mapping[str, Any]) -> datetime | None:
        """When a comment was posted that somebody else edited last; None for one that is as we left it."""
        editor = account_id(obj(comment.get("updateAuthor")))
        return moment(comment.get("created")) if editor and editor != self._myself() else None

    def _recognise(self, comment: Mapping[str, Any], marker: Marker) -> Posted | None:
        """By the property, which also tells the digest; else by the visible reference."""
        remote_id, altered = str(comment.get("id")), self._altered(comment)
        value = self._property(comment, remote_id)
        if value is None:
            # Without the right to read properties a second comment would be posted at every look.
            marked = shows(comment.get("body"), reference(marker.slot))
            return Posted(remote_id, altered=altered) if marked else None
        same = value.get("slot") == marker.slot
        return Posted(remote_id, str(value.get("digest", "")), altered) if same else None

    def _property(self, comment: Mapping[str, Any], remote_id: str) -> Mapping[str, Any] | None:
        """Listed properties where the site lists them (it promises no such thing), else asked for."""
        listed = comment.get("properties")
        if isinstance(listed, list):
            values = [p.get("value") for p in listed if p.get("key") == PROPERTY]
            if values and isinstance(values[0], Mapping):
                return values[0]
        try:
            value = mapping(self._client.api(f"comment/{remote_id}/properties/{PROPERTY}")).get("value")
        except SourceError as error:
            # Without properties the visible reference tells; a site that breaks down tells nothing.
            if not absent(error):
                raise
            return None
        return value if isinstance(value, Mapping) else None


def _about_mail(error: Forbidden | Refused) -> bool:
    """Whether it is the wish for silence that was refused: a 403 (a missing right to edit is a 400), or in words."""
    return isinstance(error, Forbidden) or "notif" in str(error).lower()
