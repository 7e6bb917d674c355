"""The chain by itself: any single change, removal or reordering is found and named."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import hash_chain
from domain.hash_chain import START, Head, Row, Sealed, canonical, content, flaws, link, seal

CAUSES = ("verdict", "write", "waiver")


def made(count: int) -> tuple[list[Row], list[Sealed]]:
    """A chain about three tickets, with personal data beside every row."""
    rows: list[Row] = []
    beside: list[Sealed] = []
    last: dict[str, int] = {}
    previous = START
    for seq in range(1, count + 1):
        ticket, cause = f"jira:{seq % 3}", CAUSES[seq % len(CAUSES)]
        parts = ["personal", *(["snapshot"] if cause == "verdict" else [])]
        own = {part: Sealed(seq, part, f"salt{seq}", canonical([part, seq])) for part in parts}
        seals = {part: seal(one.salt, one.body) for part, one in own.items()}
        facts = canonical({"number": seq})
        row = Row(
            *(seq, "2026-03-02T08:00:00+00:00", cause, ticket, last.get(ticket, 0), facts),
            *(seals.get("snapshot", ""), seals["personal"], previous, ""),
        )
        rows.append(row._replace(hash=link(previous, content(row))))
        beside += own.values()
        last[ticket], previous = seq, rows[-1].hash
    return rows, beside


def found(rows: list[Row], beside: list[Sealed], head: Head) -> list[str]:
    return [str(flaw) for flaw in flaws(rows, beside, head, {})]


def end(rows: list[Row]) -> Head:
    return Head(rows[-1].seq, rows[-1].hash) if rows else Head(0, START)


@given(st.integers(0, 12))
def test_a_chain_nobody_touched_has_no_flaw(count: int) -> None:
    rows, beside = made(count)
    assert found(rows, beside, end(rows)) == []


@given(st.data(), st.integers(1, 9))
def test_any_change_of_a_row_is_found(data: st.DataObject, count: int) -> None:
    rows, beside = made(count)
    at = data.draw(st.integers(0, count - 1))
    column = data.draw(st.sampled_from([name for name in Row._fields if name != "seq"]))
    old = getattr(rows[at], column)
    kind = st.integers(0, 99) if column == "before" else st.text(max_size=5)
    new = data.draw(kind.filter(lambda value: value != old))
    changed = [*rows[:at], rows[at]._replace(**{column: new}), *rows[at + 1 :]]
    named = {flaw.seq for flaw in flaws(changed, beside, end(rows), {})}
    assert at + 1 in named


@given(st.data(), st.integers(1, 9))
def test_any_removal_is_found(data: st.DataObject, count: int) -> None:
    rows, beside = made(count)
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first, count - 1))
    left = [*rows[:first], *rows[last + 1 :]]
    named = [flaw for flaw in flaws(left, beside, end(rows), {}) if "beside" not in flaw.what]
    assert named
    assert named[0].seq == first + 1
    assert "missing" in named[0].what


@given(st.permutations(range(7)))
def test_any_reordering_is_found(order: list[int]) -> None:
    rows, beside = made(7)
    moved = [rows[i] for i in order]
    assert bool(found(moved, beside, end(rows))) is (moved != rows)
    renumbered = [row._replace(seq=seq) for seq, row in enumerate(moved, start=1)]
    assert bool(found(renumbered, beside, end(rows))) is (moved != rows)


@given(st.data(), st.integers(1, 9))
def test_any_change_of_personal_data_is_found(data: st.DataObject, count: int) -> None:
    rows, beside = made(count)
    at = data.draw(st.integers(0, len(beside) - 1))
    one = beside[at]
    new = data.draw(st.none() | st.builds(one._replace, body=st.text(max_size=9).filter(one.body.__ne__)))
    changed = [*beside[:at], *([new] if new else []), *beside[at + 1 :]]
    assert {flaw.seq for flaw in flaws(rows, changed, end(rows), {})} == {one.seq}


def forged(rows: list[Row], at: int) -> list[Row]:
    """The chain as somebody would write it anew from one row on, with all hashes right again."""
    done = rows[: at - 1]
    for row in rows[at - 1 :]:
        previous = end(done).hash
        new = row._replace(previous=previous, facts=row.facts if row.seq > at else canonical("other"))
        done = [*done, new._replace(hash=link(previous, content(new)))]
    return done


@pytest.mark.parametrize(
    ("head", "anchors", "told"),
    [
        ("kept", (), ["row 6: is not where the head says that the chain ends (row 6)"]),
        ("forged", (), []),
        ("forged", (2,), []),
        ("forged", (5,), ["row 5: is not the row that was noted as an anchor; the chain was written anew"]),
        ("forged", (9,), ["row 9: was noted as an anchor and is not there"]),
    ],
)
def test_a_chain_written_anew_is_found_by_its_head_or_by_an_anchor(head, anchors, told) -> None:
    rows, beside = made(6)
    new = forged(rows, 4)
    noted = {seq: rows[seq - 1].hash if seq <= 6 else START for seq in anchors}
    assert [str(f) for f in flaws(new, beside, end(rows if head == "kept" else new), noted)] == told


@pytest.mark.parametrize(
    ("parts", "salt", "told"),
    [
        ({"3/snapshot": seal("new", "x")}, "new", []),
        (
            {"3/snapshot": seal("new", "y")},
            "new",
            ["row 3: its snapshot part, kept beside the chain, was changed"],
        ),
        (
            {"3/snapshot": ""},
            "new",
            ["row 3: has a snapshot part beside it that the chain does not know of"],
        ),
        ({"3/snapshot": ""}, None, []),
        ({}, None, ["row 3: its snapshot part is gone, and no erasing of it is on record"]),
    ],
)
def test_erasing_is_in_order_only_as_it_is_on_record(parts, salt, told) -> None:
    rows, beside = made(4)
    left = [one for one in beside if (one.seq, one.part) != (3, "snapshot")]
    if salt:
        left.append(Sealed(3, "snapshot", salt, "x"))
    row = Row(5, "2026", "erased", "", 0, canonical({"parts": parts}), "", "", rows[-1].hash, "")
    rows.append(row._replace(hash=link(row.previous, content(row))))
    assert found(rows, left, end(rows)) == told


def test_the_verifier_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(hash_chain.__file__).read_text(encoding="utf-8"))
    named = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert named <= set(sys.stdlib_module_names)
