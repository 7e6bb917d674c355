"""What the bot itself saw change, over a ServiceNow that tells no history: bounds from one run to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from test_cli import sluis

from bot.journal import open_journal
from bot.report import Report
from domain.facts import Facts
from domain.looks import Looks
from domain.ticket import Change
from sandbox.town import Town

Sync = Callable[..., Report]
Read = Callable[..., Facts]


@pytest.fixture(autouse=True)
def blind(town: Town) -> None:
    """The account may not read who changed what when."""
    town.servicenow.access.forbidden_tables.add("sys_audit")


def run(town: Town, sync: Sync, minutes: int, **more: str) -> datetime:
    """A look at everything, so many minutes from now; gives the moment."""
    at = town.now() + timedelta(minutes=minutes)
    sync(full=True, clock=lambda: at, **more)
    return at


def made(town: Town, **columns: object) -> tuple[str, str]:
    """A change on the payment service: its sys_id and number."""
    sn = town.servicenow
    payment = sn.row("change_request", town.payment)
    same = {name: payment[name] for name in ("cmdb_ci", "assignment_group", "requested_by", "assigned_to")}
    change = sn.add_change(**same | {"short_description": "Certificate", "state": -3} | columns)
    return change, str(sn.row("change_request", change)["number"])


@pytest.mark.smoke
@pytest.mark.parametrize("mode", ["act", "observe"])
def test_a_field_filled_between_two_runs_was_filled_between_these(
    town: Town, sync: Sync, facts: Read, mode: str
) -> None:
    change, number = made(town, test_plan="")
    first = run(town, sync, -20, SLUIS_MODE=mode)
    before = run(town, sync, -15, SLUIS_MODE=mode)
    town.servicenow.set("change_request", change, test_plan="Twelve cases")
    # Who only asks sees it too, and keeps nothing: the next run has the same beginning.
    (asked,) = facts(number).looks.changes
    sluis("check", number, env=town.env())
    after = run(town, sync, -10, SLUIS_MODE=mode)
    run(town, sync, -5, SLUIS_MODE=mode)
    told = facts(number)
    assert not told.ticket.history_readable
    assert told.looks == Looks(first, (Change("test_plan", "", "Twelve cases", None, after, before),))
    assert (asked.since, asked.after) == (before, "Twelve cases")


def test_a_class_raised_a_flag_set_and_an_owner_replaced_in_the_register(
    town: Town, sync: Sync, facts: Read
) -> None:
    sn = town.servicenow
    old, new = sn.add_user("Ola Vos"), sn.add_user("Pim Raes")
    item = sn.add_ci(name="Ledger", u_confidentiality=2, u_integrity=2, u_availability=2, u_gdpr=False,
                     owned_by=old)  # fmt: skip
    _, number = made(town, cmdb_ci=item)
    before = run(town, sync, -15)
    sn.set("cmdb_ci_service", item, u_integrity=4, u_gdpr=True, owned_by=new)
    after = run(town, sync, -10)
    run(town, sync, -5)
    assert sorted(facts(number).looks.changes, key=lambda one: one.field) == [
        # The ticket tells the owner of its item as a field of its own.
        Change("application_owner", "Ola Vos", "Pim Raes", None, after, before),
        Change("gdpr", "false", "true", None, after, before, "Ledger"),
        Change("integrity", "2", "4", None, after, before, "Ledger"),
        Change("owner", "Ola Vos", "Pim Raes", None, after, before, "Ledger"),
    ]


def test_a_change_added_to_a_release_and_one_taken_out(town: Town, sync: Sync, facts: Read) -> None:
    sn = town.servicenow
    release = sn.add_release(short_description="Quarterly release", state=2)
    number = str(sn.row("rm_release", release)["number"])
    first, one = made(town, parent=release)
    second, other = made(town)
    run(town, sync, -20)
    before = run(town, sync, -15)
    sn.set("change_request", second, parent=release)
    middle = run(town, sync, -10)
    sn.set("change_request", first, parent="")
    after = run(town, sync, -5)
    assert [c for c in facts(number).looks.changes if c.field == "changes"] == [
        Change("changes", "", other, None, middle, before),
        Change("changes", one, "", None, after, middle),
    ]


def test_a_history_that_becomes_readable_wins_but_of_what_it_does_not_tell(
    town: Town, sync: Sync, facts: Read
) -> None:
    change, number = made(town, test_plan="")
    item = town.servicenow.row("change_request", change)["cmdb_ci"]
    run(town, sync, -15)
    town.servicenow.set("change_request", change, test_plan="Twelve cases")
    table = town.servicenow.row("cmdb_ci", item)["sys_class_name"]
    town.servicenow.set(table, item, u_ksz=True)
    run(town, sync, -10)
    assert {one.field for one in facts(number).looks.changes} == {"test_plan", "ksz"}
    town.servicenow.access.forbidden_tables.clear()
    told = facts(number)
    assert told.ticket.history_readable
    assert [one.field for one in told.looks.changes] == ["ksz"]
    assert "test_plan" in {one.field for one in told.ticket.history}


def test_a_register_that_is_down_changes_nothing_and_makes_the_bound_wider(
    town: Town, sync: Sync, facts: Read
) -> None:
    item = town.servicenow.add_ci(name="Ledger", u_confidentiality=2, u_integrity=2, u_availability=2)
    _, number = made(town, cmdb_ci=item)
    before = run(town, sync, -20)
    town.servicenow.access.forbidden_tables.update({"cmdb_ci", "cmdb_ci_service"})
    run(town, sync, -15)
    town.servicenow.access.forbidden_tables.difference_update({"cmdb_ci", "cmdb_ci_service"})
    town.servicenow.set("cmdb_ci_service", item, u_integrity=4)
    after = run(town, sync, -10)
    changes = [one for one in facts(number).looks.changes if one.of]
    assert changes == [Change("integrity", "2", "4", None, after, before, "Ledger")]


def test_a_journal_put_back_makes_the_bound_wider(town: Town, sync: Sync, facts: Read) -> None:
    change, number = made(town, test_plan="")
    before = run(town, sync, -30)
    journal = town.folder / "sluis.db"
    url, copy = f"sqlite:///{journal}", town.folder / "copy.db"
    assert sluis("journal", "backup", str(copy), env=town.env()).returncode == 0
    run(town, sync, -25)
    town.servicenow.set("change_request", change, test_plan="Twelve cases")
    run(town, sync, -20)
    assert sluis("journal", "restore", str(copy), env=town.env()).returncode == 0
    after = run(town, sync, -10)
    assert facts(number).looks.changes == (Change("test_plan", "", "Twelve cases", None, after, before),)
    kept = open_journal(url, exclusive=False)
    assert list(kept.audit_flaws({})) == []
    kept.close()


def test_the_audit_trail_with_own_looks_in_it_is_whole_and_tells_them(town: Town, sync: Sync) -> None:
    change, number = made(town, test_plan="")
    run(town, sync, -15)
    town.servicenow.set("change_request", change, test_plan="Twelve cases")
    run(town, sync, -10)
    assert sluis("audit", "verify", env=town.env()).returncode == 0
    pack = town.folder / "pack"
    done = sluis("audit", "export", number, "--to", str(pack), env=town.env())
    assert done.returncode == 0, done.stderr
