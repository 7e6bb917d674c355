"""The door: where outside systems come to us over HTTP, on a port of its own, which a site's proxy may open to
the world.

/hooks/...     webhooks (`bot.server.webhooks`)
/slack/events  what people do in Slack, where it comes to us over HTTP

How much may come in counts only what is signed: whoever cannot sign has a share of their own, and takes nothing from
those who can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask, Response, request

from bot.server.webhooks import Admit, unsigned

EVENTS = "/slack/events"
LARGEST = 1_000_000
"""Bytes of a request that are read; Slack's are far smaller."""

Receive = Callable[[Mapping[str, str], bytes], tuple[int, str, str]]
Genuine = Callable[[Mapping[str, str], bytes], bool]


def door() -> Flask:
    """A door at which nothing is expected yet."""
    flask = Flask("sluis-door")
    flask.config["MAX_CONTENT_LENGTH"] = LARGEST
    return flask


def add_events(flask: Flask, receive: Receive, admit: Admit, genuine: Genuine) -> None:
    """Open the address of the message service: `receive` answers it, where `admit` says that it may come in now;
    `genuine` tells whether the service signed it.
    """

    def events() -> Response:
        headers, body = dict(request.headers), request.get_data()
        if not admit(EVENTS if genuine(headers, body) else unsigned(EVENTS)):
            return Response(status=429, headers={"Retry-After": "5"})
        status, kind, told = receive(headers, body)
        return Response(told, status, content_type=kind)

    flask.add_url_rule(EVENTS, "events", events, methods=["POST"])
