"""All registers of assets as one: every book is asked about every asset, once in a cycle, and what they say is
put together (docs/decisions/011).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.policy.asset_merge import merge
from bot.policy.classification import Beyond
from domain.asset import Asset, Subject
from domain.dependencies import Reach
from domain.ports.assets import AssetBook, Relations
from domain.ports.errors import Forbidden, SourceError
from domain.sentence import Quote, Say, say
from domain.ticket import AssetRef


@dataclass(slots=True)
class AssetLookup:
    """What the books and relations say, remembered until `forget`."""

    books: Sequence[AssetBook]
    relations: Sequence[Relations] = ()
    _said: dict[AssetRef, dict[str, Asset | None]] = field(default_factory=dict)
    _reached: dict[AssetRef, Reach] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Ask anew from now on."""
        for kept in (self._said, self._reached, self._closed):
            kept.clear()

    def look_up(self, refs: Iterable[AssetRef]) -> None:
        """Make sure that all is known of these assets, and of what depends on them.

        A book that is down may hold the class of what no other book knows, or of what is its own: then nothing is
        judged by it in this run, because judging by default could take back what was rightly asked. Raises
        SourceError.
        """
        named = tuple(dict.fromkeys(refs))
        self._ask(named)
        for relations in self.relations:
            self._follow(relations, named)

    def _ask(self, refs: Sequence[AssetRef]) -> None:
        down: dict[str, SourceError] = {}
        homes = {ref.book for ref in refs}
        # A ticket may name an asset by an id alone; the others find it by the name that its own register gives it.
        for book in sorted(self.books, key=lambda book: book.name not in homes):
            asked = [ref for ref in refs if book.name not in self._said.setdefault(ref, {})]
            named = {ref: self._named(ref) for ref in asked}
            try:
                found = book.look_up(list(named.values())) if asked else {}
            except Forbidden:
                # Closed to us is not down: the other registers still count, and what only this one knows is unknown.
                self._closed.add(book.name)
                found = {}
            except SourceError as error:
                down[book.name] = error
                continue
            for ref in asked:
                self._said[ref][book.name] = found.get(named[ref])
        try:
            for ref in refs:
                if down and (ref.book in down or not self.described(ref)):
                    raise down.get(ref.book) or next(iter(down.values()))
        finally:
            # An error holds this frame: kept in it, both would stay, with a connection half read.
            down.clear()

    def _named(self, ref: AssetRef) -> AssetRef:
        """The ref with the name by which people know the asset, as far as its own register told."""
        own = self._said[ref].get(ref.book)
        return replace(ref, name=own.name) if own else ref

    def _follow(self, relations: Relations, refs: Sequence[AssetRef]) -> None:
        starts = {own for ref in refs if (own := self._own(ref, relations.name))}
        # A set has no order of its own; sorted, the same ticket asks the same in every process.
        asked = sorted(starts - self._reached.keys(), key=lambda ref: (ref.name, ref.id))
        try:
            self._reached |= relations.related(asked) if asked else {}
        except Forbidden:
            # That it may not be read does not mean that nothing depends on it: it becomes a doubt about the class.
            self._reached |= dict.fromkeys(asked, Reach(readable=False))
        # What depends on the asset counts too (docs/decisions/013), so its class must be known as well.
        self._ask([chain[-1] for own in asked for chain in self._reached[own].chains])

    def _own(self, ref: AssetRef, book: str) -> AssetRef | None:
        """The asset as a book itself points to it; None when the book does not know it."""
        asset = self._said.get(ref, {}).get(book)
        return AssetRef(book, asset.id, asset.name) if asset else None

    def described(self, ref: AssetRef) -> tuple[Asset, ...]:
        """What each book that knows the asset says of it, in the order of the books."""
        said = self._said.get(ref, {})
        return tuple(asset for book in self.books if (asset := said.get(book.name)))

    def known(
        self,
        refs: Sequence[AssetRef],
        at_home: Callable[[Asset], Asset],
        bundled: tuple[Subject, ...] = (),
    ) -> tuple[dict[AssetRef, Asset], frozenset[AssetRef], Beyond]:
        """Of the assets of one ticket, looked up before: what is found, what may not be read, and what counts beside
        it. `at_home` makes the people of another system accounts of the ticket's own.
        """
        reached = {ref: self._reach(ref) for ref in refs}
        everything = (*refs, *(chain[-1] for reach in reached.values() for chain in reach.chains))
        found, conflicts, titles = {}, {}, {book.name: book.title for book in self.books}
        for ref in dict.fromkeys(everything):
            if described := self.described(ref):
                found[ref], conflicts[ref] = merge([at_home(asset) for asset in described], titles)
        # While every register may be read, what none of them knows is not registered, which is another finding.
        unread = frozenset(ref for ref in everything if ref not in found) if self._closed else frozenset()
        chains = {ref: reach.chains for ref, reach in reached.items()}
        hidden = {ref: (_unread(ref),) for ref in found if self._hidden(ref)}
        doubts = {**hidden, **{r: (*hidden.get(r, ()), *d) for r, d in _doubts(reached).items()}}
        return found, unread, Beyond(conflicts, doubts, chains, bundled)

    def _hidden(self, ref: AssetRef) -> bool:
        """Whether an asset's own register shows nothing of it while another describes it: it may hold more."""
        own = self._said.get(ref, {}).get(ref.book)
        alone = len(self.described(ref)) == 1
        # Of a hidden or deleted object Assets gives nothing readable: the two look alike (docs/jira-facts.md).
        return own is not None and not alone and own == Asset(own.book, own.id, own.name)

    def _reach(self, ref: AssetRef) -> Reach:
        """From this asset, over the relations of all registers."""
        all_own = [own for relations in self.relations if (own := self._own(ref, relations.name))]
        reached = [self._reached[own] for own in all_own if own in self._reached]
        return Reach(
            tuple(chain for one in reached for chain in one.chains),
            cut=any(one.cut for one in reached),
            readable=all(one.readable for one in reached),
        )


def _unread(ref: AssetRef) -> Say:
    return say("{asset} could not be read from the register.", asset=Quote(ref.name))


def _doubts(reached: Mapping[AssetRef, Reach]) -> dict[AssetRef, tuple[Say, ...]]:
    """What could not be followed, by asset."""
    doubts: dict[AssetRef, tuple[Say, ...]] = {}
    for ref, reach in reached.items():
        asset = Quote(ref.name)
        if not reach.readable:
            doubts[ref] = (say("It cannot be read what depends on {asset}.", asset=asset),)
        elif reach.cut:
            doubts[ref] = (
                say(
                    "More depends on {asset} than can be followed; only the nearest were looked at.",
                    asset=asset,
                ),
            )
    return doubts
