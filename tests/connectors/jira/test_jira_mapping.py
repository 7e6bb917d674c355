"""Issue JSON into a ticket: derived fields, assets, sign-offs, statuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from jira_site import settings_for

from connectors.jira.asset_refs import touched
from connectors.jira.fields import FieldMap, SiteField, resolve
from connectors.jira.mapping import Raw, Site, ticket
from connectors.jira.statuses import state_of
from domain.lifecycle import State
from domain.ports.errors import Garbled
from domain.ticket import AssetRef, Decision, TicketKind

PLAN, VALIDATED = SiteField("cf_plan", "Test plan"), SiteField("cf_val", "Test validated by")
PACKAGE, START_A = SiteField("cf_pack", "Release package"), SiteField("cf_start", "Planned start")
START_B, CAB = SiteField("cf_change", "Change start date"), SiteField("cf_cab", "CAB sign-off")
ASSETS = SiteField("cf_assets", "Affected services")
VERIFICATION, VERIFIED = SiteField("cf_post", "Post-verification"), SiteField("cf_by", "Verified by")
DIRK = {"accountId": "a1", "displayName": "Dirk Peeters"}
AN = {"accountId": "a2", "displayName": "An Willems"}
MAP = FieldMap(
    {
        "test_plan": (PLAN,),
        "test_validated_by": (VALIDATED,),
        "package": (PACKAGE,),
        "planned_start": (START_A, START_B),
        "assets": (ASSETS,),
        "post_verification": (VERIFICATION,),
        "verified_by": (VERIFIED,),
    },
    {"cab": (CAB,)},
    (),
)
SITE = Site("https://jira.example", MAP, {"change": TicketKind.CHANGE, "release": TicketKind.RELEASE}, {})
BORN = datetime(2026, 3, 2, 8, tzinfo=UTC)
BASE = {
    "summary": "Wijziging",
    "status": {"name": "Open", "statusCategory": {"key": "new"}},
    "issuetype": {"name": "Change"},
    "created": "2026-03-02T09:00:00.000+0100",
    "updated": "2026-03-02T10:00:00.000+0100",
    "creator": DIRK,
    "cf_cab": None,
}


def change(day, field, before, after, by=AN):
    item = {"field": field.name, "fieldId": field.id, "fromString": before, "toString": after}
    return {"author": by, "created": f"2026-03-{day:02d}T08:00:00.000+0000", "items": [item]}


def mapped(fields=None, changes=(), approvals=()):
    issue = {"id": "10", "key": "CHG-1", "changelog": {}, "fields": BASE | (fields or {})}
    return ticket(Raw(issue, list(changes), approvals), SITE)


@pytest.mark.parametrize(
    ("plan", "changes", "fixed"),
    [
        ("stappen", [], 2),  # there from the start
        ("stappen", [change(5, PLAN, None, "stappen")], 5),
        ("beter", [change(6, PLAN, "stappen", "beter"), change(5, PLAN, "", "stappen")], 5),
        ("stappen", [change(5, PLAN, None, "tbd"), change(7, PLAN, "tbd", "stappen")], 7),
        ("beter", [change(5, PLAN, "stappen", "beter")], 2),
        (None, [change(5, PLAN, "stappen", None)], None),
    ],
)
def test_the_test_plan_is_fixed_when_it_first_says_something(plan, changes, fixed):
    seen = mapped({"cf_plan": plan}, changes).field("test_plan_fixed_at")
    assert seen.value == (fixed and datetime(2026, 3, fixed, 8, tzinfo=UTC)) and seen.readable


def test_what_cannot_be_seen_has_no_history_either():
    assert not mapped().field("test_plan_fixed_at").readable
    assert not mapped({"cf_val": {"errorMessage": "x"}}).field("test_validated_at").readable


def test_who_set_a_value_and_when():
    seen = mapped({"cf_val": [AN]}, [change(4, VALIDATED, None, "An Willems", by=DIRK)])
    assert seen.field("test_validated_by").by.name == "Dirk Peeters"
    assert seen.field("test_validated_at").value == datetime(2026, 3, 4, 8, tzinfo=UTC)


CHECKED = [
    change(5, VERIFICATION, None, "tbd", by=DIRK),
    change(6, VERIFICATION, "tbd", "rooktest"),
    change(7, VERIFICATION, "rooktest", "rooktest, log", by=DIRK),
]


@pytest.mark.parametrize(
    ("fields", "changes", "readable", "names", "where"),
    [
        ({"cf_post": "rooktest, log"}, CHECKED, True, ["An Willems"], "Post-verification (history)"),
        ({"cf_post": "rooktest"}, [], True, ["Dirk Peeters"], "Post-verification (history)"),  # from the start
        ({"cf_post": "rooktest", "creator": None}, [], False, [], "Post-verification"),
        ({"cf_post": None}, CHECKED, True, [], "Post-verification"),
        ({"cf_post": {"errorMessage": "x"}}, CHECKED, False, [], "Verified by"),
        ({}, [], False, [], "Verified by"),
        ({"cf_by": [DIRK], "cf_post": "rooktest, log"}, CHECKED, True, ["Dirk Peeters"], "Verified by"),
        ({"cf_by": None, "cf_post": "rooktest, log"}, CHECKED, True, ["An Willems"],
         "Post-verification (history)"),
        ({"cf_by": None, "cf_post": None}, [], True, [], "Verified by"),
    ],
)  # fmt: skip
def test_who_verified_is_named_or_wrote_the_verification_down_first(fields, changes, readable, names, where):
    seen = mapped(fields, changes).field("verified_by")
    assert ([p.name for p in seen.value or ()], seen.readable, seen.where) == (names, readable, where)


def test_a_site_without_a_field_for_who_verified_is_told_nothing_to_mend():
    found = resolve([SiteField("cf_post", "Post-verification")], settings_for("https://jira.example"))
    assert "verified_by" not in {doubt.about for doubt in found.doubts}
    rivals = [SiteField("cf_1", "Verified by"), SiteField("cf_2", "verified by")]
    told = resolve(rivals, settings_for("https://jira.example"))
    assert "verified_by" in {doubt.about for doubt in told.doubts}


def test_a_changelog_without_field_ids_is_read_by_name():
    entry = change(5, PLAN, None, "stappen")
    del entry["items"][0]["fieldId"]
    assert mapped({"cf_plan": "stappen"}, [entry]).field("test_plan").at == datetime(
        2026, 3, 5, 8, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("fields", "value", "where"),
    [
        ({"cf_pack": "loket-4.2", "fixVersions": [{"name": "4.2"}]}, "loket-4.2", "Release package"),
        ({"cf_pack": None, "fixVersions": [{"name": "4.2"}]}, "4.2", "Fix versions"),
        ({"cf_pack": None, "fixVersions": []}, None, "Release package"),
        ({"fixVersions": []}, None, "Fix versions"),
    ],
)
def test_a_fix_version_stands_in_for_a_package(fields, value, where):
    seen = mapped(fields).field("package")
    assert (seen.value, seen.where, seen.readable) == (value, where, True)


@pytest.mark.parametrize(
    ("fields", "day", "where"),
    [
        ({"cf_start": "2026-03-09", "cf_change": "2026-03-10"}, 9, "Planned start"),
        ({"cf_start": None, "cf_change": "2026-03-10"}, 10, "Change start date"),
        ({"cf_start": None, "cf_change": None}, None, "Planned start"),
        ({"cf_start": {"errorMessage": "x"}, "cf_change": None}, None, "Change start date"),
    ],
)
def test_the_second_name_serves_where_the_first_is_empty(fields, day, where):
    seen = mapped(fields).field("planned_start")
    assert (seen.value and seen.value.day, seen.where, seen.readable) == (day, where, True)


@pytest.mark.parametrize(
    ("raw", "refs"),
    [
        ([{"id": "ari:1", "name": "Loket"}], (AssetRef("jira", "ari:1", "Loket"),)),
        ([{"workspaceId": "w", "id": "w:7", "objectId": "7"}], (AssetRef("jira-assets", "w:7", "Assets 7"),)),
        ([{"objectId": "7", "label": "Loket"}], (AssetRef("jira-assets", "7", "Loket"),)),
        (
            "Loket; Burgerzaken",
            (AssetRef("jira", "Loket", "Loket"), AssetRef("jira", "Burgerzaken", "Burgerzaken")),
        ),
        (["Loket", "Loket"], (AssetRef("jira", "Loket", "Loket"),)),
        ({"value": "Loket", "id": "3"}, (AssetRef("jira", "3", "Loket"),)),
        ("n/a", ()),
        ([], ()),
        (None, ()),
    ],
)
def test_assets(raw, refs):
    seen = mapped({"cf_assets": raw})
    assert (seen.assets, seen.assets_readable) == (refs, True)


@pytest.mark.parametrize("fields", [{}, {"cf_assets": {"errorMessage": "no licence"}}])
def test_assets_that_cannot_be_seen(fields):
    assert not mapped(fields).assets_readable


@pytest.mark.parametrize(
    ("value", "changes", "expected"),
    [
        ("Approved", [change(5, CAB, None, "Approved")], ("a2", Decision.APPROVED, 5)),
        ("Goedgekeurd", [], None),  # there from the start: nobody set it
        (
            "Rejected",
            [change(5, CAB, None, "Approved"), change(6, CAB, "Approved", "Rejected", by=DIRK)],
            ("a1", Decision.REJECTED, 6),
        ),
        ("Ik vind het ok", [], None),
        (None, [change(5, CAB, "Approved", None)], None),
    ],
)
def test_sign_off_fields(value, changes, expected):
    given = mapped({"cf_cab": value and {"value": value}}, changes, approvals=None).approvals
    assert [(a.person.id, a.decision, a.at.day) for a in given if a.person] == (
        [expected] if expected else []
    )


def test_statuses_and_kinds():
    release = mapped({"issuetype": {"name": "Release"}, "status": {"name": "Gepland"}})
    assert (release.kind, release.state, release.status) == (TicketKind.RELEASE, State.SCHEDULED, "Gepland")


@pytest.mark.parametrize(
    ("name", "category", "state"),
    [
        ("Open", "new", State.DRAFT),
        ("Under review", "indeterminate", State.ASSESS),
        ("AWAITING CAB APPROVAL", "indeterminate", State.AUTHORIZE),
        ("Awaiting implementation", "indeterminate", State.SCHEDULED),
        ("Implementing", "indeterminate", State.IMPLEMENT),
        ("Review", "indeterminate", State.REVIEW),
        ("Completed", "done", State.CLOSED),
        ("Declined", "done", State.CANCELED),
        ("Geannuleerd", "done", State.CANCELED),
        ("In de wachtkamer", "new", State.DRAFT),
        ("In de wachtkamer", "indeterminate", State.IMPLEMENT),
        ("In de wachtkamer", "done", State.CLOSED),
        ("Ready to deploy", "indeterminate", State.SCHEDULED),  # the site's own
        ("Open", "done", State.DRAFT),
    ],
)
def test_states(name, category, state):
    own = {"ready to deploy": State.SCHEDULED}
    assert state_of({"name": name, "statusCategory": {"key": category}}, own) is state


@pytest.mark.parametrize("fields", [{"created": "yesterday"}, {"status": None}])
def test_an_issue_without_what_every_issue_has_is_garbled(fields):
    with pytest.raises(Garbled):
        mapped(fields)


@pytest.mark.parametrize(
    ("value", "named", "readable", "template"),
    [
        ({"value": "Renew a certificate"}, True, True, "Renew a certificate"),
        ("n/a", True, True, None),
        (None, True, True, None),
        ({"value": "Renew a certificate"}, False, False, None),
    ],
)
def test_only_a_field_that_an_admin_named_holds_the_template(value, named, readable, template) -> None:
    chosen = resolve(
        [SiteField("cf_model", "Change model"), SiteField("cf_pre", "Preapproval")],
        settings_for("http://127.0.0.1:1", fields={"preapproval": "Change model"} if named else {}),
    )
    values = {"cf_model": value, "cf_pre": "typed by anybody"}
    issue = {"id": "10", "key": "CHG-1", "changelog": {}, "fields": BASE | values}
    seen = ticket(Raw(issue, [], ()), replace(SITE, fields=replace(MAP, found={**MAP.found, **chosen.found})))
    assert (seen.preapproval.readable, seen.preapproval.value) == (readable, template)
    assert (seen.preapproval.by is not None) == (template is not None), "who set it is told"


@pytest.mark.parametrize(
    ("shown", "asked", "readable"),
    [
        ([{"id": "1", "name": "CAB"}], None, False),
        (None, None, True),
        ([{"id": "1", "name": "CAB"}], [], True),
    ],
)
def test_approvals_that_an_issue_shows_but_that_may_not_be_read_are_unknown(shown, asked, readable):
    approvals = SiteField("cf_approvals", "Goedkeuringen")
    sites = replace(SITE, fields=replace(SITE.fields, approvals=(approvals,)))
    issue = {"id": "10", "key": "CHG-1", "fields": BASE | {"cf_cab": None, "cf_approvals": shown}}
    assert ticket(Raw(issue, [], asked), sites).approvals_readable is readable


ARI = "ari:cloud:graph::service/6184b75d/2201284c"
CLOUD = "com.atlassian.jira.plugins.cmdb:cmdb-object-cftype"
INSIGHT = "com.riadalabs.jira.plugins.insight:rlabs-customfield-default-object"


@pytest.mark.parametrize(
    ("custom", "raw", "refs"),
    [
        (CLOUD, [{"workspaceId": "w", "id": "w:7", "objectId": "7"}], [("jira-assets", "w:7", "Assets 7")]),
        (CLOUD, [{"workspaceId": "w", "objectId": "7"}], [("jira-assets", "w:7", "Assets 7")]),
        (
            CLOUD,
            {"workspaceId": "../..", "objectId": "7/../8"},
            [("jira-assets", "../..:7/../8", "Assets 7/../8")],
        ),
        (INSIGHT, ["Kassa (AST-7)"], [("jira-assets", "AST-7", "Kassa")]),
        (
            INSIGHT,
            "Kassa, groot (AST-7), Loket (oud) (AST-8)",
            [("jira-assets", "AST-7", "Kassa, groot"), ("jira-assets", "AST-8", "Loket (oud)")],
        ),
        (INSIGHT, ["AST-7"], [("jira-assets", "AST-7", "AST-7")]),
        (INSIGHT, [{"key": "AST-7", "name": "Kassa"}], [("jira-assets", "AST-7", "Kassa")]),
        (INSIGHT, ["Kassa"], [("jira", "Kassa", "Kassa")]),
        (INSIGHT, [None, {}], []),
        ("", ["Kassa (AST-7)"], [("jira", "Kassa (AST-7)", "Kassa (AST-7)")]),
        ("", [{"id": ARI}], [("jira-assets", ARI, "2201284c")]),
        ("", [{"id": ARI, "name": "Loket"}], [("jira", ARI, "Loket")]),
    ],
)
def test_references_in_every_shape(custom, raw, refs):
    field = SiteField("cf_objects", "Server", custom)
    site = replace(SITE.fields, found={"assets": (field,)})
    assert touched({"cf_objects": raw}, site) == (tuple(AssetRef(*ref) for ref in refs), True)


def test_a_field_with_an_error_may_hide_an_asset():
    fields = tuple(SiteField(i, i) for i in ("cf_1", "cf_2"))
    held = {"cf_1": [{"value": "Loket", "id": "3"}], "cf_2": {"errorMessage": "no licence"}}
    refs, readable = touched(held, replace(SITE.fields, found={"assets": fields}))
    assert ([ref.name for ref in refs], readable) == (["Loket"], False)


RESULT, TESTED = SiteField("cf_result", "Test result"), SiteField("cf_at", "Tested at")
RUNS = [change(4, RESULT, None, "Failed"), change(6, RESULT, "Failed", "Passed")]


@pytest.mark.parametrize(
    ("result", "own", "changes", "day", "where"),
    [
        ("Passed", None, RUNS, 6, "Test result (history)"),
        ("Passed", "2026-03-05T08:00:00.000+0000", RUNS, 6, "Test result (history)"),
        ("Passed", "2026-03-09T08:00:00.000+0000", RUNS, 9, "Tested at"),
        ("Passed", None, [], 2, "Test result (history)"),  # there from the start
        (None, None, [], None, "Tested at"),
        (None, "2026-03-09T08:00:00.000+0000", [], 9, "Tested at"),
    ],
)
def test_when_it_was_tested_is_the_later_of_the_field_and_the_last_change_of_the_result(
    result, own, changes, day, where
):
    site = replace(SITE, fields=replace(MAP, found={"test_result": (RESULT,), "tested_at": (TESTED,)}))
    values = {"cf_result": result and {"value": result}, "cf_at": own}
    issue = {"id": "10", "key": "CHG-1", "changelog": {}, "fields": BASE | values}
    seen = ticket(Raw(issue, changes, ()), site).field("tested_at")
    assert (seen.value and seen.value.day, seen.where, seen.readable) == (day, where, True)


@pytest.mark.parametrize(
    ("history", "whole", "readable"),
    [({"changelog": {}}, True, True), ({}, True, False), ({"changelog": {}}, False, False)],
)
@pytest.mark.parametrize("mapped", [(), (TESTED,)])
def test_where_no_field_shows_it_the_history_alone_tells_when_it_was_tested(history, whole, readable, mapped):
    """Also where the field is not among those of this issue."""
    site = replace(SITE, fields=replace(MAP, found={"test_result": (RESULT,), "tested_at": mapped}))
    issue = {"id": "10", "key": "CHG-1", "fields": BASE | {"cf_result": {"value": "Passed"}}, **history}
    assert ticket(Raw(issue, [], (), whole=whole), site).field("tested_at").readable is readable


def test_without_the_whole_changelog_nothing_is_dated_by_it():
    values = {"cf_plan": "stappen", "cf_val": [AN], "cf_post": "rooktest"}
    issue = {"id": "10", "key": "CHG-1", "changelog": {}, "fields": BASE | values}
    changes = [change(5, PLAN, None, "stappen"), change(5, VALIDATED, None, "An Willems")]
    seen = ticket(Raw(issue, changes, (), whole=False), SITE)
    assert not seen.history_readable
    for name in ("test_plan_fixed_at", "test_validated_at", "verified_by"):
        assert not seen.field(name).readable, name
    for name in ("test_plan", "test_validated_by", "post_verification"):
        assert (seen.field(name).filled, seen.field(name).by, seen.field(name).at) == (True, None, None)


@pytest.mark.parametrize(
    ("later", "by", "day"),
    [
        ([], "An Willems", 4),
        ([change(6, PLAN, "Stap 1", " stap  1", by=DIRK)], "An Willems", 4),
        ([change(6, PLAN, "Stap 1", "Stap 2", by=DIRK)], "Dirk Peeters", 6),
    ],
)
def test_an_edit_of_blanks_or_capitals_writes_no_value(later, by, day):
    seen = mapped({"cf_plan": "Stap"}, [change(4, PLAN, None, "Stap 1"), *later]).field("test_plan")
    assert (seen.by.name, seen.at.day) == (by, day)


@pytest.mark.parametrize(("at", "word"), [("2026-03-09T08:00:00.000+0000", "Archived"), (None, "")])
def test_an_archived_issue_is_set_aside_by_its_source(at, word):
    assert mapped({"archiveddate": at}).set_aside == word
    for listed in ((), (SiteField("archiveddate", "Archived on"),)):
        found = resolve(listed, settings_for("https://jira.example"))
        assert ("archiveddate" in found.ids()) is bool(listed)
