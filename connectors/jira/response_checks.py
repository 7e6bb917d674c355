"""What is believed of an answer of Jira's, and what of its words is passed on."""

from __future__ import annotations

from typing import Any

import requests

from connectors.shared.errors import clean, garbled
from domain.ports.errors import AuthRefused, SourceError

NAME = "jira"
TOKEN_FIX = "make a new API token for the account and set JIRA_API_TOKEN (or JIRA_PAT)"  # noqa: S105
CAPTCHA_FIX = "log in once as the bot in a browser and answer the CAPTCHA, then correct JIRA_PAT"

_READS = ("GET", "HEAD")
_DENIED = ("FAILED", "DENIED")
_HIDES = (403, 404)
"""Answers that an anonymous visitor gets where an account would see something."""


def look_at(response: requests.Response, *_: Any, **__: Any) -> None:
    """Look at every answer, and keep no line open whose answer nobody will read."""
    try:
        _check(response)
    except SourceError:
        response.close()
        raise


def _check(response: requests.Response) -> None:
    """Believe no answer before it is looked at: wrong credentials get an empty 200, or a 404 as if the issue were
    gone; portals and proxies give HTML.
    """
    # After some failed log-ins Jira refuses even right credentials until somebody answers it in a browser:
    # https://developer.atlassian.com/server/jira/platform/jira-rest-api-example-basic-authentication-6291732/
    if "CAPTCHA" in response.headers.get("X-Authentication-Denied-Reason", "").upper():
        raise AuthRefused(NAME, "Jira wants a CAPTCHA answered after too many failed log-ins", CAPTCHA_FIX)
    if response.ok or response.status_code in _HIDES:
        _refuse_anonymous(response)
    if not response.ok or response.is_redirect:
        return
    writing = response.request.method not in _READS
    # A deletion answers 204, without a body and without a type.
    if not response.content:
        return
    # A log-in page of SSO comes as HTML with a 200, and the package would break on it (docs/jira-facts.md, Limits).
    if "json" not in response.headers.get("Content-Type", ""):
        raise garbled(NAME, "the answer is not JSON (a log-in page or a proxy?)", writing=writing)
    try:
        response.json()
    except ValueError:
        raise garbled(NAME, "the answer is cut off or not JSON", writing=writing) from None


def _refuse_anonymous(response: requests.Response) -> None:
    # Jira serves wrong credentials as an anonymous visitor and says so only in a header; the status may be 200:
    # https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB2942093 (another client, the same answer).
    reason = response.headers.get("X-Seraph-Loginreason", "").upper()
    if any(word in reason for word in _DENIED) or response.headers.get("X-AUSERNAME") == "anonymous":
        raise AuthRefused(
            NAME, "Jira took us for an anonymous visitor: the token is wrong or expired", TOKEN_FIX
        )


def detail(answer: requests.Response | None) -> str:
    """Jira's own words, where it has any in JSON; never a page of HTML."""
    if answer is None or "json" not in answer.headers.get("Content-Type", ""):
        return ""
    try:
        told = answer.json()
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors")
    parts = [*(told.get("errorMessages") or ()), *(errors.values() if isinstance(errors, dict) else ())]
    # The platform, the service desk and the refusal of a bearer token each have a form of their own.
    parts += [told[k] for k in ("errorMessage", "message", "error") if isinstance(told.get(k), str)]
    return clean("; ".join(map(str, parts)))
