"""`sluis measures`: what the norms ask of a classification, without any ticket. No settings needed."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bot.messages.i18n.languages import LANGUAGES, either

if TYPE_CHECKING:
    from bot.messages.i18n.speaker import Translator
    from rules.loading.loader import Pack


class Form(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class Tongue(StrEnum):
    """Languages the product speaks."""

    # A language is found by its catalogue and written in no code, so its member has no line here either.
    vars().update({code.upper(): code for code in LANGUAGES})


class Size(StrEnum):
    """Size of a release."""

    MAJOR = "major"
    MINOR = "minor"
    SPRINT = "sprint"


class Case(NamedTuple):
    """One classification of one asset, and the size of the release."""

    confidentiality: int
    integrity: int
    availability: int
    gdpr: bool
    ksz: bool
    nis2: bool
    size: str


PacksOption = Annotated[
    str | None, typer.Option("--packs", help="Norms to use, by comma, instead of those of SLUIS_PACKS.")
]
PacksDirOption = Annotated[
    Path | None,
    typer.Option("--packs-dir", help="Folder with packs of your own, instead of that of SLUIS_PACKS_DIR."),
]
LanguageOption = Annotated[
    Tongue | None,
    typer.Option("--language", help="Language of the texts, instead of that of SLUIS_LANGUAGE."),
]
AnswerLanguageOption = Annotated[
    Tongue | None, typer.Option("--language", help=f"{either(LANGUAGES)}, instead of the language set.")
]
FormOption = Annotated[Form, typer.Option("--format", help="text, json or jsonl (one object a line).")]


class Norms(NamedTuple):
    """Which norms are shown, in which language and in the terms of which country."""

    packs: str
    packs_dir: Path | None
    language: str
    terms: str

    @property
    def speak(self) -> Translator:
        """Speaks so. No moment of a zone is told of norms, so that any will do."""
        from zoneinfo import ZoneInfo

        from bot.messages.i18n.speaker import Translator

        return Translator(self.language, ZoneInfo("UTC"), self.terms)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(measures)


def measures(
    confidentiality: Annotated[int, typer.Option("-C", "-V", "--confidentiality", min=1, max=5)] = 3,
    integrity: Annotated[int, typer.Option("-I", "--integrity", min=1, max=5)] = 3,
    availability: Annotated[int, typer.Option("-A", "-B", "--availability", min=1, max=5)] = 3,
    gdpr: Annotated[bool, typer.Option("--gdpr", help="The asset holds personal data.")] = False,
    ksz: Annotated[bool, typer.Option("--ksz", help="The asset holds social security data.")] = False,
    nis2: Annotated[bool, typer.Option("--nis2", help="The asset falls under NIS2.")] = False,
    size: Annotated[Size, typer.Option("--size", help="Size of the release.")] = Size.MAJOR,
    every: Annotated[bool, typer.Option("--all", help="Every classification there is: 3000.")] = False,
    form: FormOption = Form.TEXT,
    packs: PacksOption = None,
    packs_dir: PacksDirOption = None,
    language: LanguageOption = None,
) -> None:
    """Which measures a classification asks for.

    Examples:

    sluis measures -C 3 -I 4 -A 2 --gdpr --size major

    sluis measures --all --format jsonl > measures.jsonl
    """
    use = in_use(packs, packs_dir, language)
    loaded = load_today(use.packs, use.packs_dir)
    one = Case(confidentiality, integrity, availability, gdpr, ksz, nis2, size.value)
    # Three thousand answers are for machines.
    if every and form is Form.TEXT:
        form = Form.JSONL
    if form is Form.TEXT:
        _tell(_derive(one, loaded), loaded, use.speak)
        return
    indent = None if form is Form.JSONL or every else 2
    for case in _every() if every else (one,):
        sys.stdout.write(json.dumps(_derive(case, loaded), indent=indent) + "\n")


def in_use(packs: str | None, packs_dir: Path | None, language: Tongue | None = None) -> Norms:
    """What the options say, else the settings, else what holds without any. Raises SettingsError."""
    from bot.settings.load import norms

    usual = norms()
    return Norms(
        packs or ",".join(usual.packs),
        packs_dir or usual.packs_dir,
        language.value if language else usual.language,
        usual.terms,
    )


def load(packs: str, packs_dir: Path | None) -> tuple[Pack, ...]:
    """All editions of the packs named and of the organisation's own, or a usage error with every problem."""
    from rules.loading.loader import PolicyError
    from rules.loading.overlay import load_all

    try:
        return load_all([name.strip() for name in packs.split(",") if name.strip()], packs_dir)
    except PolicyError as error:
        raise typer.BadParameter(str(error), param_hint="--packs") from error


def load_today(packs: str, packs_dir: Path | None) -> tuple[Pack, ...]:
    """The editions in force today."""
    from rules.loading.loader import in_force

    return in_force(load(packs, packs_dir), datetime.now(UTC).date())


def _every() -> Iterator[Case]:
    classes, flag = range(1, 6), (False, True)
    sizes = [size.value for size in Size]
    for c, i, a in itertools.product(classes, repeat=3):
        for gdpr, ksz, nis2, size in itertools.product(flag, flag, flag, sizes):
            yield Case(c, i, a, gdpr, ksz, nis2, size)


def _derive(case: Case, packs: tuple[Pack, ...]) -> dict[str, object]:
    from domain.asset import Flag
    from rules.engine import measures as derive

    flags = [flag for flag in Flag if getattr(case, flag.value)]
    found = derive(case.confidentiality, case.integrity, case.availability, flags, case.size, packs)
    return {
        **case._asdict(),
        "measures": list(found.ids),
        "rollout": list(found.rollout),
        "hours": found.hours,
    }


def _tell(found: dict[str, object], packs: tuple[Pack, ...], speak: Translator) -> None:
    from domain.sentence import Either
    from rules.wording import CHOICES

    asked, rollout = found["measures"], found["rollout"]
    for rule in (rule for pack in packs for rule in pack.rules):
        if isinstance(asked, list) and rule.id in asked:
            typer.echo(f"{rule.id:8} {speak.written(rule.titles)}")
    ways = Either(tuple(CHOICES[way] for way in rollout)) if isinstance(rollout, list) else ""
    typer.echo("\n" + speak.say("Rollout: {ways}.", ways=ways))
    permanent = found["hours"] == "24x7"
    typer.echo(
        speak.say("The release process is available day and night, seven days a week.")
        if permanent
        else speak.say("The release process is available in office hours: five days, ten hours.")
    )
