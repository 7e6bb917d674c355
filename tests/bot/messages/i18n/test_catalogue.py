"""Every catalogue keeps the places of what it translates; the Dutch one says everything that the code says."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog, Message

from bot.messages.i18n import catalogue
from bot.messages.i18n.languages import translated
from bot.messages.i18n.speaker import Translator

_PLACE = re.compile(r"\{(\w+)\}")
# Babel stamps these lines anew: when the template was made, and which Babel wrote the file.
_STAMPS = ("POT-Creation-Date", "Generated-By")
_CALLS = {"say": 1, "count": 2}


def _said(kept: Catalog) -> list[Message]:
    return [message for message in kept if message.id]


def _forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """The one form of a message, or the two of one that counts."""
    if text is None:
        return ()
    return (text,) if isinstance(text, str) else tuple(text)


def _shape(text: str) -> tuple[set[str], bool, bool]:
    """What a translation must keep: its places, whether it is a whole sentence, and a space at the end."""
    return set(_PLACE.findall(text)), text.endswith("."), text.endswith(" ")


DUTCH = _said(catalogue.stored("nl"))
TRANSLATED = [
    message
    for language in translated()
    for message in _said(catalogue.stored(language))
    if all(_forms(message.string))
]


@pytest.mark.parametrize("language", translated())
def test_every_sentence_in_the_code_is_in_the_catalogue_and_no_other(language: str) -> None:
    in_code = {_forms(message.id) for message in _said(catalogue.extracted())}
    assert {_forms(message.id) for message in _said(catalogue.stored(language))} == in_code, "make catalogue"


def test_nothing_is_left_to_be_said_in_dutch() -> None:
    assert catalogue.untranslated(catalogue.stored("nl")) == 0


def _literals(folder: str) -> Iterator[tuple[str, str]]:
    """File and text of every message id that the code writes out, wherever it stands in an expression."""
    for path in sorted((catalogue.ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                for arg in node.args[: _CALLS.get(name, 0)]:
                    if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                        yield path.name, arg.value


@pytest.mark.parametrize("folder", ["bot", "rules"])
def test_no_sentence_hides_where_the_extractor_does_not_look(folder: str) -> None:
    found = {form for message in _said(catalogue.extracted()) for form in _forms(message.id)}
    assert [literal for literal in _literals(folder) if literal[1] not in found] == []


def test_a_translation_is_filled_in_and_keeps_places_and_ends() -> None:
    assert [message.id for message in TRANSLATED if not _as_its_original(message)] == []
    assert len(TRANSLATED) > 500


def _as_its_original(message: Message) -> bool:
    ids, texts = _forms(message.id), _forms(message.string)
    alike = [_shape(text) for text in texts] == [_shape(text) for text in ids]
    # People read typographic quotes.
    plain = any('"' in text or "'" in text for text in texts)
    return alike and all(text.strip() for text in texts) and not plain and not message.fuzzy


@pytest.mark.parametrize("language", translated())
def test_nothing_obsolete_is_kept_and_the_header_says_where_it_is_spoken(language: str) -> None:
    kept = catalogue.stored(language)
    assert (dict(kept.obsolete), kept.fuzzy, kept.locale.language) == ({}, False, language)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_people_are_spoken_to_in_dutch(number: int) -> None:
    """What is compiled says what is kept: nothing is lost on the way to the reader."""
    speak = Translator("nl", ZoneInfo("Europe/Brussels"))
    for message in DUTCH:
        ids, texts = _forms(message.id), _forms(message.string)
        if len(ids) == 1:
            assert speak.say(ids[0]) == texts[0]
        else:
            wanted = texts[0 if number == 1 else 1].replace("{n}", str(number))
            assert speak.count(ids[0], ids[1], number) == wanted


def _unstamped(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith(tuple(f'"{stamp}:' for stamp in _STAMPS))]


def test_keeping_the_catalogues_again_changes_nothing(tmp_path: Path) -> None:
    again = tmp_path / "locale"
    shutil.copytree(catalogue.FOLDER, again)
    catalogue.main(again)
    for file in again.glob("*/*.po"):
        assert _unstamped(file) == _unstamped(catalogue.FOLDER / file.relative_to(again)), "make catalogue"


def test_an_empty_folder_is_a_language_of_which_all_is_still_to_be_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fr").mkdir()
    catalogue.main(tmp_path)
    assert capsys.readouterr().out == f"fr: {len(DUTCH)} sentences to be translated\n"
    assert translated(tmp_path) == ("fr",)
