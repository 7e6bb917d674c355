"""What the routes of the Jira sandbox share: refusals in Jira's form, paging, finding an issue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request

from sandbox.jira.records import Issue
from sandbox.jira.state import State

CLOUD_ID = "5a5a5a5a-0000-4000-8000-5a5a5a5a5a5a"
GATEWAY = f"/ex/jira/{CLOUD_ID}"
"""Where scoped tokens and service accounts reach the same API, bearer tokens included."""


def gateway(app: WSGIApplication) -> WSGIApplication:
    """Let the app be reached below the gateway's path too."""

    def through(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(f"{GATEWAY}/"):
            # Remembered, because a bearer token is taken only there.
            environ |= {"PATH_INFO": path.removeprefix(GATEWAY), "sandbox.gateway": "yes"}
        return app(environ, start)

    return through


class Refusal(Exception):
    """An error answer."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def refuse(status: int, message: str = "", **errors: str) -> NoReturn:
    """Answer with an error in the platform's form."""
    raise Refusal(status, {"errorMessages": [message] if message else [], "errors": errors})


def find_issue(site: State, key: str) -> Issue | None:
    """An issue the account may see."""
    issue = site.issue(key)
    return issue if issue and site.visible(issue) else None


def need_issue(site: State, key: str) -> Issue:
    """An issue, or a 404 that does not tell missing from hidden."""
    issue = find_issue(site, key)
    if issue is None:
        refuse(404, "Issue does not exist or you do not have permission to see it.")
    return issue


def asked_page(default: int, most: int) -> tuple[int, int]:
    """startAt and maxResults as asked, the latter capped as the server does."""
    return request.args.get("startAt", 0, int), min(request.args.get("maxResults", default, int), most)
