"""One look at a ticket judges it once and composes its summary once, whatever goes out on the way."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from build import AN, approved
from office import Killed, Office

from bot.context import Context
from bot.cycle.recheck import recheck_hinted
from bot.intake.facts import FactsBuilder
from bot.policy.ticket_summary import overview
from domain.asset import Asset
from domain.fields import Field
from domain.lifecycle import State, Verdict
from domain.people import Group
from domain.ports.source import ChangeHint
from domain.ticket import AssetRef
from rules.engine import evaluate

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
WEB, OPS = Group("g-web", "Web team"), Group("g-ops", "Operations")
SHOP = AssetRef("jira", "shop", "Shop")
ROLLED_OUT = {
    "state": State.REVIEW,
    "actual_start": MONDAY - timedelta(hours=3),
    "actual_end": MONDAY - timedelta(hours=1),
    "result": "successful",
}
CHANNELS = {"operations": "ops", "dpo": "dpo", "Web team": "web"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A change is being carried out on a shop of class 5, and its card stands."""
    made = Office(f"sqlite:///{tmp_path / 'once.db'}", MONDAY, channels=CHANNELS)
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
    made.now += timedelta(minutes=10)
    yield made
    made.ctx.journal.close()


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often tickets are read, judged and summed up from here on."""
    counted: Counter[str] = Counter()

    def seam(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            counted[name] += 1
            return function(*given, **named)

        return called

    monkeypatch.setattr(FactsBuilder, "facts", seam("looks", FactsBuilder.facts))
    for function in (evaluate, overview):
        name = function.__name__
        users = [m for m in [*sys.modules.values()] if vars(m).get(name) is function]
        for module in users:
            monkeypatch.setattr(module, name, seam(name, function))
    return counted


ONE = {"looks": 1, "evaluate": 1, "overview": 1}


def handovers(office: Office) -> int:
    return len([said for said in office.said if said.text.startswith(("Available in", "Fully op"))])


@pytest.mark.parametrize(
    ("edit", "sent"),
    [
        ({"package": "checkout 2.1"}, 0),
        (ROLLED_OUT, 3),
        (ROLLED_OUT | {"operational_at": MONDAY}, 6),
        ({"state": State.CANCELED}, 0),
    ],
    ids=["no handover is due", "one is due", "both are due", "canceled"],
)
@pytest.mark.parametrize("way", ["cycle", "recheck"])
def test_one_look_judges_once_and_sums_up_once(
    office: Office, counts: Counter[str], way: str, edit: dict[str, Any], sent: int
) -> None:
    office.put("CHG-1", **edit)
    if way == "cycle":
        office.run()
    else:
        office.ctx.journal.record_hint("jira", [ChangeHint("CHG-1")], office.now)
        recheck_hinted(office.ctx)
    assert (counts, handovers(office)) == (ONE, sent)


def test_a_cycle_in_which_nothing_changed_judges_nothing(office: Office, counts: Counter[str]) -> None:
    office.run()
    assert counts == {}


def test_what_was_delivered_on_the_way_is_told_in_the_same_run(office: Office) -> None:
    office.put("CHG-1", **ROLLED_OUT)
    report = office.run()
    assert office.ctx.journal.previous("jira", "chg-1")["ICR-12"] is Verdict.MET
    assert (report.problems, office.run().writes) == ([], 0)


def test_in_observe_mode_too(office: Office, counts: Counter[str]) -> None:
    office.ctx = replace(office.ctx, policy=replace(office.ctx.policy, act=False))
    office.put("CHG-1", **ROLLED_OUT)
    planned = [one.what for one in office.run().planned]
    assert (counts, len([what for what in planned if what.startswith("handover-")])) == (ONE, 3)


def test_a_notification_that_waited_is_found_again_by_whoever_comes_after_a_kill(office: Office) -> None:
    """The process is killed between two notifications: none is lost, and none is said twice."""
    office.put("CHG-1", **ROLLED_OUT)
    office.kill_at = len(office.said) + 2
    with pytest.raises(Killed):
        office.run()
    assert handovers(office) == 1
    office.kill_at, office.now = 0, office.now + timedelta(minutes=20)
    office.run()
    office.now += timedelta(minutes=20)
    office.run()
    assert handovers(office) == 3


def test_a_ticket_is_deferred_until_it_is_known_whether_this_run_may_write(office: Office) -> None:
    """Nothing goes out and all of it is counted; with leave to write, all of it goes out once."""
    office.ctx = with_limit(office.ctx, 1)
    before = len(office.said)
    office.put("CHG-1", **ROLLED_OUT)
    halted = office.run()
    assert (len(office.said), halted.halted) == (before, "3 messages are more than SLUIS_MAX_WRITES=1")
    office.ctx = with_limit(office.ctx, 100)
    office.run()
    assert handovers(office) == 3


def with_limit(ctx: Context, most: int) -> Context:
    writes = ctx.policy.writes.model_copy(update={"max_writes": most})
    return replace(ctx, policy=replace(ctx.policy, writes=writes))
