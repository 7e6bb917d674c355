"""Where assets are described, and which of them depend on which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.asset import Asset
from domain.dependencies import Reach
from domain.sentence import Quote, Say
from domain.ticket import AssetRef


class AssetBook(Protocol):
    """A register of assets."""

    name: str

    @property
    def title(self) -> Say | Quote:
        """What people call it."""

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        """The assets behind `refs`, by id when the ref points into this book, else by exact name.
        Refs it does not know are absent from the answer. Raises SourceError when it cannot be read.
        """


class Relations(Protocol):
    """A register that knows which assets depend on which."""

    name: str

    def related(self, assets: Sequence[AssetRef]) -> Mapping[AssetRef, Reach]:
        """What depends, over some hops, on each of these assets of this register. Raises SourceError."""
