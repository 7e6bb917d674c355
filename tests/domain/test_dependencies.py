"""What is reached from an asset: dependents in, chains out; cycles end, fans are cut, nothing is asked twice."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from domain.dependencies import Reach, reach
from domain.ticket import AssetRef


def ref(name: str) -> AssetRef:
    return AssetRef("cmdb", name, name)


def walk(edges: dict[str, str], hops: int, *starts: str, most: int = 200):
    asked: list[list[str]] = []

    def dependents(assets: Collection[AssetRef]) -> dict[AssetRef, list[AssetRef]]:
        asked.append([asset.name for asset in assets])
        return {asset: [ref(name) for name in edges.get(asset.name, "")] for asset in assets}

    found = reach([ref(start) for start in starts], dependents, hops, most)
    return {start.name: one for start, one in found.items()}, asked


def ways(one: Reach) -> list[str]:
    return ["".join(asset.name for asset in chain) for chain in one.chains]


@pytest.mark.parametrize(
    ("edges", "hops", "found"),
    [
        ({"a": "b", "b": "c", "c": "d"}, 0, []),
        ({"a": "b", "b": "c", "c": "d"}, 1, ["ab"]),
        ({"a": "b", "b": "c", "c": "d"}, 2, ["ab", "abc"]),
        ({"a": "b", "b": "c", "c": "d"}, 5, ["ab", "abc", "abcd"]),
        ({"a": "b", "b": "ac", "c": "a"}, 5, ["ab", "abc"]),
        ({"a": "a"}, 5, []),
        ({"a": "bc", "b": "d", "c": "d"}, 2, ["ab", "ac", "abd"]),
        ({"a": "bd", "b": "c", "c": "d"}, 5, ["ab", "ad", "abc"]),
        ({}, 3, []),
    ],
)
def test_the_shortest_way_to_each_asset_nearest_first(edges, hops, found):
    ((_, one),) = walk(edges, hops, "a")[0].items()
    assert (ways(one), one.cut, one.readable) == (found, False, True)


@pytest.mark.parametrize(("most", "found", "cut"), [(3, ["ab", "ac", "ad"], False), (2, ["ab", "ac"], True)])
def test_a_fan_is_cut_and_that_is_told(most, found, cut):
    one = walk({"a": "bcd"}, 2, "a", most=most)[0]["a"]
    assert (ways(one), one.cut) == (found, cut)


def test_many_starts_are_asked_about_together_and_no_asset_twice():
    found, asked = walk({"a": "b", "x": "b", "b": "a"}, 3, "a", "x")
    assert {start: ways(one) for start, one in found.items()} == {"a": ["ab"], "x": ["xb", "xba"]}
    assert asked == [["a", "x"], ["b"]]
