"""What people would see in Slack: a page per channel of the sandbox, for the demo and for screenshots.

Everything that comes from a message is escaped; nothing is loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, Response, abort
from markupsafe import Markup, escape

from sandbox.slack.state import Channel, Message, View, Whisper, Workspace
from sandbox.slack.style import PAGE
from sandbox.slack.text import EMOJI, Viewer, anchor, emoji, mention, mrkdwn

Json = Mapping[str, Any]


def add_pages(app: Flask, workspace: Workspace) -> None:
    """Add `/`, the list of channels, and `/archives/<channel>`, one channel with its threads."""

    @app.get("/")
    def index() -> Response:
        intro = Markup("<p class='empty'>Choose a conversation on the left.</p>")
        return _page(workspace, workspace.team, intro, "")

    @app.get("/archives/<channel_id>")
    def archive(channel_id: str) -> Response:
        channel = workspace.channels.get(channel_id)
        if channel is None:
            abort(404)
        with workspace.lock:
            body = render_channel(workspace, channel)
        return _page(workspace, _title(channel), body, channel.id)

    @app.get("/home/<user_id>")
    def home(user_id: str) -> Response:
        view, user = workspace.homes.get(user_id), workspace.users.get(user_id)
        if view is None or user is None:
            abort(404)
        return _page(workspace, f"Home \u00b7 {user.name}", _view(workspace, view), "")

    @app.get("/only/<user_id>")
    def only(user_id: str) -> Response:
        user = workspace.users.get(user_id)
        if user is None:
            abort(404)
        with workspace.lock:
            shown = [w for w in workspace.whispers if w.user == user_id]
            body = Markup("").join(_whisper(workspace, one) for one in shown)
        return _page(workspace, f"Only visible to {user.name}", body, "")

    @app.get("/dialog/<view_id>")
    def dialog(view_id: str) -> Response:
        view = workspace.views.get(view_id)
        if view is None:
            abort(404)
        return _page(workspace, view.content["title"]["text"], _view(workspace, view), "")


def _view(workspace: Workspace, view: View) -> Markup:
    """A dialog or somebody's page, with the buttons that send it in or close it."""
    with workspace.lock:
        body = render_blocks(view.content["blocks"], _viewer(workspace))
    buttons = Markup("").join(
        Markup('<span class="button {}">{}</span>').format(style, view.content[name]["text"])
        for name, style in (("close", ""), ("submit", "primary"))
        if name in view.content
    )
    frame = Markup('<article><div class="content">{}<div class="actions">{}</div></div></article>')
    return frame.format(body, buttons)


def _whisper(workspace: Workspace, whisper: Whisper) -> Markup:
    """An answer that only one person sees."""
    message = Message("", workspace.bot.id, whisper.text, blocks=whisper.blocks)
    return _MESSAGE.format(
        ts="",
        kind="app",
        initial=workspace.bot.name[:1].upper(),
        name=workspace.bot.name,
        badge=_APP,
        time="",
        body=_body(message, _viewer(workspace)),
    )


def _viewer(workspace: Workspace) -> Viewer:
    """Somebody of the workspace, who knows everybody in it."""
    names = {u.id: u.name for u in workspace.users.values()}
    return Viewer(names | {c.id: c.name for c in workspace.channels.values()}, workspace.locale)


def _page(workspace: Workspace, title: str, body: Markup, current: str) -> Response:
    entry = Markup('<a class="{}" href="/archives/{}">{}</a>')
    channels = Markup("").join(
        entry.format("here" if c.id == current else "", c.id, _title(c)) for c in workspace.channels.values()
    )
    html = PAGE.format(title=title, team=workspace.team, channels=channels, body=body)
    # Texts of tickets end up here: should one get through unescaped, the browser still runs nothing.
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(html, mimetype="text/html", headers=headers)


def _title(channel: Channel) -> str:
    sign = "@ " if channel.im else "\U0001f512 " if channel.private else "# "
    return sign + channel.name + (" (archived)" if channel.archived else "")


def render_channel(workspace: Workspace, channel: Channel, viewer: Viewer | None = None) -> Markup:
    """The messages of a channel, oldest first, each followed by its thread."""
    seen_by = viewer or _viewer(workspace)
    parts: list[Markup] = []
    for message in channel.top():
        parts.append(_message(workspace, message, seen_by))
        replies = channel.thread(message.ts)[1:]
        if replies:
            inner = Markup("").join(_message(workspace, r, seen_by) for r in replies)
            parts.append(Markup('<div class="thread">{}</div>').format(inner))
    return Markup("").join(parts) or Markup("<p class='empty'>Nothing has been said here yet.</p>")


_APP = Markup('<span class="badge">APP</span>')
_MESSAGE = Markup(
    '<article id="{ts}"><div class="avatar {kind}">{initial}</div><div class="content">'
    '<div class="who"><b>{name}</b>{badge}<time>{time}</time></div>{body}</div></article>'
)


def _message(workspace: Workspace, message: Message, viewer: Viewer) -> Markup:
    user = workspace.users.get(message.user)
    name = user.name if user else "Slackbot"
    app = user is not None and user.bot
    return _MESSAGE.format(
        ts=message.ts,
        kind="app" if app else "person",
        initial=name[:1].upper(),
        name=name,
        badge=_APP if app else "",
        time=viewer.clock(message.at),
        body=_body(message, viewer),
    )


def _body(message: Message, viewer: Viewer) -> Markup:
    if message.blocks:
        return render_blocks(message.blocks, viewer)
    edited = Markup('<span class="edited"> (edited)</span>') if message.edited else ""
    return Markup("<p>{}{}</p>").format(
        mrkdwn(message.text, viewer, autolink=message.parse != "none"), edited
    )


