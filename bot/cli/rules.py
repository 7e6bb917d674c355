"""`sluis rules`: the rules of the norms in use, and how admins test and check files of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.encoding import shows_unicode
from bot.cli.measures import (
    Form,
    FormOption,
    LanguageOption,
    Norms,
    PacksDirOption,
    PacksOption,
    in_use,
    load,
    load_today,
)

if TYPE_CHECKING:
    from bot.messages.i18n.speaker import Translator
    from bot.policy_tests.reader import Read
    from bot.policy_tests.runner import Ran
    from domain.sentence import Say
    from rules.loading.loader import Pack, Rule

group = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    app.add_typer(group, name="rules")


@group.callback()
def rules(
    ctx: typer.Context,
    form: FormOption = Form.TEXT,
    packs: PacksOption = None,
    packs_dir: PacksDirOption = None,
    every: Annotated[
        bool, typer.Option("--all-editions", help="Also editions that are over or still to come.")
    ] = False,
    language: LanguageOption = None,
) -> None:
    """Every rule of the norms in use: what it asks, of which classes, before which gate, by which clause.

    Examples:

    sluis rules

    sluis rules --format jsonl | grep ICR-17
    """
    if ctx.invoked_subcommand:
        return
    use = in_use(packs, packs_dir, language)
    loaded = load(use.packs, use.packs_dir) if every else load_today(use.packs, use.packs_dir)
    found = [(pack, rule) for pack in loaded for rule in pack.rules]
    rows = [_row(pack, rule, use.speak) for pack, rule in found]
    if form is Form.TEXT:
        _table(found, every, use.speak)
        _stand_ins(use.speak)
    elif form is Form.JSON:
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=not shows_unicode()) + "\n")
    else:
        sys.stdout.writelines(json.dumps(row, ensure_ascii=not shows_unicode()) + "\n" for row in rows)


@group.command()
def test(
    path: Annotated[Path, typer.Argument(help="A file with cases, or a folder of such files.")],
    form: FormOption = Form.TEXT,
    packs: PacksOption = None,
    packs_dir: PacksDirOption = None,
    language: LanguageOption = None,
) -> None:
    """Tickets and the verdicts expected of them: are the rules what you think they are?

    Exit code 1 when a case came out otherwise than expected, 2 when a file cannot be used.

    Examples:

    sluis rules test cases/

    sluis rules test cases/shop.yaml --format json
    """
    from bot.policy_tests.reader import case_files, read_cases
    from bot.policy_tests.runner import run
    from rules.loading.loader import PolicyError

    use = in_use(packs, packs_dir, language)
    try:
        reads = [read_cases(file) for file in case_files(path)]
        loaded = [_packs_for(read, use) for read in reads]
    except PolicyError as error:
        _refuse(error.problems)
    ran = [run(read.name, case, its) for read, its in zip(reads, loaded, strict=True) for case in read.cases]
    _show_cases(ran, form, use.speak)
    raise typer.Exit(0 if all(one.passed for one in ran) else 1)


def _packs_for(read: Read, use: Norms) -> tuple[Pack, ...]:
    """The packs that a file with cases is about: those it names, else those in use."""
    from bot.policy_tests.reader import unknown_rules
    from rules.loading.loader import PolicyError

    loaded = load(",".join(read.packs) or use.packs, use.packs_dir)
    if problems := list(unknown_rules(read, loaded)):
        raise PolicyError(problems)
    return loaded


def _show_cases(ran: Sequence[Ran], form: Form, speak: Translator) -> None:
    if form is Form.JSON:
        answer = [one.as_json(speak) for one in ran]
        sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=not shows_unicode()) + "\n")
    elif form is Form.JSONL:
        sys.stdout.writelines(
            json.dumps(one.as_json(speak), ensure_ascii=not shows_unicode()) + "\n" for one in ran
        )
    else:
        for one in ran:
            typer.echo(f"{'✓' if one.passed else '✗'} {one.file}: {one.case.name}")
            for d in one.differences:
                seen = f" — {speak(d.seen)}" if d.seen else ""
                typer.echo(f"    {d.rule}: expected {d.expected}, got {d.got}{seen}")
        failed = sum(not one.passed for one in ran)
        typer.echo(f"{len(ran)} cases, {failed} failed")


@group.command()
def lint(
    file: Annotated[Path, typer.Argument(help="A pack, or a file with cases.")],
    packs: PacksOption = None,
    packs_dir: PacksDirOption = None,
) -> None:
    """Check a pack or a file with cases: one line per problem, with its line in the file and the nearest known name.

    Exit code 2 when something is wrong.

    Examples:

    sluis rules lint packs/our-city.yaml

    sluis rules lint cases/shop.yaml
    """
    from bot.policy_tests.reader import cases_of, is_case_file
    from rules.loading.loader import PACKS, known_packs, load_file
    from rules.loading.overlay import checked
    from rules.loading.yaml_files import PolicyError, parse

    try:
        raw = parse(file)
        if is_case_file(raw):
            _packs_for(cases_of(file.name, raw), in_use(packs, packs_dir))
        # A norm that comes along is looked at alone: beside the norms, its own name would be taken already.
        elif file.resolve().parent == Path(str(PACKS)):
            load_file(file)
        else:
            # Against all norms, in use or not: it may extend any of them, and take no id of theirs.
            checked(file, load(",".join(known_packs()), None))
    except PolicyError as error:
        _refuse(error.problems)
    typer.echo(f"{file.name}: in order")


def _refuse(problems: Sequence[str]) -> NoReturn:
    for line in problems:
        typer.echo(line, err=True)
    raise typer.Exit(2)


def _row(pack: Pack, rule: Rule, speak: Translator) -> dict[str, object]:
    from domain.lifecycle import Verdict
    from rules.loading.tighten import own_choice

    return {
        "id": rule.id,
        "pack": pack.id,
        "version": pack.version,
        "from": pack.effective_from.isoformat(),
        "until": pack.effective_until.isoformat() if pack.effective_until else None,
        "title": speak.written(rule.titles),
        "problem": speak.written(rule.problems(Verdict.VIOLATED) or rule.titles),
        "unshown": speak.written(rule.problems(Verdict.MISSING) or rule.titles),
        "cite": pack.cited(rule),
        "applies": rule.applies.model_dump(mode="json", exclude_defaults=True, by_alias=True),
        "gate": rule.gate.value if rule.gate else "-",
        "severity": rule.severity.value,
        "check": rule.check,
        "evidence": rule.evidence.value if rule.evidence else None,
        "stays": rule.stays,
        "irreparable": rule.irreparable,
        "later": {"gate": rule.later.gate.value, "check": rule.later.check} if rule.later else None,
        "own_choice": own_choice(rule),
        "item": rule.item.value,
        "reserved": rule.reserved,
        "preapproved_by": rule.preapproved_by,
    }


def _table(found: list[tuple[Pack, Rule]], every: bool, speak: Translator) -> None:
    """The rules for people: conditions, gates and notes in their language."""
    from rich.console import Console
    from rich.table import Table

    from domain.sentence import say
    from rules.loading.loader import Item
    from rules.why_not import when

    notes = {
        Item.RESERVED: say(" (reserved by the norm: nothing is asked yet)"),
        Item.ATTESTATION: say(" (declared once for the organisation)"),
        Item.REPORT: say(" (only reported, never asked of a ticket)"),
    }
    table = Table(box=None, pad_edge=False, show_header=False)
    for pack, rule in found:
        title = f"{speak.written(rule.titles)}{speak(notes[rule.item]) if rule.item in notes else ''}"
        title += speak.say(" (asked once the organisation has declared it)") if rule.declared else ""
        title += "".join(f" ({speak(note)})" for note in _chosen(rule))
        before = speak.say("before {gate}", gate=rule.gate) if rule.gate else ""
        if rule.gate and rule.later:
            before = speak.say("before {gate} and {later}", gate=rule.gate, later=rule.later.gate)
        force = [f"{pack.effective_from} – {pack.effective_until or ''}"] if every else []
        table.add_row(rule.id, title, speak(when(rule.applies)), before, pack.cited(rule), *force)
    Console(highlight=False).print(table)


def _chosen(rule: Rule) -> Iterator[Say]:
    """What of it is the organisation's own choice, in words: terms, and the ladder that an overrun goes up."""
    from domain.people import Role
    from domain.sentence import say
    from rules.loading.tighten import own_choice
    from rules.wording import CHOICES, ROLES

    chosen = own_choice(rule)
    if hours := chosen.get("hours"):
        terms = tuple(say("{priority} {hours} hours", priority=CHOICES[p], hours=h) for p, h in hours.items())
        yield say("our own choice, not the document's: {terms}", terms=terms)
    if ladder := chosen.get("ladder"):
        roles = tuple(ROLES[Role(role)] for role in ladder)
        step = chosen["hours_per_step"]
        yield say("our own choice: up to {roles}, a step every {hours} hours", roles=roles, hours=step)


def _stand_ins(speak: Translator) -> None:
    """Below the rules, who stands in for a body that they name; nothing while the settings cannot be read."""
    from pydantic import ValidationError

    from bot.messages.waivers import stands_in
    from bot.settings.load import BotSettings

    try:
        declared = BotSettings().stand_ins
    except ValidationError:
        return
    for one in declared:
        typer.echo(f"\n{stands_in(one, speak)}")
