"""How the audit chain is hashed, and what is wrong with one.

Every evidence pack carries a copy of this file as `verify.py`: it needs Python 3.9 or newer and nothing else.

    python verify.py [FOLDER] [--anchor NUMBER:HASH]

A row's content is hashed, then linked to the row before: hash = sha256(hash before + hash of content). So a pack
can prove the place of its rows between those of other tickets without showing these. Personal data stand beside
the chain; a row holds only their seal, an HMAC under a random salt that is destroyed when they are erased.

Each part of a pack, and its page, is sealed in the same way by a row "exported" that was appended when it was made;
the salt of that is in the pack alone. A pack without that row is not in order.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

START = "0" * 64
"""What the first row follows."""

AMENDING = ("erased", "pruned")
"""Causes whose rows tell what became of personal data: facts["parts"] = {"7/personal": new seal, or ""}."""


class Row(NamedTuple):
    """One row of the chain.

    seq       its number, without gaps, from 1
    at        when (ISO 8601, UTC)
    cause     what kind of fact it records; `facts` tells the fact, as canonical JSON without personal data
    ticket    "source:id" of the ticket it is about, or ""; `before`: number of the row before about that ticket
    snapshot  seal of what the ticket looked like at its last verdict; "" when there is none
    personal  seal of the personal part of the fact; "" when there is none
    """

    seq: int
    at: str
    cause: str
    ticket: str
    before: int
    facts: str
    snapshot: str
    personal: str
    previous: str
    hash: str


class Sealed(NamedTuple):
    """Personal data beside the chain: part "snapshot" or "personal" of a row, with its salt."""

    seq: int
    part: str
    salt: str
    body: str


class Flaw(NamedTuple):
    """Something that is not right, and with which row."""

    seq: int
    what: str

    def __str__(self) -> str:
        return f"row {self.seq}: {self.what}" if self.seq else self.what


class Head(NamedTuple):
    """Where a chain ends."""

    seq: int
    hash: str


def canonical(value: Any) -> str:
    """JSON in the one form that is hashed: keys in order, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def content(row: Row) -> str:
    """Hash of all that a row says, but for its place in the chain."""
    # All fields but the two hashes. Packs that were given out are verified by this order: it never changes.
    return hashlib.sha256(canonical(list(row[:8])).encode()).hexdigest()


def link(previous: str, content_hash: str) -> str:
    """The hash of a row that follows `previous`."""
    return hashlib.sha256((previous + content_hash).encode()).hexdigest()


def seal(salt: str, body: str) -> str:
    """What a row holds of personal data."""
    return hmac.new(salt.encode(), body.encode(), hashlib.sha256).hexdigest()


class Walk:
    """A walk along rows in their order, which remembers which personal data must stand beside them."""

    def __init__(self, after: Head | None = None) -> None:
        self.last = after or Head(0, START)
        self.due: dict[tuple[int, str], str] = {}

    def along(self, rows: Iterable[Row], anchors: Mapping[int, str]) -> Iterator[Flaw]:
        """What is wrong with the rows themselves. Goes on after a flaw, so that each is named once."""
        for row in rows:
            yield from self._step(row)
            if row.seq in anchors and anchors[row.seq] != row.hash:
                yield Flaw(row.seq, "is not the row that was noted as an anchor; the chain was written anew")
            self.last = Head(row.seq, row.hash)
            self._expect(row)

    def _step(self, row: Row) -> Iterator[Flaw]:
        following = row.seq == self.last.seq + 1
        if row.seq <= self.last.seq:
            yield Flaw(row.seq, f"stands after row {self.last.seq}; rows were reordered")
        elif not following:
            yield Flaw(
                self.last.seq + 1, f"is missing, or more up to row {row.seq - 1} are; rows were removed"
            )
        if link(row.previous, content(row)) != row.hash:
            yield Flaw(row.seq, "was changed")
        elif following and row.previous != self.last.hash:
            yield Flaw(row.seq, f"does not follow row {self.last.seq} as that stands now")

    def _expect(self, row: Row) -> None:
        if row.cause in AMENDING:
            self.due.update(_amendments(row.facts))
        if row.personal:
            self.due[row.seq, "personal"] = row.personal
        if row.cause == "verdict":
            self.due[row.seq, "snapshot"] = row.snapshot

    def beside(self, kept: Iterable[Sealed]) -> Iterator[Flaw]:
        """What is wrong with the personal data beside the rows walked along."""
        missing = {key for key, expected in self.due.items() if expected}
        for one in kept:
            key = one.seq, one.part
            missing.discard(key)
            expected = self.due.get(key)
            if not expected:
                yield Flaw(one.seq, f"has a {one.part} part beside it that the chain does not know of")
            elif seal(one.salt, one.body) != expected:
                yield Flaw(one.seq, f"its {one.part} part, kept beside the chain, was changed")
        for seq, part in sorted(missing):
            yield Flaw(seq, f"its {part} part is gone, and no erasing of it is on record")

    def ending(self, head: Head) -> Iterator[Flaw]:
        """Whether the chain ends where the head says."""
        if self.last.seq < head.seq:
            yield Flaw(
                self.last.seq + 1,
                f"is missing, or more up to row {head.seq} are; the end of the chain was cut off",
            )
        elif self.last != head:
            yield Flaw(self.last.seq, f"is not where the head says that the chain ends (row {head.seq})")


