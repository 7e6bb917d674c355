"""Which assets are reached from the ones touched, over what depends on what: a walk that cycles and fans cannot
run away with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from domain.ticket import AssetRef

MOST = 200
"""Assets reached from one asset at most; what comes after them is cut off, and that is told."""

Chain = tuple[AssetRef, ...]
"""From the asset touched to one that depends on it, both included."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is reached from one asset, nearest first. `cut` when there was more than may be followed; `readable`
    is False when the relations may not be read, so that nothing may be concluded from there being none.
    """

    chains: tuple[Chain, ...] = ()
    cut: bool = False
    readable: bool = True


def reach(
    starts: Collection[AssetRef],
    dependents: Callable[[Collection[AssetRef]], Mapping[AssetRef, Sequence[AssetRef]]],
    hops: int,
    most: int = MOST,
) -> dict[AssetRef, Reach]:
    """Follow the relations from every start, `hops` far. `dependents` is asked at most once for each hop, about
    all assets at that distance that it was not asked about before. The shortest chain to an asset is kept.
    """
    walks = {start: _Walk(start, most) for start in starts}
    edges: dict[AssetRef, Sequence[AssetRef]] = {}
    for _ in range(hops):
        asked = {asset for walk in walks.values() for asset in walk.frontier} - edges.keys()
        # A set has another order in every process; what is asked of a register should not.
        edges |= dependents(sorted(asked, key=lambda ref: (ref.name, ref.id))) if asked else {}
        for walk in walks.values():
            walk.advance(edges)
    # The first chain is the start itself, which was not reached from anywhere.
    return {start: Reach(tuple(walk.chains.values())[1:], walk.cut) for start, walk in walks.items()}


class _Walk:
    """Breadth first from one asset; an asset met again is not followed again."""

    def __init__(self, start: AssetRef, most: int) -> None:
        self.most, self.cut = most, False
        self.frontier: list[AssetRef] = [start]
        self.chains: dict[AssetRef, Chain] = {start: (start,)}

    def advance(self, edges: Mapping[AssetRef, Sequence[AssetRef]]) -> None:
        """One hop further."""
        before, self.frontier = self.frontier, []
        for asset in before:
            for other in edges.get(asset, ()):
                self._meet(other, self.chains[asset])

    def _meet(self, other: AssetRef, chain: Chain) -> None:
        if other in self.chains:
            return
        # The start is among the chains, so this lets `most` others in.
        if len(self.chains) > self.most:
            self.cut = True
            return
        self.chains[other] = (*chain, other)
        self.frontier.append(other)
