"""Slack as a place where the bot speaks: messages with an invisible marker, found again and edited in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.slack.client import Answer, Me, SlackClient, records
from connectors.slack.response_checks import SYSTEM
from connectors.slack.throttle import MessageLimits
from domain.ports.errors import Ambiguous, NotFound
from domain.ports.messaging import Format, Marker, Place, Posted

EVENT = "sluis_message"
"""The type of our metadata. Anyone in the workspace can read it, so it holds opaque keys only."""

_EARLIER = timedelta(seconds=60)  # our clock and Slack's may differ


class SlackMessages:
    """Posts, edits and removes the bot's messages. A body is `{"text": ..., "blocks": [...]}`.

    A remote id is "<channel>/<ts>"; `Place.container` is a channel's id and `Place.thread` a remote id.
    """

    name = SYSTEM
    format = Format.SLACK
    editable = True
    # A channel is read back a page at a time, at a limited rate: the outbox looks only when in doubt.
    endless = True
    searchable = True

    def __init__(self, client: SlackClient, paces: MessageLimits | None = None) -> None:
        self._client, self._paces = client, paces or MessageLimits()

    def find(self, place: Place, marker: Marker, since: datetime) -> Sequence[Posted]:
        """Our messages for the slot since a minute before `since` (UTC), oldest first. Raises Forbidden
        when the app may not read back there.
        """
        me = self._client.me()
        ours = [m for m in self._messages(place, since - _EARLIER) if _slot(m, me) == marker.slot]
        # Pages come newest first in a channel, and oldest first in a thread.
        ours.sort(key=lambda message: float(message["ts"]))
        return [Posted(f"{place.container}/{m['ts']}", str(_payload(m).get("digest", ""))) for m in ours]

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        """Post, in the thread if the place names one. Raises NotFound when channel or thread is gone."""
        self._paces.posts.wait()
        self._paces.channel.wait(place.container)
        thread = {"thread_ts": _ts(place.thread)} if place.thread else {}
        answer = self._client.write(
            "chat.postMessage",
            channel=place.container,
            # A link in a ticket's words must not make Slack fetch anything.
            unfurl_links=False,
            unfurl_media=False,
            **_content(body, marker),
            **thread,
        )
        return _remote_id(answer)

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        """Replace text, blocks and marker. Raises Gone when the message is not there or not ours any more."""
        self._paces.edits.wait()
        channel, _, ts = remote_id.partition("/")
        self._client.write("chat.update", channel=channel, ts=ts, **_content(body, marker))

    def remove(self, place: Place, remote_id: str) -> None:
        """Delete the message. Raises Gone when it is not there any more."""
        self._paces.removals.wait()
        channel, _, ts = remote_id.partition("/")
        self._client.write("chat.delete", channel=channel, ts=ts)

    def _messages(self, place: Place, oldest: datetime) -> Iterator[Mapping[str, Any]]:
        """Everything said in the channel itself or in the thread; nothing when the thread is gone."""
        # Metadata is left out of listings unless it is asked for:
        # https://docs.slack.dev/tools/node-slack-sdk/reference/web-api/interfaces/ConversationsHistoryArguments
        common = {"oldest": f"{oldest.timestamp():.6f}", "include_all_metadata": True}
        if not place.thread:
            for page in self._client.pages("conversations.history", channel=place.container, **common):
                yield from (m for m in records(page, "messages") if m.get("thread_ts", m["ts"]) == m["ts"])
            return
        ts = _ts(place.thread)
        try:
            for page in self._client.pages("conversations.replies", channel=place.container, ts=ts, **common):
                # A thread lists the message that starts it too.
                yield from (m for m in records(page, "messages") if m["ts"] != ts)
        except NotFound as error:
            # A thread that is gone holds nothing of ours; a channel that is gone is a failure.
            if "thread_not_found" not in str(error):
                raise


def _content(body: Mapping[str, Any], marker: Marker) -> dict[str, Any]:
    """Text, blocks and marker of a message. `parse` is always said: chat.update would link names by default."""
    payload = {"slot": marker.slot, "digest": marker.digest, "revision": marker.revision}
    return {
        "text": body["text"],
        "blocks": body["blocks"],
        "parse": "none",
        "link_names": False,
        "metadata": {"event_type": EVENT, "event_payload": payload},
    }


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}) if metadata.get("event_type") == EVENT else {}


def _slot(message: Mapping[str, Any], me: Me) -> str | None:
    """The slot of a message of ours: another app can copy the metadata, but not the sender."""
    return _payload(message).get("slot") if me.wrote(message) else None


def _ts(remote_id: str) -> str:
    return remote_id.partition("/")[2]


def _remote_id(answer: Answer) -> str:
    channel, ts = answer.data.get("channel"), answer.data.get("ts")
    # It was posted, and cannot be edited without these: settled by reading back.
    if not channel or not ts:
        raise Ambiguous(SYSTEM, "took the message without saying where it stands")
    return f"{channel}/{ts}"
