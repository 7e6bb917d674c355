"""What an issue contains, by links and changelog: JSON in, keys and history out."""

from __future__ import annotations

from typing import Any

import pytest
from jira_site import START

from connectors.jira.links import contained


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
