"""Text as Slack's mrkdwn wants it: three characters escaped, links made safe, cuts that break nothing.

Reference: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from domain.legible import legible

ELLIPSIS = "…"


def escape(text: str) -> str:
    """The text with `&`, `<` and `>` escaped, and nothing else: Slack shows other entities as they are.

    This takes the power from mentions, links and dates. `*`, `_`, `~` and backticks keep theirs; where text of a
    ticket may hold them, use a rich text block instead.
    """
    # The ampersand first: after the others it would escape their escapes.
    return legible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def is_web(url: str) -> bool:
    """Whether the URL is an absolute one for the web, which is all that messages link to."""
    # `urlsplit` raises for an address such as http://[ where it looks for an IPv6 host.
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)


def link(url: str, label: str) -> str:
    """A link in mrkdwn. The label becomes one line, with a broken bar for each `|`; without it the URL is shown.
    A URL that is not one of the web gives the label alone.
    """
    words = escape(" ".join(label.replace("|", "¦").split()))
    if not is_web(url):
        return words
    # A bar would end the address and begin the label; a blank would end the link.
    target = escape(re.sub(r"\s", "%20", url.strip()).replace("|", "%7C"))
    return f"<{target}|{words}>" if words else f"<{target}>"


def clip(text: str, limit: int) -> str:
    """Text that was escaped already, cut to at most `limit` code points with an ellipsis at the end.
    An entity or a `<...>` link that would be cut in two is left out as a whole.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    # An entity has three letters at most (&amp;): one that lost its end is taken out whole.
    kept = re.sub(r"&[a-z]{0,3}$", "", text[: limit - 1])
    return re.sub(r"<[^>]*$", "", kept).rstrip() + ELLIPSIS


def cut(text: str, limit: int) -> str:
    """Plain text cut to at most `limit` code points with an ellipsis at the end."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + ELLIPSIS[:limit]
