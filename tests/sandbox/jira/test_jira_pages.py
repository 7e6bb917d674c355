"""The sandbox's pages: a ticket as people see it, with everything from outside escaped."""

from __future__ import annotations

import pytest

from sandbox.jira.render import html


def text(words, *marks):
    return {"type": "text", "text": words, "marks": list(marks)}


def test_a_ticket_shows_its_fields_and_comments(site):
    site.set_field(site.change, "Test plan", "Stap 1 <script>", site.an)
    site.set_field(site.change, "Planned start", site.time.now, site.an)
    site.link(site.change, site.add_issue("CHG", "Change", "Deel", by=site.an))
    site.request_approval(site.change, "CAB approval", [site.an])
    site.add_comment(site.change, "interne noot", site.bot, {"sd.public.comment": {"internal": True}})
    page = site.app.test_client().get("/browse/CHG-1").text
    for shown in (
        "Nieuwe versie van het loket",
        "Gefaseerd",
        "Stap 1 &lt;script&gt;",
        "02 Mar 2026, 09:00",
        "interne noot",
        "Internal note",
        "CAB approval",
        "An Willems: pending",
        "contains",
    ):
        assert shown in page
    assert "<script>" not in page


def test_the_list_links_to_each_issue(site):
    page = site.app.test_client().get("/").text
    assert 'href="/browse/CHG-1"' in page and "Nieuwe versie van het loket" in page


def test_an_issue_that_is_not_there(site):
    assert site.app.test_client().get("/browse/CHG-9").status_code == 404


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (text("a < b", {"type": "strong"}), "<strong>a &lt; b</strong>"),
        (text("x", {"type": "link", "attrs": {"href": "https://x.example/?a=1&b"}}), '<a href="https://x.example/?a=1&amp;b">x</a>'),
        (text("x", {"type": "link", "attrs": {"href": "javascript:alert(1)"}}), "x"),
        (text("x", {"type": "textColor", "attrs": {"color": "#97a0af"}}), '<span style="color:#97a0af">x</span>'),
        (text("x", {"type": "textColor", "attrs": {"color": "#0;top:0"}}), '<span style="color:inherit">x</span>'),
        (
            {"type": "panel", "attrs": {"panelType": "warning"}, "content": [text("let op")]},
            '<div class="panel warning">let op</div>',
        ),
        ({"type": "panel", "attrs": {"panelType": '"><script>'}, "content": []}, '<div class="panel info"></div>'),
        (
            {"type": "expand", "attrs": {"title": "<Waarom>"}, "content": [text("omdat")]},
            "<details><summary>&lt;Waarom&gt;</summary>omdat</details>",
        ),
        (
            {"type": "bulletList", "content": [{"type": "listItem", "content": [text("een")]}]},
            "<ul><li>een</li></ul>",
        ),
        ({"type": "heading", "attrs": {"level": 2}, "content": [text("Kop")]}, "<h2>Kop</h2>"),
        ({"type": "paragraph", "content": [text("a"), {"type": "hardBreak"}, text("b")]}, "<p>a<br>b</p>"),
        ({"type": "mention", "attrs": {"text": "@<b>"}}, '<span class="mention">@&lt;b&gt;</span>'),
        ({"type": "unheard of", "content": [text("toch")]}, "toch"),
        ("h3. <wiki>", '<pre class="wiki">h3. &lt;wiki&gt;</pre>'),
        (None, ""),
    ],
)  # fmt: skip
def test_rendering(node, shown):
    assert html(node) == shown
