"""Words that say nothing, or no: the list of `words.yaml`, and what a text amounts to by it.

Read once, when this module is loaded; a list that cannot be used is refused with one line per problem. What is not
in the list counts as filled (requirements catalogue, section 8, Words).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html import unescape
from importlib.resources import files
from typing import Any

import yaml

from domain.fields import FIELDS, Kind

_GROUPS = ("unsaid", "not_applicable", "none", "no", "before_a_noun", "first_words")
_KEYS = ("nouns", "none_is_answer", "answers")
_LONGEST = 2000
"""Characters beyond which a text is no single word, whatever it says."""


class WordsError(Exception):
    """The list cannot be used. `str()` holds one line per problem."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """Of one text field: the nouns it goes by, whether "none" is an answer, and how else an answer may begin."""

    nouns: tuple[str, ...] = ()
    none_is_answer: bool = False
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The list: words by group, as they are compared, and what each text field says of them."""

    unsaid: tuple[str, ...]
    not_applicable: tuple[str, ...]
    none: tuple[str, ...]
    no: tuple[str, ...]
    before_a_noun: tuple[str, ...]
    first_words: tuple[str, ...]
    fields: Mapping[str, FieldWords]

    @property
    def absent(self) -> frozenset[str]:
        """What says that there is none: nothing where something must exist, else an answer."""
        return frozenset((*self.not_applicable, *self.none, *self.no))


def load(raw: Any, name: str = "words.yaml") -> Words:
    """The list from what its file holds. Raises WordsError."""
    if problems := [f"{name}: {problem}" for problem in _problems(raw)]:
        raise WordsError("\n".join(problems))
    groups = {group: tuple(map(plain, raw[group])) for group in _GROUPS}
    return Words(**groups, fields={field: _field(own) for field, own in raw["fields"].items()})


def _field(own: Mapping[str, Any]) -> FieldWords:
    nouns, answers = (tuple(map(plain, own.get(key, ()))) for key in ("nouns", "answers"))
    return FieldWords(nouns, own.get("none_is_answer", False), answers)


def _problems(raw: Any) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield "must be a mapping"
        return
    known = (*_GROUPS, "fields")
    yield from (_unknown("key", key, known) for key in raw if key not in known)
    for group in _GROUPS:
        yield from _not_words(group, raw.get(group))
    own = raw.get("fields")
    if not isinstance(own, dict):
        yield "fields: must be a mapping"
        return
    texts = [name for name, spec in FIELDS.items() if spec.kind is Kind.TEXT]
    yield from (f"fields.{name}: is missing" for name in texts if name not in own)
    for name, one in own.items():
        if name not in texts:
            yield f"fields: {_unknown('text field', name, texts)}"
        else:
            yield from _field_problems(f"fields.{name}", one)


def _field_problems(place: str, one: Any) -> Iterator[str]:
    if not isinstance(one, dict):
        yield f"{place}: must be a mapping"
        return
    yield from (f"{place}: {_unknown('key', key, _KEYS)}" for key in one if key not in _KEYS)
    yield from _not_words(f"{place}.nouns", one.get("nouns"))
    yield from _not_words(f"{place}.answers", one.get("answers", ["-"]))
    if not isinstance(one.get("none_is_answer", False), bool):
        yield f"{place}.none_is_answer: must be true or false, not {one['none_is_answer']!r}"


def _not_words(place: str, listed: Any) -> Iterator[str]:
    if not isinstance(listed, list) or not listed:
        yield f"{place}: must be a list of words"
        return
    # YAML reads a bare no, yes or null as something else than a word.
    yield from (f"{place}: {word!r} is no word; put it in quotes" for word in listed if not _is_word(word))
    words = [plain(word) for word in listed if _is_word(word)]
    yield from (f'{place}: "{word}" twice' for word in sorted({w for w in words if words.count(w) > 1}))


def _is_word(word: object) -> bool:
    return isinstance(word, str) and bool(word)


def _unknown(what: str, word: object, known: tuple[str, ...] | list[str]) -> str:
    close = get_close_matches(str(word), known, n=1, cutoff=0.5)
    return f'unknown {what} "{word}", ' + (
        f'did you mean "{close[0]}"?' if close else f"known: {', '.join(sorted(known))}"
    )


