"""Webhooks of the Jira sandbox: every event is posted to an address, signed as Jira Cloud signs admin webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import requests

from sandbox.jira.beans import Beans
from sandbox.jira.records import Comment, Issue, User
from sandbox.jira.state import State

_FIELDS = ("project", "issuetype", "status", "summary", "updated")


class Webhook:
    """Tells `url` of everything that happens on a site, in order, from a thread of its own. Without `secret` nothing
    is signed, as on Data Center. `answers` are the statuses received.
    """

    def __init__(self, site: State, url: str, secret: str = "") -> None:
        self.answers: list[int] = []
        self._site, self._url, self._secret = site, url, secret.encode()
        # One thread: deliveries keep their order, and the story does not wait for who listens.
        self._line = ThreadPoolExecutor(1, thread_name_prefix="sandbox-webhook")
        site.listeners.append(self.happened)

    def happened(self, event: str, issue: Issue, who: User, comment: Comment | None = None) -> None:
        """Post one event."""
        body = json.dumps(self._payload(event, issue, who, comment)).encode()
        self._line.submit(self.send, body, secrets.token_hex(8))

    def send(self, body: bytes, identifier: str) -> int:
        """Post a body, signed; gives the status. The same identifier again is a repeated delivery."""
        headers = {"Content-Type": "application/json", "X-Atlassian-Webhook-Identifier": identifier}
        if self._secret:
            digest = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature"] = f"sha256={digest}"
        try:
            status = requests.post(self._url, body, headers=headers, timeout=5).status_code
        # Told as 0 and not raised: nobody waits for it in this thread, and a story goes on while we are down.
        except requests.ConnectionError:
            status = 0
        self.answers.append(status)
        return status

    def close(self) -> None:
        """Wait for what is on its way, and say no more."""
        self._site.listeners.remove(self.happened)
        self._line.shutdown()

    def _payload(self, event: str, issue: Issue, who: User, comment: Comment | None) -> dict[str, object]:
        beans = Beans(self._site, "http://jira.example", "2")
        told: dict[str, object] = {
            "timestamp": int(self._site.now().timestamp() * 1000),
            "webhookEvent": event,
            "issue": beans.issue(issue, _FIELDS),
        }
        if comment is not None:
            # Events of comments name nobody in `user`: who did it stands in the comment.
            return told | {"comment": beans.comment(issue, comment)}
        return told | {"user": beans.user(who)}
