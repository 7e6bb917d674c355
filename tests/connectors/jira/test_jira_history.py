"""A changelog into the vocabulary's words, and sign-offs that count by who set them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from test_jira_mapping import AN, DIRK, PACKAGE, PLAN, SITE, START_A, VALIDATED, change

from connectors.jira.fields import SiteField
from connectors.jira.mapping import Raw, Site, ticket
from domain.lifecycle import State
from domain.ticket import Decision

STATUS, TITLE = SiteField("status", "status"), SiteField("summary", "summary")
SERVICES = SiteField("cf_assets", "Affected services")
CAB = SiteField("cf_cab", "CAB sign-off")
VERSIONS = SiteField("fixVersions", "Fix Version")
BASE = {
    "summary": "Wijziging",
    "status": {"name": "Open", "statusCategory": {"key": "new"}},
    "issuetype": {"name": "Change"},
    "created": "2026-03-02T09:00:00.000+0100",
    "updated": "2026-03-02T10:00:00.000+0100",
    "creator": DIRK,
    "cf_cab": None,
    "cf_pack": None,
}


def mapped(*changes, site=SITE, **fields):
    issue = {"id": "10", "key": "CHG-1", "fields": BASE | fields, "changelog": {}}
    return ticket(Raw(issue, list(changes), None), site)


def raw(entry, before, after):
    entry["items"][0] |= {"from": before, "to": after}
    return entry


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (change(5, PLAN, "a", "b"), ("test_plan", "a", "b")),
        (change(5, PLAN, None, "b"), ("test_plan", "", "b")),
        (change(5, PLAN, "Plan", " plan "), None),
        (change(5, SERVICES, "Kassa", "Loket"), ("assets", "Kassa", "Loket")),
        (raw(change(5, SERVICES, None, None), "12", "13"), ("assets", "", "")),
        (raw(change(5, SERVICES, None, ""), None, ""), None),
        (change(5, TITLE, "a", "b"), None),
        (
            change(5, VALIDATED, "[Dirk Peeters]", "[Dirk Peeters, An Willems]"),
            ("test_validated_by", "Dirk Peeters", "Dirk Peeters, An Willems"),
        ),
        (change(5, VALIDATED, None, "An Willems"), ("test_validated_by", "", "An Willems")),
        (change(5, VALIDATED, "[An Willems, Dirk Peeters]", "[Dirk Peeters, An Willems]"), None),
        (change(5, STATUS, "Awaiting approval", "Open"), ("state", "authorize", "draft")),
        (change(5, STATUS, "Ons bord", "Open"), ("state", "", "draft")),
        (change(5, STATUS, "Open", "Backlog"), None),
        # shown in the site's own format; the raw values are plain
        (
            raw(
                change(5, START_A, "9/Mar/26 6:00 PM", "11/Mar/26 6:00 PM"),
                "2026-03-09T18:00:00.000+0100",
                "2026-03-11T18:00:00.000+0100",
            ),
            ("planned_start", "2026-03-09T17:00:00+00:00", "2026-03-11T17:00:00+00:00"),
        ),
        (change(5, START_A, "9/Mar/26", "11/Mar/26"), ("planned_start", "9/Mar/26", "11/Mar/26")),
        (
            raw(change(5, START_A, "9/Mar/26", None), "2026-03-09", None),
            ("planned_start", "2026-03-09T00:00:00+00:00", ""),
        ),
    ],
)
def test_an_entry_in_the_vocabularys_words(entry, told):
    history = mapped(entry).history
    assert [(c.field, c.before, c.after) for c in history] == ([told] if told else [])
    for seen in history:
        assert (seen.by.name, seen.at) == ("An Willems", datetime(2026, 3, 5, 8, tzinfo=UTC))


def test_oldest_first_whatever_the_order_of_the_answer():
    history = mapped(
        change(7, PLAN, "b", "c"), change(5, PACKAGE, "1", "2"), change(6, PLAN, "a", "b")
    ).history
    assert [(c.field, c.at.day) for c in history] == [("package", 5), ("test_plan", 6), ("test_plan", 7)]


def test_the_sites_own_status_names():
    own = Site(SITE.url, SITE.fields, SITE.kinds, {"ons bord": State.DRAFT})
    (seen,) = mapped(change(5, STATUS, "Awaiting approval", "Ons bord"), site=own).history
    assert seen.after == "draft"


@pytest.mark.parametrize(("package", "told"), [(None, ["package"]), ("loket-4.2", [])])
def test_fix_versions_are_the_package_where_they_stand_in_for_it(package, told):
    seen = mapped(change(5, VERSIONS, None, "4.2"), cf_pack=package, fixVersions=[{"name": "4.2"}])
    assert [c.field for c in seen.history] == told


@pytest.mark.parametrize(
    ("issue", "changes", "readable"),
    [
        ({"changelog": {}}, [], True),
        ({}, [], False),
        ({"changelog": None}, [], False),
        ({}, [change(5, PLAN, "a", "b")], True),
    ],
)
def test_whether_the_history_was_there_at_all(issue, changes, readable):
    raw_issue = Raw({"id": "10", "key": "CHG-1", "fields": BASE} | issue, changes, None)
    assert ticket(raw_issue, SITE).history_readable is readable


@pytest.mark.parametrize(
    ("changes", "by", "day"),
    [
        ([change(5, CAB, None, "Approved", by=DIRK)], "Dirk Peeters", 5),
        (
            [change(5, CAB, None, "Rejected", by=DIRK), change(6, CAB, "Rejected", "Approved")],
            "An Willems",
            6,
        ),
    ],
)
def test_a_sign_off_field_counts_by_who_set_it(changes, by, day):
    (given,) = mapped(*changes, cf_cab={"value": "Approved"}).approvals
    assert (given.person.name, given.decision, given.at.day) == (by, Decision.APPROVED, day)
    assert AN["displayName"] == "An Willems"
