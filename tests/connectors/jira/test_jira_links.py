"""What an issue contains, by links and changelog: JSON in, keys and history out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jira_site import START

from bot.intake.releases import added_at
from connectors.jira.links import contained, with_links


def link(side: str, key: str, outward: str = "contains", inward: str = "is part of") -> dict[str, Any]:
    return {"type": {"outward": outward, "inward": inward}, side: {"key": key}}


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ([link("outwardIssue", "CHG-1")], {"CHG-1": "contains"}),
        ([link("inwardIssue", "REL-1")], {}),
        ([link("inwardIssue", "CHG-1", "is child of", "is parent of")], {"CHG-1": "is parent of"}),
        ([link("outwardIssue", "CHG-1", "Omvat")], {"CHG-1": "omvat"}),
        ([link("outwardIssue", "CHG-1", "relates to")], {}),
        (["rubbish", {"type": None}, {"outwardIssue": 3}, {}], {}),
        (None, {}),
    ],
)
def test_links_in_words_that_say_contains(links, found):
    assert contained(links) == found


def test_links_stand_in_the_history_of_the_release(site, source):
    release = site.add_issue("CHG", "Release", "Voorjaar", by="Dirk Peeters")
    site.time.later(hours=1)
    site.link(release, site.change, by="An Willems")
    site.link(release, site.change, outward="relates to")
    ref = source.find(release)
    steps = [s for s in source.read(ref).history if s.field == "changes"]
    assert [(s.before, s.after, s.by and s.by.name) for s in steps] == [("", site.change, "An Willems")]
    assert (steps[0].at - START).total_seconds() == 3600


def test_a_sub_task_made_later_tells_since_when_it_is_part_of_the_release(site, source):
    release = site.add_issue("CHG", "Release", "Voorjaar", by="Dirk Peeters")
    site.time.later(hours=2)
    part = site.add_issue("CHG", "Change", "Deel", by="An Willems", parent=release)
    whole, sub = (source.read(source.find(key)) for key in (release, part))
    assert whole.field("changes").value == (part,)
    (step,) = [s for s in sub.history if s.field == "part_of"]
    assert (step.before, step.after, step.by.name) == ("", release, "An Willems")
    assert added_at(whole, part, sub) == START + timedelta(hours=2)
    assert added_at(whole, part) is None


@pytest.mark.parametrize("name", ["IssueParentAssociation", "Parent Issue"])
def test_an_issue_that_became_a_sub_task_is_part_since_then(site, source, name):
    release = source.read(source.find(site.change))
    raw = {
        "created": "2026-03-04T09:00:00.000+0000",
        "author": {"accountId": "a", "displayName": "An Willems"},
        "items": [{"field": name, "from": None, "fromString": None, "to": "10164", "toString": release.key}],
    }
    issue = {"fields": {"parent": {"key": release.key}}}
    sub = with_links(replace(release, key="CHG-9", history=()), issue, [raw])
    assert added_at(release, "CHG-9", sub) == datetime(2026, 3, 4, 9, tzinfo=UTC)
