"""Slack's published limits of blocks, messages and views, from their own file: what in a body is over one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LIMITS = Path(__file__).parents[2] / ".." / "shared/specs/slack/blocks-limits/spec/limits.json"
"""Where the machine has them."""

MESSAGE_BLOCKS = 50
MESSAGE_TEXT = 4000
VIEW_BYTES = 250_000


def _limits() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(LIMITS.read_text(encoding="utf-8"))
    return read


def over(body: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse of a message or a view, as far as the published limits tell."""
    limits, blocks = _limits(), body["blocks"]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    found = ["block_id used twice"] if len(ids) > len(set(ids)) else []
    found += [problem for block in blocks for problem in _node(block, limits)]
    if "type" not in body:
        found += ["too many blocks"] if len(blocks) > MESSAGE_BLOCKS else []
        return found + (["text"] if not 0 < len(body["text"]) <= MESSAGE_TEXT else [])
    view = limits["view"]
    found += (
        []
        if view["blocks"]["min_items"] <= len(blocks) <= view["blocks"]["max_items"]
        else ["blocks of a view"]
    )
    found += ["bytes"] if len(json.dumps(body)) > VIEW_BYTES else []
    for name in ("title", "close", "submit"):
        found += (
            [name] if not 0 < len(body.get(name, {"text": "-"})["text"]) <= view[name]["max_length"] else []
        )
    for name in ("private_metadata", "callback_id"):
        found += [name] if len(body.get(name, "")) > view[name]["max_length"] else []
    return found


def _node(node: Any, limits: Mapping[str, Any]) -> Iterator[str]:
    """What is over a limit in a block or part of one, and in all that it holds."""
    if isinstance(node, dict):
        yield from _own(node, limits)
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    yield from (problem for child in children for problem in _node(child, limits))


def _own(node: Mapping[str, Any], limits: Mapping[str, Any]) -> Iterator[str]:
    kind = "select" if str(node.get("type", "")).endswith("_select") else str(node.get("type", ""))
    kind = "option" if "value" in node and "type" not in node else kind
    named = limits.get(kind, {}) | {name: limits[name] for name in ("action_id", "block_id")}
    if kind in ("mrkdwn", "plain_text", "text"):
        named = {"text": {"min_length": 1} | (limits["text"] if kind != "text" else {})}
    for name, limit in named.items():
        yield from (f"{kind} {name}: {size}" for size in (_size(node[name], limit) if name in node else ()))
    used = [element["action_id"] for element in node.get("elements", ()) if kind == "actions"]
    yield from ["action_id used twice"] if len(used) > len(set(used)) else []
    if kind == "plain_text_input" and len(node.get("initial_value", "")) > node.get("max_length", 3000):
        yield "initial_value"


def _size(found: Any, limit: Mapping[str, Any]) -> Iterator[str]:
    value = found["text"] if isinstance(found, dict) else found
    if not isinstance(value, (str, list)):
        return
    least, most = ("min_length", "max_length") if isinstance(value, str) else ("min_items", "max_items")
    if not limit.get(least, 1) <= len(value) <= limit.get(most, len(value)):
        yield f"{len(value)}"
    if isinstance(value, list) and "item_max_length" in limit:
        yield from (f"{len(cell['text'])}" for cell in value if len(cell["text"]) > limit["item_max_length"])