def render_blocks(blocks: Iterable[Json], viewer: Viewer) -> Markup:
    """Block Kit blocks as HTML; a type the pages do not know is named, not dropped."""
    return Markup("").join(_BLOCKS.get(block["type"], _unknown)(block, viewer) for block in blocks)


def _text(text: Json, viewer: Viewer) -> Markup:
    if text["type"] == "mrkdwn":
        return mrkdwn(text["text"], viewer, autolink=not text.get("verbatim"))
    words = text["text"] if text.get("emoji") is False else emoji(text["text"])
    return escape(words).replace("\n", Markup("<br>"))


def _header(block: Json, viewer: Viewer) -> Markup:
    return Markup("<h2>{}</h2>").format(_text(block["text"], viewer))


def _section(block: Json, viewer: Viewer) -> Markup:
    text = Markup("<p>{}</p>").format(_text(block["text"], viewer)) if block.get("text") else Markup("")
    cells = Markup("").join(
        Markup("<div>{}</div>").format(_text(f, viewer)) for f in block.get("fields") or ()
    )
    grid = Markup('<div class="fields">{}</div>').format(cells) if cells else Markup("")
    accessory = _element(block["accessory"], viewer) if block.get("accessory") else Markup("")
    return Markup('<div class="section"><div>{}{}</div>{}</div>').format(text, grid, accessory)


def _context(block: Json, viewer: Viewer) -> Markup:
    parts = (Markup("<span>{}</span>").format(_element(e, viewer)) for e in block["elements"])
    return Markup('<div class="context">{}</div>').format(Markup("").join(parts))


def _divider(_: Json, __: Viewer) -> Markup:
    return Markup("<hr>")


def _actions(block: Json, viewer: Viewer) -> Markup:
    buttons = Markup("").join(_element(e, viewer) for e in block["elements"])
    return Markup('<div class="actions">{}</div>').format(buttons)


def _element(element: Json, viewer: Viewer) -> Markup:
    if element["type"] in ("mrkdwn", "plain_text"):
        return _text(element, viewer)
    # A menu is shown closed, with its placeholder: as people find it before they choose.
    if element["type"] == "static_select":
        label = _text(element["placeholder"], viewer)
        return Markup('<span class="button">{} \u25be</span>').format(label)
    if element["type"] != "button":
        return Markup("<em>{}</em>").format(element.get("alt_text") or element["type"])
    url = element.get("url", "")
    href = Markup(' href="{}"').format(url) if url.startswith(("https://", "http://")) else ""
    label = _text(element["text"], viewer)
    return Markup('<a class="button {}"{}>{}</a>').format(element.get("style", ""), href, label)


def _image(block: Json, _: Viewer) -> Markup:
    return Markup('<p class="unknown">{}</p>').format(block.get("alt_text", "image"))


def _unknown(block: Json, _: Viewer) -> Markup:
    return Markup('<p class="unknown">{}</p>').format(block["type"])


def _rich_text(block: Json, viewer: Viewer) -> Markup:
    return Markup("").join(_rich_part(part, viewer) for part in block["elements"])


def _input(block: Json, viewer: Viewer) -> Markup:
    element = block["element"]
    chosen = [option["text"]["text"] for option in element.get("initial_options", ())]
    value = ", ".join(chosen) or element.get("initial_value") or element.get("initial_date") or "\u2026"
    hint = Markup('<p class="edited">{}</p>').format(_text(block["hint"], viewer)) if "hint" in block else ""
    return Markup('<p><b>{}</b></p><p class="field">{}</p>{}').format(
        _text(block["label"], viewer), value, hint
    )


_RICH = {
    "rich_text_section": Markup("<p>{}</p>"),
    "rich_text_quote": Markup("<blockquote>{}</blockquote>"),
    "rich_text_preformatted": Markup("<pre>{}</pre>"),
}


def _rich_part(part: Json, viewer: Viewer) -> Markup:
    if part["type"] == "rich_text_list":
        items = Markup("").join(
            Markup("<li>{}</li>").format(_inline(item["elements"], viewer)) for item in part["elements"]
        )
        return (Markup("<ol>{}</ol>") if part.get("style") == "ordered" else Markup("<ul>{}</ul>")).format(
            items
        )
    return _RICH.get(part["type"], Markup("<p>{}</p>")).format(_inline(part["elements"], viewer))


def _inline(elements: Iterable[Json], viewer: Viewer) -> Markup:
    return Markup("").join(_styled(_inline_one(e, viewer), e.get("style") or {}) for e in elements)


def _inline_one(element: Json, viewer: Viewer) -> Markup:
    kind = element["type"]
    if kind == "link":
        return anchor(element["url"], element.get("text") or element["url"])
    if kind == "emoji":
        return escape(EMOJI.get(element["name"], f":{element['name']}:"))
    if kind == "date":
        return escape(viewer.date(element["timestamp"], element["format"]))
    if kind in ("user", "channel", "usergroup", "broadcast"):
        target = element.get(f"{kind}_id") or element.get("range", "")
        return mention(("#" if kind == "channel" else "@") + viewer.names.get(target, target))
    return escape(element.get("text", "")).replace("\n", Markup("<br>"))


def _styled(html: Markup, style: Json) -> Markup:
    for name, template in _STYLES.items():
        if style.get(name):
            html = template.format(html)
    return html


_STYLES = {
    "code": Markup("<code>{}</code>"),
    "bold": Markup("<b>{}</b>"),
    "italic": Markup("<i>{}</i>"),
    "strike": Markup("<s>{}</s>"),
}

_BLOCKS: dict[str, Callable[[Json, Viewer], Markup]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "rich_text": _rich_text,
    "image": _image,
    "input": _input,
}
