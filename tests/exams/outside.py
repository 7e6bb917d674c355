"""What the outside world holds of the bot's, told in a way that two runs of one story can be compared."""

from __future__ import annotations

import json
import re
from collections import Counter

from sandbox.jira.fields import adf_text
from sandbox.server import Received
from sandbox.town import Town
from tests.exams.scene import Scene

Outside = Counter[tuple[str, ...]]
"""Each message of the bot with where it stands, counted: two of one are a double, none is a loss."""

_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_PORT = re.compile(r"(?<=//127\.0\.0\.1:)\d+")
_MARK = re.compile(r"(?m)^.*sluis.*\b[0-9a-f]{6,}.*$")
_COUNTS = re.compile(r"\n*This note counts\. One that was sent earlier may appear late\.")
_STANDING = re.compile(r"\n(All that is asked so far is in order|Nothing is asked of you now: .*)\.$")
_READS = (
    "auth.test",
    "conversations.",
    "users.",
    "usergroups.",
    "search",
    "approximate-count",
    "oauth_token",
    "bulkfetch",
)


def outside(scene: Scene) -> Outside:
    """Every comment, note, message and letter of the bot as it stands now."""
    return Counter([*_comments(scene), *_notes(scene), *_messages(scene), *_letters(scene)])


def is_write(asked: Received) -> bool:
    """Whether a request puts something into the world; some systems read by POST."""
    return asked.method not in ("GET", "HEAD") and not any(part in asked.path for part in _READS)


def _same(text: str) -> str:
    """Without the time of day, the servers' ports, the marker and what a note says after a doubt, in which two tellings
    rightly differ.
    """
    text = _COUNTS.sub("", text)
    return _MARK.sub("", _CLOCK.sub("--:--", _PORT.sub("0", text)))


def _comments(town: Town) -> list[tuple[str, ...]]:
    return [
        ("jira", issue.key, _same(json.dumps(adf_text(comment.body), ensure_ascii=False)))
        for issue in town.jira.issues.values()
        for comment in issue.comments
        if comment.author.name == "Sluiswachter"
    ]


def _notes(town: Town) -> list[tuple[str, ...]]:
    state = town.servicenow.state
    return [
        ("servicenow", row["element_id"], _same(row["value"]))
        for row in state.all("sys_journal_field")
        if row["element"] == "work_notes"
    ]


def _messages(town: Town) -> list[tuple[str, ...]]:
    told = []
    for channel in town.slack.workspace.channels.values():
        place = channel.name or town.slack.workspace.users[channel.im].name
        texts = {message.ts: _same(message.text) for message in channel.messages}
        for message in channel.messages:
            if message.subtype != "tombstone":
                # news closes with how the ticket stood at that very moment
                said = _STANDING.sub("", texts[message.ts]) if message.thread_ts else texts[message.ts]
                under = texts.get(message.thread_ts, "") if message.thread_ts else ""
                told.append(("slack", place, under, said))
    return told


def _letters(scene: Scene) -> list[tuple[str, ...]]:
    """Letters by their Message-ID: one that came twice under the same one is the same letter to who receives it."""
    known = {letter.message["Message-ID"]: letter for letter in scene.letters.letters}
    return [
        ("mail", one.recipient, one.message["Subject"], _same(one.message.get_content()))
        for one in known.values()
    ]
