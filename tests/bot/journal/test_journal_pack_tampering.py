"""What somebody may do to an evidence pack that they were given, and by which name each is found."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from test_journal_audit import WAIVER, lived, whole
from test_journal_ledger import LATER, TICKET, finding

from bot.audit.evidence_pack import Pack, Request, made, verifier_hash, write
from bot.journal import Journal, open_journal
from bot.messages.i18n.speaker import Translator
from domain.hash_chain import Row, canonical, content, link, main, pack_flaws, seals
from domain.lifecycle import Verdict

OTHER = replace(TICKET, id="10002", key="CHG-2")
SPEAK = Translator("en", ZoneInfo("Europe/Brussels"))


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """Two tickets: one judged twice, commented on and excepted, and one judged between."""
    opened = open_journal(f"sqlite:///{tmp_path_factory.mktemp('journal') / 'sluis.db'}")
    opened.store(OTHER, [finding("ICR-1", Verdict.MISSING)], {"other": 1}, LATER)
    lived(opened)
    yield opened
    opened.close()


def pack_of(journal: Journal, called: str) -> Pack:
    pack = made(journal, (), Request(called, LATER, "auditor"), SPEAK)
    assert pack is not None
    return pack


@pytest.fixture(scope="module")
def packs(journal: Journal) -> tuple[Pack, Pack]:
    return pack_of(journal, "CHG-1"), pack_of(journal, "CHG-2")


def found(pack: Pack, folder: Path, anchors: dict[int, str] | None = None) -> list[str]:
    write(pack, folder)
    read = json.loads((folder / "evidence.json").read_text())
    return [str(flaw) for flaw in pack_flaws(read, folder, anchors or {})]


def about(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any], dict[str, Any]], object]:
    return lambda pack, _: change(pack["about"][0])


def set_in(name: str, value: Any) -> Callable[[dict[str, Any], dict[str, Any]], object]:
    return lambda pack, _: pack.update({name: value})


def last_row(pack: dict[str, Any], _: dict[str, Any]) -> None:
    """The last row about the ticket, and what names it."""
    gone = pack["rows"].pop()
    pack["tickets"][gone["ticket"]] = gone["before"]
    pack["beside"] = [one for one in pack["beside"] if one["seq"] != gone["seq"]]


def cut_off(pack: dict[str, Any], other: dict[str, Any]) -> None:
    """The last row again, and the chain ends before it: what seals the pack cannot stand there any more."""
    last_row(pack, other)
    end = pack["rows"][-1]
    pack["head"] = {"seq": end["seq"], "hash": end["hash"]}
    pack["links"] = pack["links"][: end["seq"] - pack["follows"]["seq"]]
    del pack["seal"]


def rewritten(pack: dict[str, Any], _: dict[str, Any]) -> None:
    """A verdict changed, and all hashes of it made right up to the end that the pack names."""
    rows = [Row(**row) for row in pack["rows"]]
    old = rows[-1]
    new = old._replace(facts=old.facts.replace("met", "missing"))
    new = new._replace(hash=link(new.previous, content(new)))
    pack["rows"][-1] = new._asdict()
    pack["links"][new.seq - pack["follows"]["seq"] - 1] = content(new)
    pack["head"] = {"seq": new.seq, "hash": new.hash}


def sealed_anew(pack: dict[str, Any], _: dict[str, Any]) -> None:
    """Other verdicts, and a seal of them put into the row that is there."""
    pack["about"][0]["verdicts"] = []
    row = Row(**pack["seal"]["row"])
    facts = json.loads(row.facts) | {"seals": seals(pack, b"", pack["seal"]["salt"])}
    pack["seal"]["row"] = row._replace(facts=canonical(facts))._asdict()


OF = "jira:10001"
TAMPERINGS = {
    "the last row left out": (last_row, "the list of tickets: not what was sealed when this pack was made"),
    "the last rows cut off": (cut_off, "the row that seals this pack is left out"),
    "a row in the middle left out": (
        lambda pack, _: pack["rows"].pop(1),
        "row 3: is left out; row 4 comes after it",
    ),
    "rows put in another order": (
        lambda pack, _: pack["rows"].reverse(),
        "the list of rows: not what was sealed when this pack was made",
    ),
    "a row changed": (
        lambda pack, _: pack["rows"][0].update(facts="{}"),
        "row 2: was changed, or does not stand where it stood",
    ),
    "a row changed with its hashes": (rewritten, "row 7: was changed, or does not stand where it stood"),
    "a row shown with another hash": (
        lambda pack, _: pack["rows"][0].update(hash="0" * 64),
        "row 2: was changed, or does not stand where it stood",
    ),
    "a foreign row changed": (
        lambda pack, _: pack["links"].__setitem__(0, "0" * 64),
        "row 2: was changed, or does not stand where it stood",
    ),
    "verdicts replaced": (
        about(lambda one: one["verdicts"][0].update(verdict="waived")),
        f"the verdicts of {OF}: not what was sealed when this pack was made",
    ),
    "verdicts taken out": (
        about(lambda one: one.pop("verdicts")),
        f"the verdicts of {OF}: sealed with this pack, and taken out of it",
    ),
    "another clause cited": (
        lambda pack, _: pack["clauses"]["ICR-1"].update(cite="§9"),
        "the clauses: not what was sealed when this pack was made",
    ),
    "an exception put in": (
        about(lambda one: one["waivers"].append(one["waivers"][0])),
        f"the waivers of {OF}: not what was sealed when this pack was made",
    ),
    "another reason for an exception": (
        about(lambda one: one["waivers"][0].update(reason="Agreed")),
        f"the waivers of {OF}: not what was sealed when this pack was made",
    ),
    "an asset of a lower class": (
        about(lambda one: one["snapshot"].update(subjects=[])),
        f"what was seen in the ticket and its assets of {OF}: not what was sealed when this pack was made",
    ),
    "another title": (
        about(lambda one: one.update(summary="Small fix")),
        f"the title of {OF}: not what was sealed when this pack was made",
    ),
    "a ticket put in": (
        lambda pack, other: pack["about"].extend(other["about"]),
        "the verdicts of jira:10002: put into this pack after it was sealed",
    ),
    "a ticket taken out": (
        set_in("about", []),
        f"the verdicts of {OF}: sealed with this pack, and taken out of it",
    ),
    "another time": (
        set_in("made_at", "2020-01-01T00:00:00+00:00"),
        "the time at which the pack was made: not what was sealed when this pack was made",
    ),
    "called by another name": (
        set_in("subject", "CHG-9"),
        "what the pack is about: not what was sealed when this pack was made",
    ),
    "another name beside a row": (
        lambda pack, _: [one.update(body=one["body"].replace("Karim", "Els")) for one in pack["beside"]],
        "row 5: its personal part, kept beside the chain, was changed",
    ),
    "what stands beside a row taken away": (
        set_in("beside", []),
        "row 2: its snapshot part is gone, and no erasing of it is on record",
    ),
    "an end that never was": (
        lambda pack, _: pack["head"].update(hash="0" * 64),
        "row 6: is not where the pack says that the chain ended",
    ),
    "the seal taken out": (lambda pack, _: pack.pop("seal"), "the row that seals this pack is left out"),
    "another row for the seal": (
        lambda pack, _: pack["seal"].update(row=pack["rows"][0]),
        "the row that seals this pack is left out",
    ),
    "the seal of another pack": (
        lambda pack, other: pack.update(seal=other["seal"]),
        f"the verdicts of {OF}: put into this pack after it was sealed",
    ),
    "sealed anew": (sealed_anew, "row 7: was changed, or does not stand where it stood"),
}
"""What is done to evidence.json, and a line by which it is found."""


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_is_done_to_a_pack_is_found_by_name(packs, tmp_path: Path, name: str) -> None:
    change, told = TAMPERINGS[name]
    one, other = (copy.deepcopy(dict(pack.content)) for pack in packs)
    change(one, other)
    assert told in found(Pack(one, packs[0].page), tmp_path)


@pytest.mark.parametrize("page", ["<p>All is well</p>", "another ticket's", ""])
def test_a_page_that_was_replaced_is_found(packs, tmp_path: Path, page: str) -> None:
    put = packs[1].page if page == "another ticket's" else page.encode()
    assert found(Pack(packs[0].content, put), tmp_path) == [
        "evidence.html: not what was sealed when this pack was made"
    ]


def test_a_pack_nobody_touched_is_in_order_and_names_the_row_that_seals_it(packs, tmp_path, capsys) -> None:
    assert [found(pack, tmp_path / str(number)) for number, pack in enumerate(packs)] == [[], []]
    row = packs[0].content["seal"]["row"]
    anchor = f"{row['seq']}:{row['hash']}"
    assert main([str(tmp_path / "0"), "--anchor", anchor]) == 0
    assert f"All of it is sealed by row {anchor}\n" in capsys.readouterr().out


def test_an_anchor_that_a_pack_cannot_be_held_against_is_told(packs, tmp_path: Path) -> None:
    assert found(packs[0], tmp_path, {99: "0" * 64}) == [
        "row 99: was noted as an anchor and is not in the chain of this pack: nothing is proven by it"
    ]


def test_a_pack_with_a_seal_that_was_written_anew_is_found_by_the_journal(packs, journal, tmp_path) -> None:
    """Who has a pack can write a whole other one; the row that seals it is not on record."""
    pack = copy.deepcopy(dict(packs[0].content))
    pack["about"][0]["verdicts"] = []
    row = Row(**pack["seal"]["row"])
    facts = json.loads(row.facts) | {"seals": seals(pack, packs[0].page, pack["seal"]["salt"])}
    row = row._replace(facts=canonical(facts))
    row = row._replace(hash=link(row.previous, content(row)))
    pack["seal"]["row"] = row._asdict()
    pack["links"][-1] = content(row)
    assert found(Pack(pack, packs[0].page), tmp_path) == []
    assert [str(flaw) for flaw in journal.audit_flaws({row.seq: row.hash})] == [
        f"row {row.seq}: is not the row that was noted as an anchor; the chain was written anew"
    ]


def test_the_seal_is_on_record_without_names(packs, journal: Journal) -> None:
    with journal.read() as connection:
        rows = connection.execute(text("SELECT facts FROM audit WHERE cause = 'exported'")).scalars().all()
    told = [json.loads(facts) for facts in rows]
    assert [(one["tickets"], one["verifier"]) for one in told] == [
        ([OF], verifier_hash()),
        (["jira:10002"], verifier_hash()),
    ]
    assert not any(name in repr(rows) for name in (WAIVER.by, WAIVER.reason))
    page = hashlib.sha256(packs[0].page).hexdigest()
    assert page not in repr(rows), "a hash without salt would let names be tried"
    assert whole(journal) == []


def test_what_comes_between_the_look_and_the_seal_is_proven_and_not_shown(
    journal, tmp_path, monkeypatch
) -> None:
    record = journal.record

    def late(entry, at):
        journal.store(OTHER, [finding("ICR-1", Verdict.MET)], {"other": 2}, LATER)
        return record(entry, at)

    monkeypatch.setattr(journal, "record", late)
    pack = pack_of(journal, "CHG-1")
    assert pack.content["seal"]["row"]["seq"] == pack.content["head"]["seq"] + 2
    assert found(pack, tmp_path) == []
