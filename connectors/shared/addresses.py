"""Addresses that an administrator sets: encrypted unless they stay on this machine, and nothing hidden in them.

What is wrong with one is told without what may be secret in it: user information, and all that follows a "?" or "#".
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_LONGEST = 100
"""Characters of an address that are shown."""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: by its number, or by the one name that cannot be another's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def web_address(value: str, *, path: bool = True) -> str:
    """An address as it was set, without slashes at its end; empty stays empty. `path` tells whether anything may follow
    the host. Raises ValueError with one line: what is wrong, the address without what is secret, and the fix.
    """
    if not value:
        return ""
    if problem := _problem(value, path):
        raise ValueError(f'"{shown(value)}" {problem}')
    return value.rstrip("/")


def shown(value: str) -> str:
    """An address as it may be shown: no user information, no query, nothing that does not print."""
    secret = re.sub(
        r"[?#].*", "?…", re.sub(r"^([a-z]+://)?.*@", r"\1…@", value, flags=re.S | re.I), flags=re.S
    )
    text = "".join(char if char.isprintable() else "�" for char in secret)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _problem(value: str, path: bool) -> str:
    # First: what the parser takes out in silence is not in the parts any more.
    if not value.isprintable() or re.search(r"[\s\\]", value):
        return "holds a blank, a line end or a backslash; write the address without"
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is no address; write it like https://host.example.org"
    wrong = {
        "holds a user name or password; leave it out, the account has settings of its own": "@"
        in parts.netloc,
        "must be https:// and a host, such as https://host.example.org": not host
        or parts.scheme not in ("https", "http"),
        "is not encrypted; write https:// (http:// goes to this machine alone, such as 127.0.0.1)": parts.scheme
        == "http"
        and not is_loopback(host),
        'must end before the "?" or "#"': "?" in value or "#" in value,
        "must be https:// and a host, nothing after it": not path and bool(parts.path.strip("/")),
    }
    return next((problem for problem, found in wrong.items() if found), "")
