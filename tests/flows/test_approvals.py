"""Approvals over the whole path: what overtakes them, what does not, a new cycle, and one person with two accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cli.adf_text import adf_text
from bot.messages.i18n.speaker import Translator
from bot.report import Report
from domain.facts import Facts
from rules.engine import evaluate
from rules.loading.loader import load_packs
from sandbox.town import Town

Sync = Callable[..., Report]
MOMENT = r"\w+ \d+ \w+\.? \d{4},? \d\d:\d\d"
STALE = {
    "en": rf"The approval by Karim Aziz on {MOMENT} no longer counts\."
    rf" Planned start was changed from {MOMENT}"
    rf" to {MOMENT} by Tom Willems on {MOMENT}\.",
    "nl": rf"De goedkeuring door Karim Aziz op {MOMENT} telt niet meer\."
    rf" “Geplande start” is gewijzigd van {MOMENT}"
    rf" naar {MOMENT} door Tom Willems op {MOMENT}\.",
}


def text(town: Town, key: str) -> str:
    (only,) = [c for c in town.jira.issues[key].comments if c.author.name == "Sluiswachter"]
    return adf_text(only.body)


def settled(town: Town) -> None:
    """All that the Jira change lacked at first."""
    town.put_in_order()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_later_start_asks_the_cab_again_and_says_what_changed(
    town: Town, sync: Sync, language: str
) -> None:
    settled(town)
    sync(SLUIS_LANGUAGE=language)
    assert "Karim Aziz (CAB)" not in text(town, town.change)
    town.move_start(town.change)
    sync(SLUIS_LANGUAGE=language)
    told = text(town, town.change)
    assert re.search(STALE[language], told), told
    assert "Karim Aziz (CAB)" in told


def test_a_new_approval_settles_it(town: Town, sync: Sync) -> None:
    settled(town)
    town.move_start(town.change)
    sync()
    assert "no longer count" in text(town, town.change)
    for step, person in (
        ("Owner", "Els Maes"),
        ("Change Advisory Board", "Karim Aziz"),
        ("Data Protection", "Dina Peeters"),
    ):
        approval = town.jira.request_approval(town.change, step, [person])
        town.jira.answer_approval(town.change, approval, person, "approve")
    sync(full=True)
    assert text(town, town.change).startswith("▌ Ready for implementation")


@pytest.mark.smoke
def test_an_edit_of_the_summary_or_of_blanks_asks_nobody_again(town: Town, sync: Sync) -> None:
    settled(town)
    sync()
    town.jira.set_field(town.change, "summary", "Another title", "Tom Willems")
    town.jira.set_field(town.change, "Test plan", "plan of 41  cases, agreed with the owner.", "Tom Willems")
    town.jira.set_field(town.change, "Stakeholders", ["Rita Goossens", "Els Maes"], "Tom Willems")
    sync()
    assert text(town, town.change).startswith("▌ Ready for implementation")
    assert "no longer count" not in text(town, town.change)


def test_a_return_to_draft_starts_the_approvals_over(town: Town, sync: Sync) -> None:
    settled(town)
    sync()
    town.jira.transition(town.change, "Open", "Tom Willems")
    sync()
    told = text(town, town.change)
    assert "Karim Aziz (CAB)" in told
    assert "No approval by the CAB yet. " in told


def test_a_change_in_servicenow_that_is_moved_asks_its_owner_and_the_cab_again(
    town: Town, sync: Sync
) -> None:
    town.choose_phased()
    town.approve_again()
    sync()
    assert "Ready for implementation" in town.servicenow.notes(town.payment)[-1]
    town.servicenow.travel(town.now() + timedelta(seconds=5))
    town.servicenow.set("change_request", town.payment, "tom.willems", short_description="Another title")
    sync()
    assert len(town.servicenow.notes(town.payment)) == 1
    town.servicenow.set("change_request", town.payment, "tom.willems", backout_plan="Restore the backup")
    sync()
    note = town.servicenow.notes(town.payment)[-1]
    assert "Fall-back plan was changed from “Switch back to the old provider” to “Restore the backup”" in note
    assert "Els Maes (application owner)" in note
    assert "Karim Aziz (CAB)" in note


def test_two_accounts_of_one_person_are_not_four_eyes(town: Town, sync: Sync) -> None:
    settled(town)
    sync(SLUIS_SAME_PERSON="acc-karim.aziz=acc-dina.peeters")
    assert "Two different people have not approved yet." in text(town, town.change)


@pytest.mark.parametrize("by", ["Karim Aziz", "Els Maes", "Tom Willems"])
def test_a_copy_brings_no_sign_off_with_it(town: Town, facts: Callable[..., Facts], by: str) -> None:
    speak = Translator("en", ZoneInfo("Europe/Brussels"))

    def seen(rule: str) -> str:
        (found,) = [f for f in evaluate(facts(key), load_packs(("vo-icr",))) if f.id == rule]
        return f"{found.verdict}: {speak(found.seen)}"

    for name in ("CAB sign-off", "Owner sign-off"):
        town.jira.add_field(name, "select")
    values = {"CAB sign-off": "Approved", "Owner sign-off": "Approved"}
    fields = {"Affected services": ["Permit portal"], **values}
    key = town.jira.add_issue("CHG", "[System] Change", "CLONE - Permit portal", fields, by=by)
    copied = "sign-off has had its value since the ticket was made; that is no decision."
    assert seen("ICR-11") == f"pending: CAB {copied} No approval by the CAB yet."
    assert seen("ICR-06").startswith(f"pending: Owner {copied}")
    town.jira.set_field(key, "CAB sign-off", None, "Karim Aziz")
    town.jira.set_field(key, "CAB sign-off", "Approved", "Karim Aziz")
    assert seen("ICR-11").startswith("met: Approved by Karim Aziz (CAB) on ")
