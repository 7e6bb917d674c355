"""Secrets by their value: what this process read from its settings does not come out of it again.

`learn` is told every secret when the settings are read; `hidden` takes them out of any text, in each form in which
they travel: plain, base64 (alone and as `user:secret` of Basic authentication), percent-encoded, JSON-escaped. The
registry is the process's own: the hooks of the interpreter for what nobody caught are so too.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from types import TracebackType
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""A shorter value is no secret, and taking it out would make every text unreadable."""
MARK = "[secret]"
# In addresses of the web the @ is written %40.
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

_forms: set[str] = set()
_pattern: re.Pattern[str] | None = None
_lock = threading.Lock()


def learn(secrets: Iterable[str], users: Iterable[str] = ()) -> None:
    """Take these values out of every text from now on. `users` are names that go with them in Basic authentication."""
    global _pattern  # noqa: PLW0603 - one registry for the process, see above
    names = tuple(users)
    with _lock:
        for secret in secrets:
            if len(secret.strip()) >= SHORTEST:
                _forms.update(_ways(secret.strip(), names))
        # One secret may be part of another: with the shorter first, the rest of the longer would stay.
        longest_first = sorted(_forms, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def hidden(text: str) -> str:
    """The text without any secret that was learned."""
    return _pattern.sub(MARK, text) if _pattern else text


def private(text: str) -> str:
    """The text as it may stand in a log: without secrets and without anybody's e-mail address."""
    return EMAIL.sub("…", hidden(text))


def guard() -> None:
    """What nobody caught is shown without secrets too, in every thread. Called once, at start."""
    sys.excepthook = uncaught
    threading.excepthook = lambda told: uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    """Show an error that nobody caught, as Python would, without secrets."""
    sys.stderr.write(private("".join(traceback.format_exception(kind, error, where))))


def _ways(secret: str, users: Iterable[str]) -> Iterable[str]:
    """The forms in which a secret travels."""
    yield from (
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
    )
    names = tuple(users)
    encodings: tuple[Callable[[bytes], bytes], ...] = (base64.b64encode, base64.urlsafe_b64encode)
    # together with a name: Basic authentication over HTTP, AUTH PLAIN of a mail server (RFC 4616)
    pairs = [pair for user in names for pair in (f"{user}:{secret}", f"\0{user}\0{secret}")]
    for plain in (secret, *pairs):
        # Padding is there only at the end of what was encoded, and not everywhere; without it both forms are found.
        yield from (encode(plain.encode()).decode().rstrip("=") for encode in encodings)
