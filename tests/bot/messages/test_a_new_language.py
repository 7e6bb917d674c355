"""A language is data: with a catalogue of it in the folder, and a title of it in a pack, it is spoken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FRENCH = """\
msgid ""
msgstr ""
"Language: fr_BE\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "C{level}"
msgstr "K{level}"

msgid "EEE d MMM y, HH:mm"
msgstr "EEE d MMM y 'à' HH'h'mm"

msgid "Rollout: {ways}."
msgstr "Déploiement : {ways}."

msgid "big bang"
msgstr "en une fois"

msgid "The release process is available day and night, seven days a week."
msgstr ""
"""
PACK = """\
id: mine
version: "1"
effective_from: 2026-01-01
document: {en: Mine}
cite: Mine v1
rules:
  - {id: MY-1, title: {fr: Faites ceci, en: Do this}, applies: {from_class: 1, dimensions: [integrity]}, gate: assess,
     check: filled, with: {fields: [package]}}
  - {id: MY-2, title: {nl: En dat, en: And that}, applies: {from_class: 1, dimensions: [integrity]}, gate: assess,
     check: filled, with: {fields: [package]}}
"""
SAY = """
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from bot.messages.i18n.speaker import Translator
from domain.asset import Dimension
from rules.wording import class_letter
speak = Translator("fr", ZoneInfo("UTC"))
print(speak(datetime(2026, 11, 24, 18, tzinfo=UTC)))
print(speak(class_letter(Dimension.CONFIDENTIALITY, 3)), speak(class_letter(Dimension.INTEGRITY, 2)))
print(speak.listed(["A", "B"]))
print(Translator("de", ZoneInfo("UTC")).language)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the application that has French too: one file more, and nothing else."""
    folder = tmp_path_factory.mktemp("french")
    shutil.copytree(ROOT / "bot", folder / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    locales = next((folder / "bot").rglob("locale"))
    (locales / "fr").mkdir()
    (locales / "fr" / "sluis.po").write_text(FRENCH, encoding="utf-8")
    (folder / "packs").mkdir()
    (folder / "packs" / "mine.yaml").write_text(PACK, encoding="utf-8")
    return folder


def ask(house: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Python in the house, with its own copy of the application before ours."""
    path = os.pathsep.join([str(house), str(ROOT)])
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONUTF8": "1"} | env
    return subprocess.run(
        [sys.executable, *args], cwd=house, env=given, capture_output=True, text=True, check=False
    )


def test_dates_letters_and_lists_are_those_of_its_catalogue(house: Path) -> None:
    done = ask(house, "-c", SAY)
    assert done.stdout.splitlines() == ["mar. 24 nov. 2026 à 18h00", "K3 I2", "A et B", "en"], done.stderr


def test_a_command_speaks_it_and_english_where_it_says_nothing_yet(house: Path) -> None:
    asked = ("measures", "-A", "4", "--packs", "vo-icr", "--packs-dir", "packs")
    done = ask(house, "-m", "bot", *asked, SLUIS_LANGUAGE="fr")
    told = done.stdout.splitlines()
    assert {"MY-1     Faites ceci", "MY-2     And that"} <= set(told), done.stderr
    assert any(line.startswith("Déploiement : en une fois") for line in told)
    assert told[-1] == "The release process is available day and night, seven days a week."


@pytest.mark.long
@pytest.mark.parametrize(
    ("args", "env", "told"),
    [
        (("measures", "--language", "de"), {}, "'de' is not one of 'fr', 'nl', 'en'"),
        (("measures",), {"SLUIS_LANGUAGE": "de"}, "SLUIS_LANGUAGE: Input should be 'fr', 'nl' or 'en'"),
        (
            ("doctor",),
            {"SLACK_LANGUAGES__CAB": "de"},
            "SLACK_LANGUAGES__CAB: Input should be 'fr', 'nl' or 'en'",
        ),
    ],
)
def test_what_is_asked_of_the_admin_names_every_language_there_is(
    house: Path, args: tuple[str, ...], env: dict[str, str], told: str
) -> None:
    done = ask(house, "-m", "bot", *args, COLUMNS="200", **env)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
