"""Jira's webhooks: which issue a request speaks of, when it is Jira that speaks and not of our own doings.

Cloud signs the raw body of an admin webhook that has a secret (`X-Hub-Signature: sha256=<hex>`,
developer.atlassian.com/cloud/jira/platform/webhooks, "secure admin webhooks") and names a delivery the same at
every retry (`X-Atlassian-Webhook-Identifier`). Of Data Center no signature is documented: there the secret stands in
the address that the admin gives to Jira.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.jira.client import NAME, Client, account_id
from connectors.jira.comment_markers import ours
from connectors.jira.settings import JiraSettings
from connectors.jira.values import obj, words
from domain.ports.errors import AuthRefused, Garbled
from domain.ports.source import ChangeHint, Deletion

_OF_COMMENT = re.compile(r"/issue/([0-9]{1,18})/comment/")
_ID = re.compile(r"[0-9]{1,18}")
_EVENT = 200


class JiraInbound:
    """An `Inbound`. Asks nothing of the site: it must answer at once, also while Jira is down."""

    name = NAME

    def __init__(self, client: Client, settings: JiraSettings) -> None:
        self._client = client
        self._secret = settings.webhook_secret.get_secret_value().encode()
        self._projects = frozenset(settings.projects)
        self._types = frozenset(name.lower() for name in settings.kinds)

    def hints(self, headers: Mapping[str, str], body: bytes) -> Sequence[ChangeHint]:
        """The issues a request speaks of. Raises AuthRefused or Garbled."""
        given = {name.lower(): value for name, value in headers.items()}
        if not self._genuine(given, body):
            raise AuthRefused(NAME, "a webhook with a wrong signature", "set JIRA_WEBHOOK_SECRET as in Jira")
        told = _object(body)
        # Left out here, not at the look: each of our comments would otherwise cost a reading of its issue.
        if self._own(told) or not self._watched(obj(told.get("issue"))):
            return ()
        # Retries carry the identifier of the first delivery, which is how a repetition is known.
        event = given.get("x-atlassian-webhook-identifier") or _moment(told)
        # Nothing can be looked up of an issue that is gone, so the word itself is kept; it is believed only with a 404.
        kind = Deletion if told.get("webhookEvent") == "jira:issue_deleted" else ChangeHint
        # Cut: the identifier comes with the request, and is kept.
        return tuple(kind(issue, event[:_EVENT]) for issue in dict.fromkeys(_issues(told)))

    def _genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Compared in constant time. A signature counts for the very bytes received."""
        # A request that carries a signature is judged by it alone: a secret in the address would let a wrong one pass.
        signature = headers.get("x-hub-signature")
        if signature is None:
            # Our own server puts it there, out of the address that the request came to.
            return hmac.compare_digest(self._secret, headers.get("x-hook-secret", "").encode())
        right = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right.encode(), signature.strip().lower().encode())

    def _own(self, told: Mapping[str, Any]) -> bool:
        """Whether the bot did this itself. Its comments are known by their mark too: after an upgrade of Service
        Management 10 the same comment comes twice, once as an update of the issue.
        """
        comment = obj(told.get("comment"))
        if comment and not told.get("changelog") and ours(comment.get("body")):
            return True
        actor = obj(told.get("user") or comment.get("updateAuthor") or comment.get("author"))
        # Until we know who we are nothing is ours: a needless look is cheap, a lost one is not.
        return bool(self._client.me) and account_id(actor) == self._client.me

    def _watched(self, issue: Mapping[str, Any]) -> bool:
        """False only when the request itself shows that the issue is of no watched project or type."""
        fields = obj(issue.get("fields"))
        project, kind = str(obj(fields.get("project")).get("key") or ""), words(fields.get("issuetype"))
        of_project = not (project and self._projects) or project in self._projects
        return of_project and (not kind or kind.lower() in self._types)


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    # Deeply nested JSON ends in a RecursionError, and anybody may send it on Data Center.
    except (ValueError, RecursionError):
        raise Garbled(NAME, "a webhook that is not JSON") from None
    if not isinstance(told, dict):
        raise Garbled(NAME, "a webhook of another shape than Jira's")
    return told


def _issues(told: Mapping[str, Any]) -> Iterator[str]:
    """Ids of the issues. Data Center's events of comments name theirs only in the comment's address."""
    link = obj(told.get("issueLink"))
    named = (
        obj(told.get("issue")).get("id"),
        obj(told.get("worklog")).get("issueId"),
        link.get("sourceIssueId"),
        link.get("destinationIssueId"),
    )
    address = _OF_COMMENT.search(str(obj(told.get("comment")).get("self", "")))
    # The address is matched and never asked: it comes with the request.
    found = [str(one) for one in named if one] or ([address[1]] if address else [])
    yield from (one for one in found if _ID.fullmatch(one))


def _moment(told: Mapping[str, Any]) -> str:
    """What tells one word from another where the request has no identifier: its kind and its stamp."""
    kind, stamp = told.get("webhookEvent"), told.get("timestamp")
    return f"{kind}:{stamp}" if kind and stamp else ""
