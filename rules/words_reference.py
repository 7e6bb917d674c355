"""The words that say nothing, in docs/packs.md: `python -m rules.words_reference docs/packs.md` writes them anew."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from domain.fields import FIELDS
from domain.words import WORDS, FieldWords

BEGIN, END = "<!-- words: generated -->", "<!-- end of words -->"
_MEANT = {
    "unsaid": "not filled, in every field",
    "not_applicable": "not filled; where “none” is an answer, that there is none",
    "none": "not filled; where “none” is an answer, that there is none",
    "no": "not filled; where “none” is an answer, that there is none; no, where a question is asked",
}


def section() -> str:
    """Every word with what it amounts to, and every text field with what “none” is in it."""
    return "\n".join((*_words(), "", *_fields())) + "\n"


def put_into(text: str) -> str:
    """A page with the section between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{section()}{END}{rest.partition(END)[2]}"


def _words() -> Iterator[str]:
    yield from ("| word | what it amounts to |", "|---|---|")
    for group, meant in _MEANT.items():
        yield from (f"| {word} | {meant} |" for word in getattr(WORDS, group) if word)
    yield f"| {_or(f'{word} …' for word in WORDS.before_a_noun)} before a noun of the field | as “none” |"
    yield f"| {_or(f'{word} …' for word in WORDS.first_words)} | as first words of an answer to a question: no |"
    yield "| dashes, dots, `?`, blanks and what cannot be seen | not filled |"
    yield "| a text that stands whole between `< >`, `[ ]` or `{ }` | not filled: the prompt of a form |"


def _fields() -> Iterator[str]:
    yield from ("| field | “none” in it | its own nouns | answers too |", "|---|---|---|---|")
    for name, own in sorted(WORDS.fields.items(), key=lambda pair: FIELDS[pair[0]].label):
        yield f"| {FIELDS[name].label} | {_none(own)} | {', '.join(own.nouns)} | {', '.join(own.answers)} |"


def _none(own: FieldWords) -> str:
    return "an answer" if own.none_is_answer else "not filled"


def _or(words: Iterable[str]) -> str:
    return ", ".join(words)


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(put_into(page.read_text(encoding="utf-8")), encoding="utf-8")
    if not sys.argv[1:]:
        sys.stdout.write(section())
