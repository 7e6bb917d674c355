"""A rollout that is undone: whoever was told that it is available is told that it is not, once, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from build import AN, approved
from office import DINA, Killed, Office

from domain.asset import Asset
from domain.fields import Field
from domain.lifecycle import State
from domain.people import Group
from domain.ticket import AssetRef, Change

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
WEB, OPS = Group("g-web", "Web team"), Group("g-ops", "Operations")
SHOP = AssetRef("jira", "shop", "Shop")
DONE = {
    "state": State.REVIEW,
    "actual_start": MONDAY - timedelta(hours=3),
    "actual_end": MONDAY - timedelta(hours=1),
    "result": "successful",
}
BACK, FAILED = {"result": "rolled_back"}, {"result": "failed"}
OPERATIONAL = DONE | {"operational_at": MONDAY}
EVERYONE = ("dpo", "ops", "web")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A change is being carried out on a shop of class 5, and its card stands; the DPO reads Dutch."""
    channels = {"operations": "ops", "dpo": "dpo", "Web team": "web"}
    made = Office(f"sqlite:///{tmp_path / 'back.db'}", MONDAY, channels=channels, languages={"dpo": "nl"})
    off = dict.fromkeys(("gdpr", "ksz", "nis2"), Field(False))
    classes = {name: Field(5) for name in ("confidentiality", "integrity", "availability")}
    made.assets["shop"] = Asset(
        "jira", "shop", "Shop", owner=Field((AN,)), stakeholders=Field((WEB,)), **classes, **off
    )
    made.put(
        "CHG-1",
        summary="New checkout",
        state=State.IMPLEMENT,
        assets=(SHOP,),
        responsible_group=(WEB,),
        handed_over_to=(OPS,),
        approvals=(approved(AN, MONDAY - timedelta(days=2)),),
    )
    made.run()
    yield made
    made.ctx.journal.close()


def then(office: Office, given: Mapping[str, Any]) -> None:
    """Ten minutes later the ticket is edited, and looked at."""
    office.now += timedelta(minutes=10)
    office.put("CHG-1", **given)
    office.run()


def heard(office: Office) -> list[tuple[str, str]]:
    """Where it was said that the rollout is undone, and the heading."""
    words = ("Rolled back", "Rollout failed", "Teruggedraaid", "Uitrol mislukt")
    return sorted((s.channel, s.text.partition(":")[0]) for s in office.said if s.text.startswith(words))


@pytest.mark.long
@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((DONE, BACK), [("dpo", "Teruggedraaid"), ("ops", "Rolled back"), ("web", "Rolled back")]),
        ((DONE, FAILED), [("dpo", "Uitrol mislukt"), ("ops", "Rollout failed"), ("web", "Rollout failed")]),
        # of both notifications once, and once for all
        ((OPERATIONAL, BACK), [("dpo", "Teruggedraaid"), ("ops", "Rolled back"), ("web", "Rolled back")]),
        (
            (DONE, BACK, {"deviations": "the queue ran full"}, FAILED),
            [("dpo", "Teruggedraaid"), ("ops", "Rolled back"), ("web", "Rolled back")],
        ),
        # what was announced anew is taken back anew
        (
            (DONE, BACK, DONE, BACK),
            sorted(2 * [("dpo", "Teruggedraaid"), ("ops", "Rolled back"), ("web", "Rolled back")]),
        ),
        (
            (DONE, BACK | {"state": State.CANCELED}),
            [("dpo", "Teruggedraaid"), ("ops", "Rolled back"), ("web", "Rolled back")],
        ),
        # nobody was told that it is available
        ((DONE | BACK,), []),
        ((DONE | FAILED,), []),
        # it is still there
        ((DONE, {"result": "with_issues"}), []),
        ((DONE, {"result": None}), []),
        ((DONE, {"state": State.CANCELED}), []),
    ],
)
def test_who_is_told_that_it_was_undone(office: Office, steps: Any, expected: Any) -> None:
    for step in steps:
        then(office, step)
    office.until(office.now + timedelta(minutes=30), timedelta(minutes=10))
    assert heard(office) == expected


def test_who_was_not_told_yet_is_told_neither(office: Office) -> None:
    """One notification had gone out when the process was killed; the others are not sent any more."""
    office.kill_at = len(office.said) + 2
    with pytest.raises(Killed):
        then(office, DONE)
    office.kill_at = 0
    (told,) = [
        said.channel for said in office.said if said.text.startswith(("Available in", "Beschikbaar in"))
    ]
    then(office, BACK)
    then(office, {})
    assert [channel for channel, _ in heard(office)] == [told]


def test_what_was_corrected_before_it_went_out_is_withdrawn(office: Office) -> None:
    then(office, DONE)
    office.kill_at = len(office.said) + 1
    with pytest.raises(Killed):
        then(office, BACK)
    office.kill_at = 0
    then(office, {"result": "with_issues"})
    office.until(office.now + timedelta(hours=1), timedelta(minutes=20))
    assert heard(office) == []


