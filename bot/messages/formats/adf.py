"""A document as Atlassian Document Format, the JSON that Jira Cloud's v3 API takes. Text nodes are inert."""

from __future__ import annotations

from typing import Any

from domain.document import Block, Bullets, Document, Fold, Heading, Line, Panel, Paragraph, Run, Tone
from domain.legible import legible

_PANELS = {Tone.STOP: "error", Tone.TODO: "warning", Tone.DONE: "success", Tone.INFO: "info"}
_SUBDUED = {"type": "textColor", "attrs": {"color": "#6b778c"}}


def render(document: Document) -> dict[str, Any]:
    """The document as an ADF `doc` node."""
    return {"type": "doc", "version": 1, "content": [_block(block) for block in document.blocks]}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(text):
            return {"type": "heading", "attrs": {"level": 4}, "content": [_text(Run(text))]}
        case Paragraph(lines):
            return _paragraph(lines)
        case Panel(tone, lines):
            return {"type": "panel", "attrs": {"panelType": _PANELS[tone]}, "content": [_paragraph(lines)]}
        case Bullets(items):
            return _list([_paragraph(lines) for lines in items])
        case Fold(title, items):
            return {
                "type": "expand",
                "attrs": {"title": legible(title)},
                "content": [_list([_paragraph((i,)) for i in items])],
            }


def _list(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "bulletList", "content": [{"type": "listItem", "content": [item]} for item in items]}


def _paragraph(lines: tuple[Line, ...]) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        content += [{"type": "hardBreak"}] if number else []
        # By ADF's schema a text node holds at least one character.
        content += [_text(run) for run in line if legible(run.text)]
    return {"type": "paragraph", "content": content}


def _text(run: Run) -> dict[str, Any]:
    marks: list[dict[str, Any]] = [{"type": "strong"}] if run.strong else []
    if run.subdued:
        marks.append(_SUBDUED)
    if run.link:
        marks.append({"type": "link", "attrs": {"href": run.link}})
    return {"type": "text", "text": legible(run.text)} | ({"marks": marks} if marks else {})