_SHOWS = re.compile(r"<(?:img|iframe|video|audio|object|embed|svg)\b", re.IGNORECASE)
# An address between < and > is a link, and no prompt.
_TAG = re.compile(r"<(?![^<>]*(?://|@))[^<>]*>|\[/?code\]", re.IGNORECASE)
_PROMPT = re.compile(r"\[(?![\^~#])[^\[\]|]*\]|\{[^{}]*\}")
# Characters that show as nothing, though they are none of those that only steer how others are shown.
_BLANK = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"))
_SIGNS = " -‐‑‒–—―−_.·•,;:!?*/\\|()\"'“”‘’~=+#"


def plain(text: str) -> str:
    """A text as it is compared with the list: what people see of it, without capitals, full stops, markup, and signs
    around it. Empty for a text that shows nothing, only signs, or only a prompt between brackets.
    """
    # A picture shows something, though no word of it.
    if _SHOWS.search(text):
        return text.casefold()
    seen = unescape(_TAG.sub(" ", text)).strip()
    if len(seen) > _LONGEST:
        return seen.casefold()
    seen = _visible(unicodedata.normalize("NFKC", seen))
    if "://" not in seen and _PROMPT.fullmatch(seen):
        return ""
    return " ".join(seen.replace(".", "").casefold().split()).strip(_SIGNS)


_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*=[^<>]*)?\s*/?>", re.IGNORECASE)


def shown(text: str) -> str:
    """What people see of a text: without HTML and invisible characters, on one line."""
    return _visible(unescape(_MARKUP.sub(" ", text[:_LONGEST])))


def _visible(text: str) -> str:
    shown = (" " if c.isspace() else c for c in text.translate(_BLANK) if c.isspace() or _shows(c))
    return " ".join("".join(shown).split())


def _shows(char: str) -> bool:
    return unicodedata.category(char) not in ("Cf", "Cc") and not "\ufe00" <= char <= "\ufe0f"


WORDS = load(yaml.safe_load(files("domain").joinpath("words.yaml").read_text(encoding="utf-8")))
_EMPTY = frozenset(("", *WORDS.unsaid))
_NO_WORDS = FieldWords()


def empty(text: str, field: str = "") -> bool:
    """Whether a text says nothing in a field of the vocabulary, or in any field that must hold something."""
    words, own = plain(text), WORDS.fields.get(field, _NO_WORDS)
    # A prompt "?" is all sign, and so empty already.
    return words in _EMPTY or (_is_none(words, own) and not own.none_is_answer)


def _is_none(words: str, own: FieldWords) -> bool:
    return words in WORDS.absent or words in {
        f"{no} {noun}" for no in WORDS.before_a_noun for noun in own.nouns
    }


def says_none(text: str, field: str) -> bool:
    """Whether a text says that there is none of what the field holds ("geen", "no deviations")."""
    return _is_none(plain(text), WORDS.fields.get(field, _NO_WORDS))


def blank(text: str, field: str = "") -> bool:
    """Whether a value as a history shows it stands for nothing: as `empty` for a text field; in others a no, or a
    "none" that is one of the field's choices, is a value.
    """
    spec = FIELDS.get(field)
    if spec is None or spec.kind is not Kind.TEXT:
        words = plain(text)
        # Systems show "None" for an option that nobody chose.
        chosen = spec is not None and any(words in meanings for meanings in spec.choices.values())
        return words in _EMPTY or (words in (*WORDS.none, *WORDS.not_applicable) and not chosen)
    return empty(text, field)


def says_no(text: str) -> bool:
    """Whether an answer in words is a no: by its first word. "Not applicable" is none."""
    words = plain(text)
    return words not in WORDS.not_applicable and _begins(words, WORDS.first_words)


def settles(text: str, field: str) -> bool:
    """Whether words that begin with a denial answer the field for good all the same: there is none ("no interruptions
    expected"), or it is not needed.
    """
    words, own = plain(text), WORDS.fields.get(field, _NO_WORDS)
    nouns = [f"{no} {noun}" for no in WORDS.before_a_noun for noun in own.nouns] if own.none_is_answer else ()
    return _begins(words, (*nouns, *own.answers))


def _begins(words: str, starts: tuple[str, ...]) -> bool:
    return any(re.match(rf"{re.escape(start)}(?!\w)", words) for start in starts)