def flaws(
    rows: Iterable[Row], kept: Iterable[Sealed], head: Head, anchors: Mapping[int, str]
) -> Iterator[Flaw]:
    """All that is wrong with a whole chain; nothing when it is in order. `anchors` gives hashes noted elsewhere."""
    walk = Walk()
    yield from walk.along(rows, anchors)
    yield from walk.ending(head)
    for seq in anchors:
        if seq > walk.last.seq:
            yield Flaw(seq, "was noted as an anchor and is not there")
    yield from walk.beside(kept)


def amended(row: Row) -> set[int]:
    """The rows beside which this one says that something was changed or taken away."""
    return {seq for seq, _ in _amendments(row.facts)} if row.cause in AMENDING else set()


def _amendments(facts: str) -> Mapping[tuple[int, str], str]:
    """A damaged row amends nothing, and is named as changed."""
    try:
        parts = json.loads(facts).get("parts", {})
        split = {tuple(name.split("/")): str(new) for name, new in parts.items()}
        return {(int(seq), part): new for (seq, part), new in split.items()}
    except (ValueError, AttributeError):
        return {}


# --- evidence packs

EXPORTED = "exported"
"""Cause of the row that seals a pack: facts["seals"] = {part: seal}."""

PAGE = "page"
"""The part that is the page itself; the others are named by where they stand in evidence.json."""

_PROOF = ("seal", "links")
"""What is added to a pack when it has been sealed: the chain itself proves it."""
_TOLD = {
    PAGE: "evidence.html",
    "made_at": "the time at which the pack was made",
    "subject": "what the pack is about",
    "tickets": "the list of tickets",
    "rows": "the list of rows",
    "beside": "what stands beside the rows",
    "head": "where the chain ended when the pack was made",
    "follows": "the row that the pack begins after",
    "snapshot": "what was seen in the ticket and its assets",
    "summary": "the title",
}


def parts(pack: Mapping[str, Any], page: bytes) -> dict[str, str]:
    """All that a pack shows, in parts small enough that a seal tells which of them is another one."""
    found = {PAGE: hashlib.sha256(page).hexdigest()}
    for name, value in pack.items():
        if name == "about":
            for one in value:
                found.update({f"about/{one['ticket']}/{key}": canonical(part) for key, part in one.items()})
        elif name not in _PROOF:
            found[name] = canonical(value)
    return found


def seals(pack: Mapping[str, Any], page: bytes, salt: str) -> dict[str, str]:
    """The seal of each part, as the row "exported" keeps it."""
    return {name: seal(salt, canonical([name, text])) for name, text in parts(pack, page).items()}


def pack_flaws(pack: Mapping[str, Any], folder: Path, anchors: Mapping[int, str]) -> Iterator[Flaw]:
    """All that is wrong with an evidence pack, read from its JSON."""
    rows = [Row(**row) for row in pack["rows"]]
    sealing = Row(**pack["seal"]["row"]) if pack.get("seal") else None
    yield from _proven(pack, [*rows, *([sealing] if sealing else [])], anchors)
    yield from _left_out(rows, pack["tickets"])
    yield from _beside(rows, [Sealed(**one) for one in pack["beside"]])
    # Demanded: else who changes a part would leave out the row that tells of it.
    if sealing is None or sealing.cause != EXPORTED:
        yield Flaw(0, "the row that seals this pack is left out")
        return
    expected: Mapping[str, str] = json.loads(sealing.facts)["seals"]
    yield from _unsealed(expected, seals(pack, (folder / "evidence.html").read_bytes(), pack["seal"]["salt"]))


