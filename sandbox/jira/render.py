"""ADF documents as HTML, the way Jira shows them. Text is escaped; links only lead to http and https."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

_PANELS = {"info", "note", "warning", "success", "error"}
_PLAIN = {
    "paragraph": "p",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "blockquote": "blockquote",
    "codeBlock": "pre",
    "table": "table",
    "tableRow": "tr",
    "tableHeader": "th",
    "tableCell": "td",
}


def html(node: Any) -> Markup:
    """A node and what is in it."""
    # Wiki markup of Data Center is shown as it is written: no page of ours renders it.
    if isinstance(node, str) and node:
        return Markup('<pre class="wiki">{}</pre>').format(node)
    if not isinstance(node, dict):
        return Markup("")
    kind = str(node.get("type", ""))
    if kind in _SPECIAL:
        return _SPECIAL[kind](node)
    if kind in _PLAIN:
        return _wrap(_PLAIN[kind], _inner(node))
    return _inner(node)


def _inner(node: dict[str, Any]) -> Markup:
    return Markup("").join(html(child) for child in node.get("content") or [])


def _wrap(tag: str, inner: Markup) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(tag, inner)


def _text(node: dict[str, Any]) -> Markup:
    shown = escape(node.get("text", ""))
    for mark in node.get("marks") or []:
        shown = _mark(mark, shown)
    return shown


def _mark(mark: dict[str, Any], inner: Markup) -> Markup:
    attrs = mark.get("attrs") or {}
    kind = mark.get("type")
    if kind == "link" and str(attrs.get("href", "")).startswith(("http://", "https://")):
        return Markup('<a href="{}">{}</a>').format(attrs["href"], inner)
    if kind == "textColor":
        return Markup('<span style="color:{}">{}</span>').format(_colour(attrs.get("color")), inner)
    tag = {"strong": "strong", "em": "em", "code": "code", "underline": "u", "strike": "s"}.get(str(kind))
    return _wrap(tag, inner) if tag else inner


def _colour(given: Any) -> str:
    words = str(given)
    # It becomes part of a style: anything else could say more than a colour.
    return words if words.startswith("#") and words[1:].isalnum() else "inherit"


def _heading(node: dict[str, Any]) -> Markup:
    level = (node.get("attrs") or {}).get("level", 3)
    return _wrap(f"h{level}" if level in range(1, 7) else "h3", _inner(node))


def _panel(node: dict[str, Any]) -> Markup:
    kind = (node.get("attrs") or {}).get("panelType")
    shown = kind if kind in _PANELS else "info"
    return Markup('<div class="panel {}">{}</div>').format(shown, _inner(node))


def _expand(node: dict[str, Any]) -> Markup:
    title = (node.get("attrs") or {}).get("title") or "…"
    return Markup("<details><summary>{}</summary>{}</details>").format(title, _inner(node))


def _mention(node: dict[str, Any]) -> Markup:
    return Markup('<span class="mention">{}</span>').format((node.get("attrs") or {}).get("text", "@"))


def _emoji(node: dict[str, Any]) -> Markup:
    attrs = node.get("attrs") or {}
    return escape(attrs.get("text") or attrs.get("shortName", ""))


def _status(node: dict[str, Any]) -> Markup:
    return Markup('<span class="lozenge">{}</span>').format((node.get("attrs") or {}).get("text", ""))


_SPECIAL: dict[str, Callable[[dict[str, Any]], Markup]] = {
    "text": _text,
    "hardBreak": lambda _: Markup("<br>"),
    "rule": lambda _: Markup("<hr>"),
    "heading": _heading,
    "panel": _panel,
    "expand": _expand,
    "nestedExpand": _expand,
    "mention": _mention,
    "emoji": _emoji,
    "status": _status,
}
