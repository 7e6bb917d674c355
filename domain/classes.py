"""Classes and flags out of the words people write around them (requirements catalogue, section 1).

A range ("3-4", "5-") is a doubt: it gives the highest class it names, and says so. A flag that is denied ("geen AVG",
"KSZ: nee") is no flag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CLASSES = range(1, 6)
_NAMES = {
    "confidentiality": "confidentiality|vertrouwelijkheid|c|v",
    "integrity": "integrity|integriteit|i",
    "availability": "availability|beschikbaarheid|a|b",
}
_DIMENSION = {name: dimension for dimension, names in _NAMES.items() for name in names.split("|")}
_KLASSE = r"(?:(?:informatie|gegevens|data)?klasse|class|niveau|level)"
_HEAD = rf"(?:(?:{_KLASSE}|{'|'.join(_NAMES.values())})\s*(?:[:=]\s*)?){{0,4}}"
_OR = r"(?:[-–—/+&]|\.\.+|t/m|tot\s+en\s+met|tot|to|of|or|à|en|and)"
_TAIL = rf"(?:\s*[-–—:(/]\s*[^\W\d_].*|\s+(?!{_OR}\b)[^\W\d_][^\d]*)?"
# A number field of Jira holds 3 as 3.0.
_SINGLE = re.compile(rf"{_HEAD}([0-9]+)(?:\.0)?{_TAIL}|[^\W\d_][^\d()]*\(([0-9]+)\)", re.IGNORECASE)
_RANGE = re.compile(
    rf"{_HEAD}(?:[<>≤≥~±]\s*[0-9]+|[0-9]+\s*[-–—/+?]+|[0-9]+(?:\s*{_OR}\s*[vciba]?[0-9]+)+{_TAIL})",
    re.IGNORECASE,
)


_LONGEST = 1000
"""Characters of which a classification is read; what comes after is a story."""


def single(words: str) -> int | None:
    """The one class in "3", "klasse 3", "C3", "3 (vertrouwelijk)" or "zeer hoog (5)"; None for a range or rubbish."""
    match = _SINGLE.fullmatch(words[:_LONGEST].strip())
    number = int(match[1] or match[2]) if match else 0
    return number if number in CLASSES else None


def highest_in_range(words: str) -> int | None:
    """The highest class that a range names, as in "3-4", "4/5" or "5-"; None where it is none, or names no class."""
    match = _RANGE.fullmatch(words[:_LONGEST].strip())
    return max((n for n in _numbers(match[0]) if n in CLASSES), default=None) if match else None


def _numbers(words: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", words)]


@dataclass(frozen=True, slots=True)
class Stated:
    """What a ticket states of its classification.

    levels    by dimension, the highest class that is named
    flags     overlays that are named, and not denied
    denied    overlays that are denied
    doubtful  whether a range stands where a class should
    strange   whether a number stands there that is no class
    """

    levels: Mapping[str, int] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    doubtful: bool = False
    strange: bool = False

    @property
    def understood(self) -> bool:
        """Whether it says anything at all."""
        return bool(self.levels or self.flags or self.denied)


@dataclass(frozen=True, slots=True)
class _Said:
    """One dimension with the numbers beside it."""

    dimension: str
    numbers: tuple[int, ...]
    doubtful: bool = False


def stated(words: str) -> Stated:
    """Classes and flags of "C3 I2 A1 gdpr ksz", "V4 I3 B2 AVG", "BIV 3-2-1" (availability, integrity, confidentiality)
    or "informatieklasse 3".
    """
    named, denied, rest = _flags(words[:_LONGEST])
    said = [*_blocks(rest), *_each(_BLOCK.sub(" ", rest))] or [*_bare(rest)]
    levels: dict[str, int] = {}
    for one in said:
        for number in one.numbers:
            if number in CLASSES:
                levels[one.dimension] = max(number, levels.get(one.dimension, 0))
    return Stated(
        levels,
        named,
        denied - named,
        doubtful=any(one.doubtful for one in said),
        strange=any(number not in CLASSES for one in said for number in one.numbers),
    )


_FLAG = r"(?:gdpr|avg|ksz|nis\s*-?\s*2)"
_FLAGS = {"gdpr": "gdpr", "avg": "gdpr", "ksz": "ksz"}
_NOT = r"(?:geen|no|not|niet|zonder|without|non|nee|noch|nor)"
_NO = r"(?:nee|neen|no|niet|not|geen|none|false|onwaar|n\.?v\.?t\.?|n/a|0|n)"
_MENTION = re.compile(
    rf"""(?P<before>\b{_NOT}[\s-]+)?
    (?P<first>\b{_FLAG}\b)(?P<more>(?:\s*(?:/|\b(?:of|or|noch|nor)\b)\s*{_FLAG}\b)*)
    # "gdpr no ksz" denies the second and not the first.
    (?P<after>\s*[:=]\s*(?:{_NO}\b|-(?!\w))|\s*[(]\s*{_NO}\s*[)]|\s+{_NO}\b(?!\s+{_FLAG}))?""",
    re.IGNORECASE | re.VERBOSE,
)


def _flags(words: str) -> tuple[frozenset[str], frozenset[str], str]:
    """Flags that are named, those that are denied, and the text without either."""
    named, denied = set[str](), set[str]()
    for mention in _MENTION.finditer(words):
        flags = re.findall(_FLAG, mention["first"] + mention["more"], re.IGNORECASE)
        kept = denied if mention["before"] or mention["after"] else named
        kept |= {_FLAGS.get(flag.lower(), "nis2") for flag in flags}
    return frozenset(named), frozenset(denied), _MENTION.sub(" ", words)


_BLOCK = re.compile(
    r"\b([BIVCA]{3})\b(?:-?(?:code|klasse|score))?\s*[:=]?\s*([0-9])\s*[-–/.,;]?\s*([0-9])\s*[-–/.,;]?\s*([0-9])\b",
    re.IGNORECASE,
)


def _blocks(words: str) -> Iterator[_Said]:
    """Three letters, then their three classes in the same order."""
    for match in _BLOCK.finditer(words):
        for letter, number in zip(match[1].lower(), match.groups()[1:], strict=True):
            yield _Said(_DIMENSION[letter], (int(number),))


_ONE = re.compile(
    rf"""\b(?P<name>{"|".join(_NAMES.values())})\s*[:=]?\s*(?:{_KLASSE}\s*)?
    (?P<numbers>[0-9]+\b(?P<more>(?:\s*{_OR}\s*[0-9]+\b)+|\s*[-–—/+?](?=\s*(?:$|[,;)])))?)""",
    re.IGNORECASE | re.VERBOSE,
)


def _each(words: str) -> Iterator[_Said]:
    """A class beside the letter or the name of each dimension."""
    for match in _ONE.finditer(words):
        yield _Said(_DIMENSION[match["name"].lower()], tuple(_numbers(match["numbers"])), bool(match["more"]))


def _bare(words: str) -> Iterator[_Said]:
    """A class without the name of a dimension is that of all three."""
    rest = words.strip(" ,;.()")
    top = highest_in_range(rest)
    number = top or single(rest)
    for dimension in _NAMES if number else ():
        yield _Said(dimension, (number or 0,), top is not None)
