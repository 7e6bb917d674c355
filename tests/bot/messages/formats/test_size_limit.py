"""Too long a comment: whole findings are left out, counted, and what is left stays true."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.cli.adf_text import adf_text
from bot.messages.formats.render import rendered
from bot.messages.formats.size_limit import ROOM, fitted, size
from bot.messages.i18n.speaker import Translator
from domain.document import Bullets, Document, Fold, Heading, Panel, Paragraph, Run, Tone
from domain.ports.messaging import Format

TOP = Panel(Tone.STOP, ((Run("Not ready", strong=True),),))
FORMS = [Format.ADF, Format.WIKI, Format.PLAIN]


def long(now: int, met: int, each: int = 300, letter: str = "x") -> Document:
    points = tuple(((Run(f"point-{n:03}."),), (Run(letter * each),)) for n in range(now))
    done = tuple((Run(f"done-{n:03}."), Run(letter * each)) for n in range(met))
    return Document(
        (TOP, Heading("Missing"), Bullets(points), Fold("In order", done), Paragraph(((Run("End"),),)))
    )


def text(body: object) -> str:
    return body if isinstance(body, str) else adf_text(body)


@pytest.mark.parametrize("form", FORMS)
def test_what_fits_is_left_as_it_is(form: Format) -> None:
    speak = Translator("en", ZoneInfo("Europe/Brussels"))
    assert fitted(long(5, 5), form, speak) == rendered(long(5, 5), form)


@pytest.mark.long
@pytest.mark.parametrize("letter", ["x", "é", "*", "😀"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("now", "met"), [(20, 200), (200, 20), (200, 0), (1, 400)])
def test_whole_findings_are_left_out_until_it_fits(form: Format, now: int, met: int, letter: str) -> None:
    speak = Translator("nl", ZoneInfo("Europe/Brussels"))
    body = fitted(long(now, met, letter=letter), form, speak)
    assert size(body) <= ROOM
    said = text(body)
    kept = sum(said.replace("\\", "").count(f"point-{n:03}.") for n in range(now))
    assert 0 < kept <= now
    if kept < now:
        assert f"en nog {now - kept} punten" in said
        assert "done-" not in said  # what is in order goes first
    assert "Not ready" in said and "End" in said


@pytest.mark.parametrize(("body", "counted"), [("x", 1), ("😀", 2), ({"text": "é"}, 13), ("\ud83d", 1)])
def test_java_counts_an_emoji_twice(body: object, counted: int) -> None:
    assert size(body) == counted


def test_no_more_is_left_out_than_must_be() -> None:
    speak = Translator("en", ZoneInfo("Europe/Brussels"))
    kept = text(fitted(long(200, 0), Format.PLAIN, speak)).count("point-")
    assert kept * 310 < ROOM < (kept + 2) * 330


def test_one_thing_too_long_for_all_leaves_the_gist() -> None:
    speak = Translator("en", ZoneInfo("Europe/Brussels"))
    document = Document((TOP, Paragraph(((Run("y" * 40_000),),))))
    assert text(fitted(document, Format.WIKI, speak)).count("Not ready") == 1
    assert size(fitted(document, Format.WIKI, speak)) < 100
