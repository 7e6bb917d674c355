"""Slack's own way of writing text, as the pages of the sandbox show it: mrkdwn into safe HTML.

Reference: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from markupsafe import Markup, escape

EMOJI = {
    "white_check_mark": "\u2705",
    "heavy_check_mark": "\u2714\ufe0f",
    "x": "\u274c",
    "warning": "\u26a0\ufe0f",
    "question": "\u2753",
    "no_entry": "\u26d4",
    "hourglass_flowing_sand": "\u23f3",
    "bell": "\U0001f514",
    "eyes": "\U0001f440",
    "lock": "\U0001f512",
    "memo": "\U0001f4dd",
    "information_source": "\u2139\ufe0f",
    "rotating_light": "\U0001f6a8",
    "tada": "\U0001f389",
}
"""The few emoji the pages know; others stay as written."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: names of users and channels by id, and in which language and time zone dates appear."""

    names: Mapping[str, str] = field(default_factory=dict)
    locale: str = "nl_BE"
    timezone: str = "Europe/Brussels"

    def date(self, seconds: int, form: str) -> str:
        """A `<!date>` format such as "{date_short} {time}" filled in."""
        moment = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(self.timezone))
        return re.sub(r"\{(\w+)\}", lambda m: self._token(m[1], moment) or m[0], form)

    def _token(self, name: str, moment: datetime) -> str:
        if name == "date_num":
            return moment.strftime("%Y-%m-%d")
        if name in ("time", "time_secs"):
            return moment.strftime("%H:%M" if name == "time" else "%H:%M:%S")
        if not name.startswith("date"):
            return ""
        style = "full" if "long" in name else "medium" if "short" in name else "long"
        return str(format_date(moment, style, locale=self.locale))

    def clock(self, seconds: float) -> str:
        """When a message was posted."""
        moment = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(self.timezone))
        return str(format_datetime(moment, "d MMM HH:mm", locale=self.locale))


def emoji(text: str) -> str:
    """Known `:names:` into characters."""
    return re.sub(r":([a-z0-9_+-]+):", lambda m: EMOJI.get(m[1], m[0]), text)


def mention(words: str) -> Markup:
    """A highlighted mention."""
    return Markup('<span class="mention">{}</span>').format(words)


def anchor(url: str, label: str) -> Markup:
    """A link; anything but a web or mail address is shown as the text it is."""
    if not url.startswith(("https://", "http://", "mailto:")):
        return escape(f"{label} ({url})" if label != url else url)
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, label)


class _Kept:
    """Finished pieces of HTML, replaced by a placeholder while the rest of the text is being formatted."""

    def __init__(self) -> None:
        self._pieces: list[Markup] = []

    def put(self, piece: Markup) -> str:
        self._pieces.append(piece)
        return f"\ue000{len(self._pieces) - 1}\ue001"

    def back(self, html: str) -> str:
        while "\ue000" in html:
            html = re.sub("\ue000(\\d+)\ue001", lambda m: self._pieces[int(m[1])], html)
        return html


_STYLES = tuple(
    (re.compile(rf"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+?)(?<=\S){mark}(?![\w{mark}])"), tag)
    for mark, tag in ((r"\*", "b"), ("_", "i"), ("~", "s"))
)


def mrkdwn(text: str, viewer: Viewer, autolink: bool = True) -> Markup:
    """A mrkdwn text as HTML: everything escaped, then links, mentions, dates, code and styles put in.
    `autolink` is off for `verbatim` blocks and texts posted with `parse` "none": bare addresses stay text.
    """
    kept = _Kept()
    # Taken out first: with a placeholder in its text a message could call up another's piece.
    text = re.sub("[\ue000\ue001]", "", text)
    text = re.sub(r"<([^<>\n]+)>", lambda m: kept.put(_special(m[1], viewer)), text)
    # Before styles and the single backtick: within code nothing else means anything.
    text = re.sub(r"```(.+?)```", _code(kept, "pre"), text, flags=re.DOTALL)
    text = re.sub(r"`([^`\n]+)`", _code(kept, "code"), text)
    if autolink:
        text = re.sub(r"https?://[^\s\ue000|]+", lambda m: kept.put(anchor(_plain(m[0]), _plain(m[0]))), text)
    html = str(escape(emoji(_plain(text))))
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    html = "<br>".join(_quoted(line) for line in html.split("\n"))
    return Markup(kept.back(html))  # noqa: S704  every piece was escaped above


def _plain(text: str) -> str:
    # The ampersand last, or "&amp;lt;" would become "<". Other entities stay: Slack knows these three.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _code(kept: _Kept, tag: str) -> Callable[[re.Match[str]], str]:
    template = Markup(f"<{tag}>{{}}</{tag}>")  # noqa: S704  a literal of this module
    return lambda match: kept.put(template.format(_plain(match[1])))


def _quoted(line: str) -> str:
    return f'<span class="quote">{line[4:].lstrip()}</span>' if line.startswith("&gt;") else line


def _special(inside: str, viewer: Viewer) -> Markup:
    """What stands between < and >: a date, a mention, a channel or a link."""
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        return escape(_date(target, _plain(label), viewer))
    if target.startswith("!"):
        return mention(_plain(label) or "@" + target[1:].partition("^")[0])
    if target[:1] in ("@", "#"):
        return mention(target[0] + (_plain(label) or viewer.names.get(target[1:], target[1:])))
    return anchor(_plain(target), emoji(_plain(label or target)))


def _date(target: str, fallback: str, viewer: Viewer) -> str:
    parts = target.split("^")
    if len(parts) < 3 or not parts[1].isdigit():
        return fallback
    return viewer.date(int(parts[1]), parts[2])
