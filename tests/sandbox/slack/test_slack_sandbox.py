"""The Slack sandbox as a stranger would use it: what it refuses, what it keeps, what its pages show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.slack.app import METHODS, SlackSandbox
from sandbox.slack.text import Viewer, mrkdwn


class Api:
    """Calls methods in the process, with a token."""

    def __init__(self, sandbox: SlackSandbox) -> None:
        self._http: FlaskClient = sandbox.app.test_client()
        self._headers = {"Authorization": f"Bearer {sandbox.token}"}

    def __call__(self, method: str, **arguments: Any) -> dict[str, Any]:
        return self._http.post(f"/api/{method}", json=arguments, headers=self._headers).get_json()

    def form(self, method: str, **arguments: Any) -> dict[str, Any]:
        return self._http.post(f"/api/{method}", data=arguments, headers=self._headers).get_json()

    def page(self, path: str) -> str:
        return self._http.get(path).get_data(as_text=True)


@pytest.fixture
def api(sandbox: SlackSandbox) -> Api:
    return Api(sandbox)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _button(text: str = "Open", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, **more}


def _plain(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "text": {"type": "plain_text", "text": text}}


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([_section("x")] * 50, None),
        ([_section("x")] * 51, "invalid_blocks"),
        ([_section("x" * 3000)], None),
        ([_section("x" * 3001)], "invalid_blocks"),
        ([_section("")], "invalid_blocks"),
        ([{"type": "section"}], "invalid_blocks"),
        ([{"type": "section", "fields": [_section("y" * 2000)["text"]] * 10}], None),
        ([{"type": "section", "fields": [_section("y")["text"]] * 11}], "invalid_blocks"),
        ([{"type": "section", "fields": [_section("y" * 2001)["text"]]}], "invalid_blocks"),
        ([_plain("header", "x" * 150)], None),
        ([_plain("header", "x" * 151)], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "invalid_blocks"),
        ([{"type": "actions", "elements": [_button(action_id=f"{n}") for n in range(25)]}], None),
        ([{"type": "actions", "elements": [_button(action_id=f"{n}") for n in range(26)]}], "invalid_blocks"),
        (
            [{"type": "actions", "elements": [_button(action_id="a"), _button(action_id="a")]}],
            "invalid_blocks",
        ),
        ([{"type": "actions", "elements": [_button("x" * 76)]}], "invalid_blocks"),
        ([{"type": "actions", "elements": [_button(url="javascript:alert(1)")]}], "invalid_blocks"),
        ([{"type": "actions", "elements": []}], "invalid_blocks"),
        ([{"type": "context", "elements": [_section("z")["text"]] * 10}], None),
        ([{"type": "context", "elements": [_section("z")["text"]] * 11}], "invalid_blocks"),
        ([{"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}], "invalid_blocks"),
        ([{"type": "nope"}], "invalid_blocks"),
        ([dict(_section("x"), block_id="b")] * 2, "invalid_blocks"),
        ("not json", "invalid_blocks_format"),
        ({"type": "divider"}, "invalid_blocks_format"),
    ],
)
def test_blocks_are_held_to_the_limits(api: Api, channel: str, blocks: Any, error: str | None) -> None:
    answer = api("chat.postMessage", channel=channel, text="text", blocks=blocks)
    assert answer.get("error") == error
    assert answer["ok"] is (error is None)


def test_post_by_form_or_json_is_the_same(api: Api, sandbox: SlackSandbox, channel: str) -> None:
    metadata = {"event_type": "e", "event_payload": {"slot": "s"}}
    blocks = [_section("x")]
    api("chat.postMessage", channel=channel, text="t", blocks=blocks, metadata=metadata)
    api.form(
        "chat.postMessage",
        channel=channel,
        text="t",
        blocks=json.dumps(blocks),
        metadata=json.dumps(metadata),
    )
    first, second = sandbox.messages(channel)
    assert (first.text, first.blocks, first.metadata) == (second.text, second.blocks, second.metadata)
    assert first.metadata == metadata


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"text": ""}, "no_text"),
        ("chat.postMessage", {"text": "t", "channel": "C0NOWHERE"}, "channel_not_found"),
        ("chat.postMessage", {"text": "t", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"text": "t", "metadata": "{"}, "invalid_metadata_format"),
        ("chat.postMessage", {"text": "t", "metadata": {"event_type": "e"}}, "invalid_metadata_schema"),
        ("chat.update", {"text": "t", "ts": "1.000001"}, "message_not_found"),
        ("chat.delete", {"ts": "1.000001"}, "message_not_found"),
        ("conversations.history", {"cursor": "rubbish"}, "invalid_cursor"),
        ("conversations.history", {"oldest": "rubbish"}, "invalid_ts_oldest"),
        ("conversations.replies", {"ts": "1.000001"}, "thread_not_found"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("users.lookupByEmail", {"email": ""}, "users_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("chat.nonsense", {}, "unknown_method"),
    ],
)
def test_refusals(api: Api, channel: str, method: str, arguments: dict[str, Any], error: str) -> None:
    assert api(method, **{"channel": channel, **arguments})["error"] == error


@pytest.mark.parametrize(
    ("header", "error"), [(None, "not_authed"), ("Bearer ", "not_authed"), ("Bearer xoxb-x", "invalid_auth")]
)
def test_unknown_token(sandbox: SlackSandbox, header: str | None, error: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = sandbox.app.test_client().post("/api/auth.test", headers=headers).get_json()
    assert answer == {"ok": False, "error": error}


@pytest.mark.parametrize("method", sorted(name for name, (scope, _) in METHODS.items() if scope))
def test_scope_is_asked_before_anything_else(api: Api, sandbox: SlackSandbox, method: str) -> None:
    scope, _ = METHODS[method]
    sandbox.scopes.discard(scope)
    answer = api(method)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")


@pytest.mark.parametrize(
    ("text", "error"), [("x" * 4000, None), ("x" * 4001, "msg_too_long"), ("", "no_text")]
)
def test_update_is_stricter_about_length(api: Api, channel: str, text: str, error: str | None) -> None:
    ts = api("chat.postMessage", channel=channel, text="x" * 5000)["ts"]
    assert api("chat.update", channel=channel, ts=ts, text=text).get("error") == error


def test_update_keeps_metadata_and_drops_blocks(api: Api, sandbox: SlackSandbox, channel: str) -> None:
    metadata = {"event_type": "e", "event_payload": {"slot": "s"}}
    ts = api("chat.postMessage", channel=channel, text="t", blocks=[_section("x")], metadata=metadata)["ts"]
    api("chat.update", channel=channel, ts=ts, text="new")
    [message] = sandbox.messages(channel)
    assert (message.text, message.blocks, message.metadata) == ("new", [], metadata)


@pytest.mark.parametrize("ref", ["wijzigingen", "#wijzigingen"])
def test_update_wants_the_id_of_the_conversation(api: Api, channel: str, ref: str) -> None:
    posted = api("chat.postMessage", channel=ref, text="by name")
    assert posted["channel"] == channel
    assert api("chat.update", channel=ref, ts=posted["ts"], text="new")["error"] == "channel_not_found"


def test_others_and_archives_are_left_alone(api: Api, sandbox: SlackSandbox, channel: str) -> None:
    theirs = sandbox.say(channel, sandbox.add_user("Els Maes").id, "mine")
    ours = api("chat.postMessage", channel=channel, text="ours")["ts"]
    assert api("chat.update", channel=channel, ts=theirs, text="x")["error"] == "cant_update_message"
    assert api("chat.delete", channel=channel, ts=theirs)["error"] == "cant_delete_message"
    sandbox.archive(channel)
    assert api("chat.update", channel=channel, ts=ours, text="x")["error"] == "is_inactive"
    assert api("chat.postMessage", channel=channel, text="x")["error"] == "is_archived"


def test_metadata_is_given_only_when_asked_for(api: Api, channel: str) -> None:
    metadata = {"event_type": "e", "event_payload": {"slot": "s"}}
    api("chat.postMessage", channel=channel, text="t", metadata=metadata)
    [without] = api("conversations.history", channel=channel)["messages"]
    [with_it] = api("conversations.history", channel=channel, include_all_metadata=True)["messages"]
    assert ("metadata" in without, with_it["metadata"]) == (False, metadata)


def test_deleted_parent_leaves_a_tombstone_over_its_thread(
    api: Api, sandbox: SlackSandbox, channel: str
) -> None:
    card = api("chat.postMessage", channel=channel, text="card")["ts"]
    api("chat.postMessage", channel=channel, text="news", thread_ts=card)
    api("chat.delete", channel=channel, ts=card)
    assert [m.subtype for m in sandbox.messages(channel)] == ["tombstone"]
    assert [m.text for m in sandbox.thread(channel, card)] == ["news"]
    assert api("chat.update", channel=channel, ts=card, text="x")["error"] == "message_not_found"


def test_history_pages_newest_first_and_replies_oldest_first(api: Api, channel: str) -> None:
    sent = [api("chat.postMessage", channel=channel, text=f"{n}")["ts"] for n in range(5)]
    first = api("conversations.history", channel=channel, limit=3)
    second = api(
        "conversations.history", channel=channel, limit=3, cursor=first["response_metadata"]["next_cursor"]
    )
    pages = [[m["ts"] for m in page["messages"]] for page in (first, second)]
    assert pages == [sent[:1:-1], sent[1::-1]]
    assert (first["has_more"], second["has_more"], "response_metadata" in second) == (True, False, False)
    replies = [api("chat.postMessage", channel=channel, text="r", thread_ts=sent[0])["ts"] for _ in range(2)]
    thread = api("conversations.replies", channel=channel, ts=sent[0])["messages"]
    assert [m["ts"] for m in thread] == [sent[0], *replies]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, replies[-1])
    after = api("conversations.replies", channel=channel, ts=sent[0], oldest=replies[0])["messages"]
    assert [m["ts"] for m in after] == [sent[0], replies[1]]


def test_ids_of_messages_always_grow() -> None:
    sandbox = SlackSandbox(clock=lambda: 1_700_000_000.5)
    channel, user = sandbox.add_channel("vast"), sandbox.add_user("Els Maes").id
    said = [sandbox.say(channel, user, f"{n}") for n in range(3)]
    assert said == ["1700000000.500000", "1700000000.500001", "1700000000.500002"]


def test_listings(api: Api, sandbox: SlackSandbox, channel: str) -> None:
    sandbox.add_channel("geheim", private=True, bot_in=False)
    private = sandbox.add_channel("besloten", private=True)
    old = sandbox.add_channel("oud")
    sandbox.archive(old)
    sandbox.scopes.add("usergroups:read")
    group = sandbox.add_usergroup("beheer", [sandbox.add_user("Els Maes").id])

    both = "public_channel,private_channel"
    assert [c["id"] for c in api("conversations.list")["channels"]] == [channel, old]
    assert [c["id"] for c in api("conversations.list", types=both)["channels"]] == [channel, private, old]
    assert [c["id"] for c in api("conversations.list", exclude_archived=True)["channels"]] == [channel]
    assert [u["real_name"] for u in api("users.list")["members"]] == ["sluiswachter", "Els Maes"]
    [listed] = api("usergroups.list")["usergroups"]
    assert (listed["id"], "users" in listed) == (group, False)
    assert len(api("usergroups.list", include_users=True)["usergroups"][0]["users"]) == 1


VIEWER = Viewer({"U1": "Dirk Peeters", "C1": "wijzigingen"}, timezone="Europe/Brussels")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~ `code`", "<b>bold</b> <i>italic</i> <s>gone</s> <code>code</code>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("&lt;!channel&gt; &amp;lt; <b>", '&lt;!channel&gt; &amp;lt; <a href="b"'),
        (
            "<!channel> <@U1>",
            '<span class="mention">@channel</span> <span class="mention">@Dirk Peeters</span>',
        ),
        (
            "*<https://example.org/?a=1&amp;b=2|CHG-1>*",
            '<b><a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">CHG-1</a></b>',
        ),
        ("<javascript:alert(1)|click>", "click (javascript:alert(1))"),
        ("<!date^1795431600^{date_num} {time}|later>", "2026-11-23 12:00"),
        ("<!date^soon^{time}|later>", "later"),
        ("\"quotes\" & 'more'", "&#34;quotes&#34; &amp; &#39;more&#39;"),
        ("&gt; said\nplain", '<span class="quote">said</span><br>plain'),
        (":warning: :unheard_of:", "\u26a0\ufe0f :unheard_of:"),
        ("```a &lt;b&gt;\n*c*```", "<pre>a &lt;b&gt;\n*c*</pre>"),
        (
            "see https://example.org/x now",
            'see <a href="https://example.org/x" rel="noreferrer">https://example.org/x</a> now',
        ),
    ],
)
def test_mrkdwn_on_the_pages(text: str, html: str) -> None:
    if "<b>" in text:  # an unescaped tag is a link without a web address: shown as text
        html = "&lt;!channel&gt; &amp;lt; b"
    assert mrkdwn(text, VIEWER) == html


EVERYTHING: list[dict[str, Any]] = [
    _plain("header", "<script>alert('header')</script>"),
    _section("*<script>alert(1)</script>* &lt;img src=x onerror=alert(2)&gt;"),
    {"type": "section", "fields": [_section("left <@U1|<b>>")["text"], _plain("x", ":tada: <i>")["text"]]},
    {"type": "context", "elements": [_section("small")["text"]]},
    {"type": "divider"},
    {"type": "actions", "elements": [_button('"><script>', url='https://example.org/"><script>')]},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "<!channel> *literal*", "style": {"bold": True}},
                    {"type": "link", "url": "javascript:alert(3)", "text": "<u>"},
                    {"type": "user", "user_id": "U1"},
                    {"type": "date", "timestamp": 1795431600, "format": "{time}"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "item"}]}],
            },
        ],
    },
    {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "<svg>"},
]


def test_pages_show_every_block_and_run_nothing(api: Api, sandbox: SlackSandbox, channel: str) -> None:
    posted = api("chat.postMessage", channel=channel, text="t", blocks=EVERYTHING)
    api("chat.postMessage", channel=channel, text="reply <script>", thread_ts=posted["ts"])
    sandbox.say(channel, sandbox.add_user("<b>Els</b>").id, "plain <script>")

    html = api.page(f"/archives/{channel}")
    assert "<script" not in html
    assert "<svg" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    for wanted in (
        "<h2>",
        "<hr>",
        'class="button',
        'class="fields"',
        'class="thread"',
        "<li>",
        "APP",
        "item",
    ):
        assert wanted in html
    assert "<b>&lt;!channel&gt; *literal*</b>" in html


def test_index_lists_the_channels(api: Api, sandbox: SlackSandbox, channel: str) -> None:
    sandbox.add_channel("besloten & privaat", private=True)
    html = api.page("/")
    assert f'href="/archives/{channel}"' in html
    assert "besloten &amp; privaat" in html


def test_page_of_an_unknown_channel(sandbox: SlackSandbox) -> None:
    assert sandbox.app.test_client().get("/archives/C0NOWHERE").status_code == 404
