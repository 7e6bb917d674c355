"""`sluis measures` and `sluis rules`: what the norms ask, without any ticket. No settings needed."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from rules.policy import Pack, Rule


class Form(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


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


PacksOption = Annotated[str, typer.Option("--packs", help="Norms to use, by comma.", envvar="SLUIS_PACKS")]
LanguageOption = Annotated[str, typer.Option("--language", help="nl or en.", envvar="SLUIS_LANGUAGE")]
FormOption = Annotated[Form, typer.Option("--format", help="text, json or jsonl (one object a line).")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(measures)
    app.command()(rules)


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
    packs: PacksOption = "vo-icr",
    language: LanguageOption = "nl",
) -> None:
    """Which measures a classification asks for.

    Examples:

    sluis measures -C 3 -I 4 -A 2 --gdpr --size major

    sluis measures --all --format jsonl > measures.jsonl
    """
    loaded = load(packs)
    one = Case(confidentiality, integrity, availability, gdpr, ksz, nis2, size.value)
    if every and form is Form.TEXT:
        form = Form.JSONL
    if form is Form.TEXT:
        _tell(_derive(one, loaded), loaded, language)
        return
    indent = None if form is Form.JSONL or every else 2
    for case in _every() if every else (one,):
        sys.stdout.write(json.dumps(_derive(case, loaded), indent=indent) + "\n")


def load(packs: str) -> tuple[Pack, ...]:
    """The packs named, or a usage error that names the known ones."""
    from rules.policy import PolicyError, load_packs

    try:
        return load_packs([name.strip() for name in packs.split(",") if name.strip()])
    except PolicyError as error:
        raise typer.BadParameter(str(error), param_hint="--packs") from error


def _every() -> Iterator[Case]:
    classes, flag = range(1, 6), (False, True)
    sizes = [size.value for size in Size]
    for c, i, a in itertools.product(classes, repeat=3):
        for gdpr, ksz, nis2, size in itertools.product(flag, flag, flag, sizes):
            yield Case(c, i, a, gdpr, ksz, nis2, size)


def _derive(case: Case, packs: tuple[Pack, ...]) -> dict[str, object]:
    from bot.model.asset import Flag
    from rules.engine import measures as derive

    flags = [flag for flag in Flag if getattr(case, flag.value)]
    found = derive(case.confidentiality, case.integrity, case.availability, flags, case.size, packs)
    return {
        **case._asdict(),
        "measures": list(found.ids),
        "rollout": list(found.rollout),
        "hours": found.hours,
    }


def _tell(found: dict[str, object], packs: tuple[Pack, ...], language: str) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    asked = found["measures"]
    for pack in packs:
        for rule in pack.rules:
            if isinstance(asked, list) and rule.id in asked:
                console.print(f"{rule.id:8} {getattr(rule.title, language)}", markup=False)
    rollout = found["rollout"]
    console.print(
        f"\nrollout: {', '.join(rollout) if isinstance(rollout, list) else ''}; hours: {found['hours']}"
    )


def rules(
    form: FormOption = Form.TEXT, packs: PacksOption = "vo-icr", language: LanguageOption = "nl"
) -> None:
    """Every rule of the norms in use: what it asks, of which classes, before which gate, by which clause.

    Examples:

    sluis rules

    sluis rules --format jsonl | grep ICR-17
    """
    loaded = load(packs)
    rows = [_row(pack, rule, language) for pack in loaded for rule in pack.rules]
    if form is Form.TEXT:
        _table(rows)
        _stand_ins(language)
    elif form is Form.JSON:
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _stand_ins(language: str) -> None:
    """Below the rules, who stands in for a body that they name; nothing while the settings cannot be read."""
    from zoneinfo import ZoneInfo

    from pydantic import ValidationError

    from bot.messages.language import Speaker
    from bot.messages.waivers import stands_in
    from bot.settings import BotSettings

    try:
        declared = BotSettings().stand_ins
    except ValidationError:
        return
    for one in declared:
        typer.echo(f"\n{stands_in(one, Speaker(language, ZoneInfo('UTC')))}")


def _row(pack: Pack, rule: Rule, language: str) -> dict[str, object]:
    return {
        "id": rule.id,
        "pack": pack.id,
        "version": pack.version,
        "title": getattr(rule.title, language),
        "cite": pack.cited(rule),
        "applies": rule.applies.model_dump(mode="json", exclude_defaults=True),
        "gate": rule.gate.value,
        "severity": rule.severity.value,
        "check": rule.check,
        "reserved": rule.reserved,
        "preapproved_by": rule.preapproved_by,
    }


def _table(rows: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("id", "title", "applies", "gate", "cite"):
        table.add_column(column)
    for row in rows:
        note = " (reserved by the norm: nothing is asked yet)" if row["reserved"] else ""
        title = f"{row['title']}{note}"
        table.add_row(str(row["id"]), title, _applies(row["applies"]), str(row["gate"]), str(row["cite"]))
    Console(highlight=False).print(table)


def _applies(applies: object) -> str:
    if not isinstance(applies, dict) or applies.get("any"):
        return "all"
    letters = "".join(str(d)[0].upper() for d in applies.get("dimensions", ()))
    classes = f"{letters} from {applies['from_class']}" if letters else ""
    return ", ".join(filter(None, [str(applies.get("flag") or ""), classes]))
