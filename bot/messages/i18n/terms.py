"""Words that one country says otherwise than the next in the same language: pairs, as data beside the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import yaml

from bot.messages.i18n.languages import LOCALES

USUAL: Final = "DPO"
"""The terms in which catalogues and packs are written."""

TERMS = "terms.yaml"
"""Beside a catalogue: pairs of words by the name of the terms. A language without it says the usual everywhere."""


@lru_cache
def renamed(language: str, terms: str) -> Callable[[str], str]:
    """Puts a text of a language into these terms: whole words, with the capital they had."""
    file = LOCALES / language / TERMS
    if terms == USUAL or not file.is_file():
        return _as_it_is
    pairs: Mapping[str, str] = yaml.safe_load(file.read_text(encoding="utf-8")).get(terms, {})
    words = {**pairs, **{_capital(word): _capital(other) for word, other in pairs.items()}}
    # Names of places, such as {DPO}, would be words too: what stands in braces is filled in later.
    found = re.compile(rf"(?<![\w{{])(?:{'|'.join(map(re.escape, words))})(?![\w}}])")
    return lambda text: found.sub(lambda match: words[match[0]], text)


def _as_it_is(text: str) -> str:
    return text


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
