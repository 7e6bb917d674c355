"""Releases as bundles of changes: judged by the highest of what the changes touch, and again when one of them moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from test_story import comments, text

from bot.report import Report
from domain.facts import Facts
from domain.lifecycle import Verdict
from rules.engine import evaluate
from rules.loading.loader import load_packs
from sandbox.server import Fault, How
from sandbox.town import Town

Sync = Callable[..., Report]
Ask = Callable[..., Facts]


def change(town: Town, *assets: str, status: str = "Awaiting approval") -> str:
    fields = {"Affected services": list(assets)}
    return town.jira.add_issue("CHG", "[System] Change", "A change", fields, by="Tom Willems", status=status)


def release(town: Town, *changes: str, status: str = "Awaiting approval", **more: Any) -> str:
    key = town.jira.add_issue("REL", "Release", "A bundle", more, by="Tom Willems", status=status)
    for other in changes:
        town.jira.link(key, other)
    return key


def said(town: Town, key: str) -> str:
    return text(town, key)


def asked_of(town: Town, key: str) -> int:
    """How many times an issue was read in full."""
    return town.servers["jira"].count("GET", rf"/issue/{town.jira.issues[key].id}$")


@pytest.mark.smoke
def test_the_class_of_a_release_is_the_highest_of_its_changes_assets(
    town: Town, sync: Sync, facts: Ask
) -> None:
    key = release(town, change(town, "Citizen register"), change(town, "Permit portal"))
    assert sync().exit_code == 0
    told = said(town, key)
    assert "Class C5 I4 A3, personal data: Citizen register and Permit portal." in told
    assert "names no asset" not in told
    (dpo,) = [f for f in evaluate(facts(key), load_packs(("vo-icr",))) if f.id == "ICR-17"]
    asked = [actor.name for actor in dpo.who]
    assert asked == ["Karim Aziz", "Lotte Claes", "Dina Peeters"], "asked on the release itself"


def test_the_changes_of_a_release_are_handed_to_its_rules_with_when_they_were_added(
    town: Town, facts: Ask
) -> None:
    first, second = change(town, "Citizen register"), change(town, "Permit portal")
    key = release(town, first)
    town.jira.clock = lambda: datetime(2026, 3, 2, 8, tzinfo=UTC)
    town.jira.link(key, second)
    town.jira.link(key, town.change, outward="relates to")
    town.jira.clock = town.now
    given = facts(key)
    assert given.children_readable
    assert [child.key for child in given.children] == [first, second]
    assert [child.ticket and child.ticket.key for child in given.children] == [first, second]
    assert [[s.name for s in child.subjects] for child in given.children] == [
        ["Citizen register"],
        ["Permit portal"],
    ]
    assert given.children[1].added_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_change_names_no_children(town: Town, facts: Ask) -> None:
    town.jira.link(town.change, change(town, "Permit portal"))
    assert facts(town.change).children == ()


def test_what_the_release_names_itself_counts_with_it_and_each_asset_once(town: Town, sync: Sync) -> None:
    key = release(town, change(town, "Permit portal"), **{"Affected services": ["Permit portal"]})
    sync()
    assert "Class C3 I3 A2: Permit portal." in said(town, key)


def test_a_change_that_is_added_later_makes_the_release_judged_again(town: Town, sync: Sync) -> None:
    key = release(town, change(town, "Permit portal"))
    sync()
    assert "Class C3 I3 A2" in said(town, key)
    town.jira.link(key, change(town, "Citizen register"))
    sync()
    assert "Class C5 I4 A3, personal data" in said(town, key)


def test_a_change_that_moves_makes_its_release_judged_again_in_the_same_cycle(town: Town, sync: Sync) -> None:
    child = change(town, "Permit portal")
    key = release(town, child)
    sync()
    sync()  # the bot's own comments moved the stamps
    stamp = town.jira.issues[key].updated
    town.jira.set_field(child, "Affected services", ["Citizen register"], "Tom Willems")
    assert town.jira.issues[key].updated == stamp
    sync()
    assert "Class C5 I4 A3, personal data" in said(town, key)


@pytest.mark.parametrize("status", [404, 403])
def test_a_change_that_may_not_be_read_is_unknown_and_stops_nothing(
    town: Town, sync: Sync, status: int
) -> None:
    hidden, seen = change(town, "Citizen register"), change(town, "Permit portal")
    key = release(town, hidden, seen)
    town.jira.transition(hidden, "Closed", "Tom Willems")  # so that it is not listed itself
    path = f"/issue/({hidden}|{town.jira.issues[hidden].id})$"
    town.servers["jira"].fail(Fault(How.ANSWER, path=path, status=status, times=99, body="{}"))
    report = sync()
    assert (report.exit_code, report.problems) == (0, [])
    told = said(town, key)
    assert f"Class C3 I3 A3: {hidden} and Permit portal." in told, "never as class 1"
    assert "could not be looked at" in told
    assert "Ready for implementation" not in told


def test_a_change_in_another_system_is_found_by_its_number(town: Town, sync: Sync) -> None:
    town.jira.add_field("Changes", "text")
    number = town.servicenow.row("change_request", town.payment)["number"]
    key = release(town, Changes=f"{number}, CHG-1")
    assert sync(JIRA_FIELDS__CHANGES="Changes").exit_code == 0
    assert "Class C5 I4 A3, personal data: Payment service and Citizen register." in said(town, key)


def test_another_system_that_is_down_takes_nothing_back(town: Town, sync: Sync) -> None:
    town.jira.add_field("Changes", "text")
    number = town.servicenow.row("change_request", town.payment)["number"]
    key = release(town, Changes=number)
    sync(JIRA_FIELDS__CHANGES="Changes")
    before = said(town, key)
    assert "Class C4 I4 A3: Payment service." in before
    town.servers["servicenow"].fail(Fault(How.ANSWER, times=10**6, status=503))
    town.jira.set_field(key, "summary", "Another name", "Tom Willems")
    later = change(town, "Permit portal")
    report = sync()
    assert any(p.startswith(f"{key}: servicenow:") for p in report.problems)
    assert said(town, key) == before
    assert len(comments(town, later)) == 1, "the others of this system are served"


def test_more_changes_than_are_read_are_told_and_the_class_is_not_certain(town: Town, sync: Sync) -> None:
    keys = [change(town, "Permit portal") for _ in range(3)]
    key = release(town, *keys)
    report = sync(SLUIS_MAX_CHILDREN="2")
    told = f"{key}: contains 3 changes, of which 2 were read — raise SLUIS_MAX_CHILDREN to read them all"
    assert report.problems == [told]
    assert "could not be looked at" in said(town, key)


def test_a_release_costs_what_its_changes_need(town: Town, sync: Sync) -> None:
    keys = [change(town, "Permit portal", status="Open") for _ in range(10)]
    first = release(town, *keys, status="Open")
    report = sync()
    assert report.sources["jira"].read == 14, "each is counted once, however often it is judged"
    assert town.servers["jira"].count("POST", "/issue/bulkfetch$") == 1
    assert [asked_of(town, key) for key in (*keys, first)] == [0] * 11, "all came with that one request"
    sync()  # the bot's own comments on the others moved their stamps
    asked = len(town.servers["jira"].asked)
    sync()
    assert not [a for a in town.servers["jira"].asked[asked:] if "/issue/" in a.path]


def test_a_servicenow_release_is_judged_by_the_changes_that_name_it_as_parent(town: Town, sync: Sync) -> None:
    sn = town.servicenow
    key = sn.add_release(short_description="Quarterly release", state=2)
    sync()
    sync()  # the bot's own note moved the stamp
    assert "The ticket names no asset." in sn.notes(key)[-1]
    stamp = sn.row("rm_release", key)["sys_updated_on"]
    sn.set("change_request", town.payment, by="tom.willems", parent=key)
    assert sn.row("rm_release", key)["sys_updated_on"] == stamp
    sync()
    assert "Class C4 I4 A3: Payment service." in sn.notes(key)[-1]
    asked = len(town.servers["servicenow"].asked)
    sync()
    sync()
    reads = [a.path for a in town.servers["servicenow"].asked[asked:] if "change_request/" in a.path]
    assert len(reads) <= 1, "the note on the release is looked at once more, then nothing"


def hidden_part(town: Town) -> tuple[str, str]:
    secret, seen = change(town, "Citizen register"), change(town, "Permit portal")
    return release(town, secret, seen), secret


@pytest.mark.parametrize("way", ["secret", "moved", "deleted"])
def test_a_change_that_goes_out_of_sight_lowers_nothing(town: Town, sync: Sync, facts: Ask, way: str) -> None:
    key, secret = hidden_part(town)
    sync()
    packs = load_packs(("vo-icr",))
    before = {f.id: f.verdict for f in evaluate(facts(key), packs)}
    match way:
        case "secret":
            town.jira.hide(secret)
        case "moved":
            town.jira.move_issue(secret, "SECRET", "Tom Willems")
            town.jira.deny("BROWSE_PROJECTS", "SECRET")
        case "deleted":
            town.jira.delete_issue(secret)
    for _ in range(2):
        after = {f.id: f.verdict for f in evaluate(facts(key), packs)}
        assert before.keys() <= after.keys(), "asked as when it was seen"
        assert after["ICR-00"] is Verdict.UNKNOWN
        report = sync(full=True)
        assert not [line for line in (*report.notes, *report.problems) if line.startswith("jira: deleted")]
        assert any(f"{key}: contains {secret}, which could not be read" in line for line in report.notes)
    assert "Class C5 I4 A3" in said(town, key)


def test_a_change_that_was_never_seen_is_known_by_the_history_of_its_release(town: Town, facts: Ask) -> None:
    key, secret = hidden_part(town)
    town.jira.hide(secret)
    given = facts(key)
    assert [(child.key, child.ticket is None) for child in given.children][-1] == (secret, True)
    town.jira.show(secret)
    assert all(child.ticket for child in facts(key).children)


def test_a_change_that_was_taken_out_is_no_part_any_more(town: Town, sync: Sync, facts: Ask) -> None:
    key, secret = hidden_part(town)
    sync()
    issue = town.jira.issues[key]
    # as a link that is removed: gone from the issue, while the other end can still be seen
    issue.links = [link for link in issue.links if link[0] != secret]
    assert secret not in [child.key for child in facts(key).children]


@pytest.mark.parametrize("way", ["sub-task", "linked"])
def test_what_is_no_watched_ticket_is_unknown_at_most(town: Town, sync: Sync, facts: Ask, way: str) -> None:
    packs = load_packs(("vo-icr",))
    key = release(town, change(town, "Permit portal"), status="Implementing")
    open_ = (Verdict.MISSING, Verdict.VIOLATED, Verdict.PENDING)
    before = {f.id for f in evaluate(facts(key), packs) if f.verdict in open_}
    if way == "sub-task":
        extra = town.jira.add_issue("REL", "Sub-task", "Write notes", by="Tom Willems", parent=key, jsm=False)
    else:
        extra = town.jira.add_issue("HR", "Task", "Order cake", by="Tom Willems", jsm=False)
        town.jira.link(key, extra)
    after = {f.id for f in evaluate(facts(key), packs) if f.verdict in open_}
    assert after - before == set(), "no reproach for what nobody may look at"
    report = sync()
    assert f"No application owner of {extra}" not in said(town, key)
    assert any(f"contains {extra}, which could not be read" in line for line in report.notes)
