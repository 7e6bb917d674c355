"""What one look after another tells of a ticket: looks in, changes with their bounds out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from build import AN, BO, DIRK, EMPTY, HIDDEN, TEAM, day, ticket

from bot.policy import looks
from bot.policy.looks import Observation, Remembered, as_history, looked, observed
from domain.asset import Asset, Subject
from domain.facts import Child
from domain.fields import Field
from domain.lifecycle import State
from domain.parsing import shorten
from domain.people import Person
from domain.ticket import AssetRef, Change, Ticket, TicketKind

LONG = "Roll out in three steps, each watched by the people who built it; then the next, and back by the old image. "
SITE, SHOP = AssetRef("cmdb", "1", "Website"), AssetRef("cmdb", "2", "Web shop")


def read(number: int) -> tuple[datetime, datetime]:
    """From when to when the look of a day was read."""
    return day(number, 10), day(number, 10) + timedelta(minutes=5)


def asset(name: str = "Website", **given: Any) -> Subject:
    own = {k: v if isinstance(v, Field) else Field(v) for k, v in given.items()}
    return Subject(name, 2, 2, 2, asset=Asset("cmdb", name, name, **own))


def seen(number: int, subjects: Iterable[Subject] = (), **given: Any) -> Observation:
    """A look on a day of March at a ticket without a history."""
    own = {k: given.pop(k) for k in ("state", "assets", "assets_readable", "kind") if k in given}
    fields = {k: v if isinstance(v, Field) else Field(v) for k, v in given.items()}
    return observed(ticket(fields=fields, history_readable=False, **own), subjects, *read(number))


def remembered(*told: Observation) -> Remembered:
    known = None
    for look in told:
        known = looked(known, look)
    assert known
    return known


def change(field: str, before: str, after: str, since: int, at: int, of: str = "") -> Change:
    """Between the beginning of one look and the end of another."""
    return Change(field, before, after, None, read(at)[1], read(since)[0], of)


def fields(*values: Any, name: str = "test_plan", first: int = 2) -> list[Observation]:
    return [seen(number, **{name: one}) for number, one in enumerate(values, first)]


@pytest.mark.parametrize(
    ("told", "changes"),
    [
        # the first look tells nothing of the past
        (fields("Twelve cases"), []),
        (fields("Twelve cases", "Twelve cases"), []),
        (fields(EMPTY, "Twelve cases"), [change("test_plan", "", "Twelve cases", 2, 3)]),
        (fields("Twelve cases", EMPTY), [change("test_plan", "Twelve cases", "", 2, 3)]),
        (fields("a", "b", "b", "a"), [change("test_plan", "a", "b", 2, 3), change("test_plan", "b", "a", 4, 5)]),
        # blanks, capitals and placeholders
        (fields("Twelve  cases", "twelve cases"), []),
        (fields(Field(raw="tbd"), EMPTY), []),
        # what could not be read is compared with the last look that could
        (fields("a", HIDDEN, HIDDEN, "a"), []),
        (fields("a", "a", HIDDEN, "b"), [change("test_plan", "a", "b", 3, 5)]),
        # long texts are not kept: where they begin alike, the difference cannot be shown
        (fields(LONG + "one", LONG + "One "), []),
        (fields(LONG + "one", LONG + "two"), [change("test_plan", "", "", 2, 3)]),
        (fields("short", LONG), [change("test_plan", "short", shorten(LONG), 2, 3)]),
        # as history shows them
        (fields(False, True, name="tested_in_production"), [change("tested_in_production", "false", "true", 2, 3)]),
        (
            fields(day(8), day(9), name="planned_start"),
            [change("planned_start", "2026-03-08T12:00:00+00:00", "2026-03-09T12:00:00+00:00", 2, 3)],
        ),
        (fields("pull", "phased", name="rollout_strategy"), [change("rollout_strategy", "pull", "phased", 2, 3)]),
        (
            fields(("T", "A"), ("T", "A", "P"), name="environment_path"),
            [change("environment_path", "T, A", "T, A, P", 2, 3)],
        ),
        (fields(("b", "a"), ("a", "b"), name="deployed_changes"), []),
        # a word that was not understood and is now has not changed
        (fields(Field(raw="Gefaseerd"), "phased", name="rollout_strategy"), []),
        # people by their accounts, whatever they are called
        (fields((AN,), (BO,), name="implementer"), [change("implementer", "An", "Bo", 2, 3)]),
        (fields((AN, TEAM), (TEAM, AN), name="stakeholders"), []),
        (fields((AN,), (Person("an", "An Peeters"),), name="implementer"), []),
        (fields((AN,), (Person("an-2", "An"),), name="implementer"), []),
    ],
)  # fmt: skip
def test_a_field_from_look_to_look(told, changes):
    known = remembered(*told)
    assert list(known.changes) == changes
    assert known.first == read(2)[1]


def test_a_field_that_comes_into_view_filled_may_have_been_so_from_the_start():
    told = fields(HIDDEN, HIDDEN, "Twelve cases")
    assert remembered(*told).changes == (
        Change("test_plan", "", "Twelve cases", None, read(4)[1], since=day(1)),
    )
    assert remembered(*fields(HIDDEN, EMPTY)).changes == ()


def test_a_field_that_is_read_from_elsewhere_did_not_change_then():
    told = fields(Field("a", where="u_plan"), Field("b", where="u_test_plan"))
    assert remembered(*told).changes == (Change("test_plan", "", "b", None, read(3)[1], since=day(1)),)
    assert remembered(*fields(Field("a", where="u_plan"), Field("a", where="u_test_plan"))).changes == ()


def test_states_and_assets_by_what_they_are_and_not_by_their_names():
    looks_ = (
        seen(2, state=State.ASSESS, assets=(SITE,)),
        seen(3, state=State.ASSESS, assets=(replace(SITE, name="Site"), SHOP)),
        seen(4, state=State.AUTHORIZE, assets=(), assets_readable=False),
        seen(5, state=State.AUTHORIZE, assets=(SHOP,)),
    )
    assert remembered(*looks_).changes == (
        change("assets", "", "Web shop", 2, 3),
        change("state", "assess", "authorize", 3, 4),
        change("assets", "Site", "", 3, 5),
    )


def test_contents_of_a_release_by_key():
    held = {"kind": TicketKind.RELEASE}
    looks_ = (
        seen(2, changes=("CHG-2",), **held),
        seen(3, changes=("CHG-3", "CHG-2"), **held),
        seen(4, changes=HIDDEN, **held),
        seen(5, changes=("CHG-3",), **held),
    )
    assert remembered(*looks_).changes == (
        change("changes", "", "CHG-3", 2, 3),
        change("changes", "CHG-2", "", 3, 5),
    )
    assert remembered(seen(2, changes=HIDDEN, **held), seen(3, changes=("CHG-2",), **held)).changes == ()


@pytest.mark.parametrize(
    ("told", "changes"),
    [
        # for what was, the first look counts as how it was before it
        ([{"integrity": 4}], []),
        ([{"integrity": 2}, {"integrity": 4}], [("integrity", "2", "4", 2, 3)]),
        ([{"integrity": EMPTY}, {"integrity": 4}], [("integrity", "", "4", 2, 3)]),
        ([{"integrity": 4}, {"integrity": Field(raw="high?")}], [("integrity", "4", "high?", 2, 3)]),
        # what was not understood may be what is understood by now
        ([{"integrity": Field(raw="high?")}, {"integrity": 4}], []),
        ([{"integrity": HIDDEN}, {"integrity": 4}], []),
        ([{"integrity": 2}, {"integrity": HIDDEN}, {"integrity": 4}], [("integrity", "2", "4", 2, 4)]),
        # another column that an admin named is no rise
        ([{"integrity": Field(2, where="I")}, {"integrity": Field(4, where="Integrity")}], []),
        ([{"gdpr": False}, {"gdpr": True}], [("gdpr", "false", "true", 2, 3)]),
        ([{"gdpr": EMPTY}, {"gdpr": False}], []),
        ([{"ksz": True}, {"ksz": EMPTY}], [("ksz", "true", "", 2, 3)]),
        ([{"owner": (AN,)}, {"owner": (BO,)}, {"owner": (BO,)}], [("owner", "An", "Bo", 2, 3)]),
        ([{"owner": (AN,)}, {"owner": (AN, DIRK)}], [("owner", "An", "An, Dirk", 2, 3)]),
        # not touched, or not to be read, for a while
        ([{"integrity": 2}, None, {"integrity": 4}], [("integrity", "2", "4", 2, 4)]),
        ([{"integrity": 2}, None, {"integrity": 2}], []),
        # of no other asset anything follows
        ([{"integrity": 2}, {"integrity": 4, "name": "Web shop"}], []),
    ],
)
def test_classes_flags_and_owners_of_assets(told, changes):
    looks_ = [seen(n, [asset(**one)] if one else []) for n, one in enumerate(told, 2)]
    assert list(remembered(*looks_).changes) == [change(*one, of="Website") for one in changes]


def test_a_gap_makes_a_bound_wider_and_the_last_look_stays_its_beginning():
    known = remembered(*fields("a", "a"), seen(20, test_plan="b"))
    assert known.changes == (change("test_plan", "a", "b", 3, 20),)


def test_who_was_erased_has_not_changed():
    known = remembered(seen(2, implementer=(AN,), risks="Ask An or Bo", builders=(AN, BO)))
    hidden = {
        key: replace(one, seen=replace(
            one.seen,
            text=one.seen.text.replace("An", "person-12ab34cd"),
            parts=one.seen.parts and {"person-12ab34cd" if i == "an" else i: n for i, n in one.seen.parts.items()},
        ))
        for key, one in known.kept.items()
    }  # fmt: skip
    known = replace(known, kept=hidden)
    assert looked(known, seen(3, implementer=(AN,), risks="ask An or Bo", builders=(AN, BO))).changes == ()
    after = looked(known, seen(3, implementer=(), risks="Ask Ci", builders=(BO, DIRK)))
    assert [(one.field, one.after) for one in after.changes] == [("implementer", ""), ("risks", "Ask Ci")]


def test_of_what_changes_for_ever_the_oldest_become_one_with_a_wider_bound(monkeypatch):
    monkeypatch.setattr(looks, "MOST", 3)
    told = [seen(n, test_plan=str(n), risks="a" if n < 4 else "b") for n in range(2, 8)]
    assert remembered(*told).changes == (
        change("risks", "a", "b", 3, 4),
        change("test_plan", "5", "6", 2, 6),
        change("test_plan", "6", "7", 6, 7),
    )


def test_the_bound_never_drops_the_last_change_of_anything(monkeypatch):
    monkeypatch.setattr(looks, "MOST", 2)
    names = ("risks", "test_plan", "package", "fixes_done")
    told = [seen(n, **dict.fromkeys(names, str(n))) for n in range(2, 5)]
    assert remembered(*told).changes == tuple(change(name, "3", "4", 2, 4) for name in names)


def test_a_look_that_another_process_overtook_is_not_the_last():
    early, late = seen(3, test_plan="a"), seen(3, test_plan="b")
    late = replace(late, began=late.began + timedelta(minutes=1), at=late.at + timedelta(minutes=1))
    known = remembered(seen(2, test_plan="a"), late)
    assert looked(known, early) is known


def test_a_clock_that_was_ahead_leaves_no_moment_that_is_still_to_come():
    known = remembered(seen(2, test_plan="a"), seen(20, test_plan="b"), seen(21, test_plan="b"))
    after = looked(known, seen(3, test_plan="c"))
    first = read(2)[1]
    assert after.changes == (
        replace(change("test_plan", "a", "b", 2, 3)),
        Change("test_plan", "b", "c", None, read(3)[1], first),
    )
    assert (after.first, after.began, after.at) == (first, *read(3))


READABLE = ticket(history_readable=True)
OWN = (
    change("test_plan", "", "a", 2, 3),
    change("state", "assess", "authorize", 2, 3),
    change("assets", "", "Website", 2, 3),
    change("assets", "Web shop", "", 2, 3),
    change("changes", "", "CHG-2", 2, 3),
    change("changes", "", "CHG-22", 2, 3),
    change("integrity", "2", "4", 2, 3, "Website"),
)


def had(field: str, before: str, after: str, number: int = 2) -> Ticket:
    return replace(READABLE, history=(Change(field, before, after, AN, day(number, 18)),))


@pytest.mark.parametrize(
    ("of", "children", "left"),
    [
        # no history: all of it
        (ticket(history_readable=False), (), range(7)),
        # a history tells of fields and states, whatever it tells
        (READABLE, (), (2, 3, 4, 5, 6)),
        (had("assets", "", "Website"), (), (3, 4, 5, 6)),
        (had("assets", "Web shop, Website", "Website"), (), (2, 4, 5, 6)),
        (had("assets", "", ""), (), (4, 5, 6)),
        # at another time it is another change
        (had("assets", "", "Website", 9), (), (2, 3, 4, 5, 6)),
        (had("changes", "", "CHG-2"), (), (2, 3, 5, 6)),
        (READABLE, (Child("CHG-2", None, added_at=day(2)), Child("CHG-22", None)), (2, 3, 5, 6)),
    ],
)
def test_what_the_source_tells_is_not_told_twice(of, children, left):
    known = Remembered(read(2)[1], *read(3), {}, OWN)
    assert as_history(known, of, children).changes == tuple(OWN[n] for n in left)
    assert as_history(known, of, children).first == read(2)[1]
