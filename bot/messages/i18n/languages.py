"""The languages there are: one for each catalogue in the folder of locales, and English, which the code is written in.

A language is data alone: its catalogue says the sentences, the letters of the classes and the form of dates, and its
header where it is spoken (`Language: nl_BE`), by which Babel names days and joins lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable

from domain.sentence import FALLBACK

LOCALES = resources.files("bot.messages.i18n") / "locale"
CATALOGUE = "sluis.po"


def translated(folder: Traversable = LOCALES) -> tuple[str, ...]:
    """Codes of the languages that have a catalogue, in alphabetical order."""
    return tuple(sorted(one.name for one in folder.iterdir() if (one / CATALOGUE).is_file()))


LANGUAGES = (*translated(), FALLBACK)


def spoken(code: str) -> str:
    """The code, if it is one of a language there is. Raises ValueError."""
    if code not in LANGUAGES:
        # In pydantic's words, as every other setting that is refused.
        raise ValueError(f"Input should be {either(map(repr, LANGUAGES))}")
    return code


def either(names: Iterable[str]) -> str:
    """Names as "A, B or C", for texts that are only ever told in English."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