def _proven(pack: Mapping[str, Any], rows: Sequence[Row], anchors: Mapping[int, str]) -> Iterator[Flaw]:
    """Whether rows stand where the hashes of all rows from the first to the last have them."""
    first, at = int(pack["follows"]["seq"]) + 1, str(pack["follows"]["hash"])
    ours, noted = {row.seq: row for row in rows}, Head(**pack["head"])
    ends = [Head(first - 1, at)]
    for number, linked in enumerate(pack["links"], start=first):
        row, before = ours.pop(number, None), at
        at = link(at, linked)
        ends.append(Head(number, at))
        if row and (row.previous, content(row), row.hash) != (before, linked, at):
            yield Flaw(number, "was changed, or does not stand where it stood")
        if at != anchors.get(number, at):
            yield Flaw(number, "is not the row that was noted as an anchor")
    if noted not in ends:
        yield Flaw(noted.seq, "is not where the pack says that the chain ended")
    yield from (Flaw(seq, "is outside the chain of this pack") for seq in ours)
    yield from (
        Flaw(seq, "was noted as an anchor and is not in the chain of this pack: nothing is proven by it")
        for seq in anchors
        if not ends[0].seq <= seq <= ends[-1].seq
    )


def _unsealed(expected: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Flaw]:
    """Parts that are not those that were sealed."""
    for name in [*expected, *(name for name in now if name not in expected)]:
        if name not in now:
            yield Flaw(0, f"{_told(name)}: sealed with this pack, and taken out of it")
        elif name not in expected:
            yield Flaw(0, f"{_told(name)}: put into this pack after it was sealed")
        elif expected[name] != now[name]:
            yield Flaw(0, f"{_told(name)}: not what was sealed when this pack was made")


def _told(name: str) -> str:
    """A part as people call it."""
    _, _, of = name.partition("about/")
    if not of:
        return _TOLD.get(name, f"the {name}")
    ticket, _, part = of.rpartition("/")
    return f"{_TOLD.get(part, f'the {part}')} of {ticket}"


def _left_out(rows: Sequence[Row], tickets: Mapping[str, int]) -> Iterator[Flaw]:
    """Every row names the one before about its ticket, and the pack the last one."""
    last = dict.fromkeys(tickets, 0)
    for row in sorted(rows):
        if row.ticket in last:
            if row.before != last[row.ticket]:
                yield Flaw(row.before, f"is left out; row {row.seq} comes after it")
            last[row.ticket] = row.seq
    for ticket, seq in tickets.items():
        if seq != last[ticket]:
            yield Flaw(seq, f"is left out; it is the last about {ticket}")


def _beside(rows: Sequence[Row], kept: Sequence[Sealed]) -> Iterator[Flaw]:
    """Rows that amend tell of other tickets' parts too; only those of the pack's own rows are due here."""
    walk = Walk()
    for row in sorted(rows):
        walk._expect(row)
    own = {row.seq for row in rows if row.cause not in AMENDING}
    walk.due = {key: expected for key, expected in walk.due.items() if key[0] in own}
    yield from walk.beside(kept)


def anchor(text: str) -> tuple[int, str]:
    """ "NUMBER:HASH" as it was noted. Raises ValueError."""
    number, _, noted = text.strip().partition(":")
    if not number.isdigit() or len(noted) != len(START):
        raise ValueError("must be a row's number, a colon and its hash, as `sluis audit head` prints them")
    return int(number), noted.lower()


def main(arguments: Sequence[str] | None = None) -> int:
    """Examine the pack in a folder. Gives 0 when it is in order, 1 when it is not, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(description="Checks an evidence pack: nothing in it was changed.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--anchor", action="append", type=anchor, default=[], help="NUMBER:HASH noted before")
    given = parser.parse_args(arguments)
    try:
        pack = json.loads((given.folder / "evidence.json").read_text(encoding="utf-8"))
        found = list(pack_flaws(pack, given.folder, dict(given.anchor)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"this is no evidence pack that can be read: {type(error).__name__}: {error}\n")
        return 2
    for flaw in found:
        sys.stdout.write(f"{flaw}\n")
    if not found:
        head, sealing = pack["head"], pack["seal"]["row"]
        sys.stdout.write(
            f"In order: {len(pack['rows'])} rows in a chain that ended with {head['seq']}:{head['hash']}\n"
            f"All of it is sealed by row {sealing['seq']}:{sealing['hash']}\n"
            "Who could write a whole pack anew could write that row too: have the organisation show that it stands\n"
            "on record (sluis audit verify --anchor), and compare its head with what was noted elsewhere since.\n"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
