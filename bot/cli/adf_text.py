"""Atlassian Document Format as text for a terminal, as a reader of the ticket would see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Node = Mapping[str, Any]


def adf_text(node: Node) -> str:
    """The text of a document: a blank line between blocks, bullets, folds by their title."""
    return "\n\n".join(filter(None, (_block(child) for child in node.get("content", ()))))


def _block(node: Node) -> str:
    render = _BLOCKS.get(str(node.get("type")), _inline)
    return render(node)


def _inline(node: Node) -> str:
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "hardBreak":
        return "\n"
    return "".join(_inline(child) for child in node.get("content", ()))


def _panel(node: Node) -> str:
    return "\n".join(f"▌ {line}" for line in adf_text(node).splitlines())


def _bullets(node: Node) -> str:
    items = ["• " + adf_text(item).replace("\n", "\n  ") for item in node.get("content", ())]
    return "\n".join(items)


def _fold(node: Node) -> str:
    return f"▸ {node.get('attrs', {}).get('title', '')}"


_BLOCKS: Mapping[str, Callable[[Node], str]] = {
    "panel": _panel,
    "bulletList": _bullets,
    "expand": _fold,
}
