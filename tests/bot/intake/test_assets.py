"""All registers as one: who is asked what, what a closed or a dead register means, and what depends on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from build import english

from bot.intake.assets import AssetLookup
from domain.asset import Asset
from domain.dependencies import Reach
from domain.fields import Field
from domain.ports.errors import Forbidden, SourceError, Unreachable
from domain.sentence import Quote
from domain.ticket import AssetRef

LOKET = AssetRef("jira", "1", "Loket")
SERVER = AssetRef("cmdb", "s1", "Server")


class Book:
    """A register of names to classes that can be told to fail; remembers what it was asked."""

    def __init__(self, name: str, error: SourceError | None = None, **classes: int) -> None:
        self.name, self.error, self.classes = name, error, classes
        self.title = Quote(name)
        self.asked: list[list[str]] = []

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        self.asked.append([ref.name for ref in refs])
        if self.error:
            raise self.error
        made = {n: Asset(self.name, f"{self.name}-{n}", n, Field(c)) for n, c in self.classes.items()}
        return {ref: made[ref.name] for ref in refs if ref.name in made}


class Chains:
    """Relations of the register "cmdb": what depends on what, by name."""

    name = "cmdb"

    def __init__(self, edges: dict[str, str] | None = None, error: SourceError | None = None) -> None:
        self.edges, self.error = edges or {}, error
        self.asked: list[list[str]] = []

    def related(self, assets: Sequence[AssetRef]) -> Mapping[AssetRef, Reach]:
        self.asked.append([asset.id for asset in assets])
        if self.error:
            raise self.error
        names = {asset: self.edges.get(asset.name, "") for asset in assets}
        return {a: Reach(((a, AssetRef("cmdb", n, n)),) if n else ()) for a, n in names.items()}


def known(registers: AssetLookup, *refs: AssetRef):
    registers.look_up(refs)
    return registers.known(refs, lambda asset: asset)


def test_every_book_is_asked_about_every_asset_once():
    cmdb, file = Book("cmdb", Loket=3, Server=2), Book("register", Loket=5)
    registers = AssetLookup([cmdb, file])
    found, unread, beyond = known(registers, LOKET, SERVER)
    known(registers, LOKET)
    assert [book.asked for book in (cmdb, file)] == [[["Loket", "Server"]]] * 2
    assert {ref.name: asset.confidentiality.value for ref, asset in found.items()} == {
        "Loket": 5,
        "Server": 2,
    }
    assert unread == frozenset()
    assert [english(doubt) for doubt in beyond.conflicts[LOKET]] == [
        "'Loket' is C5 in 'register' but C3 in 'cmdb'; the higher counts."
    ]
    registers.forget()
    known(registers, LOKET)
    assert len(cmdb.asked) == 2


def test_a_book_that_may_not_be_read_leaves_what_no_other_knows_unread():
    registers = AssetLookup([Book("cmdb", Forbidden("cmdb", "no")), Book("register", Loket=5)])
    found, unread, _ = known(registers, LOKET, SERVER)
    assert (list(found), unread) == ([LOKET], {SERVER})


@pytest.mark.parametrize(
    ("ref", "judged"),
    [(LOKET, True), (AssetRef("jira", "9", "Nergens"), False), (AssetRef("cmdb", "s9", "Loket"), False)],
)
def test_a_book_that_is_down_ends_it_unless_another_knows_what_is_not_its_own(ref, judged):
    registers = AssetLookup([Book("cmdb", Unreachable("cmdb", "down")), Book("register", Loket=5)])
    if judged:
        assert list(known(registers, ref)[0]) == [ref]
    else:
        with pytest.raises(Unreachable):
            registers.look_up([ref])


class Ids(Book):
    """A register that knows its own by id, and lets some of them be hidden."""

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        self.asked.append([ref.name for ref in refs])
        own = {ref: ref.id for ref in refs if ref.book == self.name}
        return {
            ref: Asset(self.name, i, i.capitalize(), Field(self.classes[i]))
            if i in self.classes
            else hidden(ref)
            for ref, i in own.items()
        }


def hidden(ref: AssetRef) -> Asset:
    return Asset(ref.book, ref.id, ref.name)


@pytest.mark.parametrize("order", [1, -1])
def test_an_asset_named_by_its_id_is_found_elsewhere_by_the_name_its_own_register_gives(order):
    ids, file = Ids("objects", loket=3), Book("register", Loket=5)
    registers = AssetLookup([ids, file][::order])
    ref = AssetRef("objects", "loket", "Object 7")
    found, _, beyond = known(registers, ref)
    assert (ids.asked, file.asked) == ([["Object 7"]], [["Loket"]])
    assert (found[ref].confidentiality.value, len(beyond.conflicts[ref])) == (5, 1)
    assert [asset.book for asset in registers.described(ref)] == ["objects", "register"][::order]


def test_what_its_own_register_hides_stays_in_doubt_though_another_describes_it():
    ref = AssetRef("objects", "geheim", "Loket")
    found, _, beyond = known(AssetLookup([Ids("objects"), Book("register", Loket=2)]), ref)
    assert found[ref].confidentiality.value == 2
    assert [english(doubt) for doubt in beyond.doubts[ref]] == [
        "'Loket' could not be read from the register."
    ]


def test_what_depends_on_an_asset_is_found_and_classified_too():
    cmdb, chains = Book("cmdb", Server=2, Loket=3), Chains({"Server": "Loket"})
    registers = AssetLookup([cmdb, Book("register", Loket=5)], [chains])
    found, _, beyond = known(registers, SERVER, AssetRef("jira", "9", "Nergens"))
    (chain,) = beyond.chains[SERVER]
    assert [link.name for link in chain] == ["Server", "Loket"]
    assert found[chain[-1]].confidentiality.value == 5
    assert len(beyond.conflicts[chain[-1]]) == 1
    known(registers, SERVER)
    assert chains.asked == [["cmdb-Server"]]


@pytest.mark.parametrize(
    ("relations", "told"),
    [
        (Chains(error=Forbidden("cmdb", "no")), "It cannot be read what depends on 'Server'."),
        (Chains(), None),
    ],
)
def test_relations_that_may_not_be_read_are_a_doubt(relations, told):
    _, _, beyond = known(AssetLookup([Book("cmdb", Server=2)], [relations]), SERVER)
    assert [english(doubt) for doubt in beyond.doubts.get(SERVER, ())] == ([told] if told else [])