def test_what_did_not_go_out_is_said_once_by_whoever_comes_after_a_kill(office: Office) -> None:
    then(office, DONE)
    office.kill_at = len(office.said) + 2
    with pytest.raises(Killed):
        then(office, BACK)
    office.kill_at = 0
    office.until(office.now + timedelta(hours=1), timedelta(minutes=20))
    assert tuple(channel for channel, _ in heard(office)) == EVERYONE


def test_it_goes_where_the_earlier_one_went(office: Office) -> None:
    """Another channel was set since: whoever read the first in the old one reads the second there."""
    then(office, DONE)
    office.channels = {**office.channels, "operations": "new-ops"}
    then(office, BACK)
    assert tuple(channel for channel, _ in heard(office)) == EVERYONE


def test_observe_mode_shows_it(office: Office) -> None:
    then(office, DONE)
    office.ctx = replace(office.ctx, policy=replace(office.ctx.policy, act=False))
    office.now += timedelta(minutes=10)
    office.put("CHG-1", **BACK)
    planned = [one.what for one in office.run().planned if one.what.startswith("handover-")]
    assert (len(planned), {what.partition(":")[0] for what in planned}) == (3, {"handover-3"})
    assert heard(office) == []


def test_no_receipt_is_waited_for_of_what_was_taken_back(office: Office) -> None:
    journal = office.ctx.journal
    then(office, DONE)
    assert len(journal.notifications(MONDAY)) == 3
    then(office, BACK)
    assert journal.notifications(MONDAY) == ()


def test_it_says_who_recorded_it_when_and_what_happened(office: Office) -> None:
    then(office, DONE)
    at = office.now + timedelta(minutes=5)
    history = (Change("result", "successful", "rolled back", DINA, at),)
    then(office, BACK | {"deviations": "the queue ran full", "history": history})
    (told,) = [said.text for said in office.said if said.channel == "ops" and said.text.startswith("Rolled")]
    assert told.splitlines() == [
        "Rolled back: CHG-1 · New checkout",
        "Formal notification: you were told that this is available in production. That holds no more, because the"
        " rollout was rolled back.",
        "Dina recorded this on Mon 16 Nov 2026, 10:15.",
        "What happened: the queue ran full",
        "https://jira.example/browse/CHG-1",
    ]


def test_a_new_rollout_is_told_anew_and_rests_on_its_own_notifications_alone(office: Office) -> None:
    """What everybody heard to be undone hands nothing over: the rules see who was told of the rollout that stands."""
    journal = office.ctx.journal
    then(office, DONE)
    first = journal.notices("jira", "chg-1")
    then(office, BACK)
    assert (len(first), journal.notices("jira", "chg-1")) == (3, ())
    then(office, {"result": "successful", "actual_end": office.now})
    office.until(office.now + timedelta(hours=1), timedelta(minutes=20))
    anew = [s for s in office.said if "about a new one." in s.text or "over een nieuwe uitrol." in s.text]
    assert sorted(said.channel for said in anew) == list(EVERYONE)
    assert all(said.text.startswith(("Available in", "Beschikbaar in")) for said in anew)
    held = journal.notices("jira", "chg-1")
    assert len(held) == 3
    assert min(n.at for n in held) > max(n.at for n in first)
    assert [row.kind.partition(":")[0] for row in journal.notifications(MONDAY)] == ["handover-1.2"] * 3


def test_who_did_not_hear_that_it_was_undone_is_not_told_anew(office: Office) -> None:
    """The word that it was undone reached one of three: to the others the first notification still holds."""
    then(office, DONE)
    office.kill_at = len(office.said) + 2
    with pytest.raises(Killed):
        then(office, BACK)
    office.kill_at = 0
    ((told, _),) = heard(office)
    then(office, {"result": "successful"})
    office.until(office.now + timedelta(hours=1), timedelta(minutes=20))
    anew = [
        s.channel for s in office.said if "about a new one." in s.text or "over een nieuwe uitrol." in s.text
    ]
    assert anew == [told]
    assert len(office.ctx.journal.notices("jira", "chg-1")) == 3


def test_an_end_that_was_corrected_to_later_is_told_anew(office: Office) -> None:
    """What was told of the earlier end came before the rollout had ended, and hands nothing over."""
    then(office, DONE)
    then(office, {"actual_end": office.now + timedelta(minutes=5)})
    office.until(office.now + timedelta(hours=1), timedelta(minutes=20))
    words = ("gave another end of the rollout", "noemde een ander einde van de uitrol")
    anew = [said.channel for said in office.said if any(one in said.text for one in words)]
    assert sorted(anew) == list(EVERYONE)
    then(office, BACK)
    assert [channel for channel, _ in heard(office)] == list(EVERYONE), "undone once, though told twice"
