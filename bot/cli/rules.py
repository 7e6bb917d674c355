"""`sluis rules`: the rules of the norms in use, and how admins test and check files of their own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.norms import Form, FormOption, LanguageOption, PacksDirOption, PacksOption, load, load_today

if TYPE_CHECKING:
    from rules.policy import Pack, Rule

group = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    app.add_typer(group, name="rules")


@group.callback()
def rules(
    ctx: typer.Context,
    form: FormOption = Form.TEXT,
    packs: PacksOption = "vo-icr",
    packs_dir: PacksDirOption = None,
    every: Annotated[
        bool, typer.Option("--all-editions", help="Also editions that are over or still to come.")
    ] = False,
    language: LanguageOption = "nl",
) -> None:
    """Every rule of the norms in use: what it asks, of which classes, before which gate, by which clause.

    Examples:

    sluis rules

    sluis rules --format jsonl | grep ICR-17
    """
    if ctx.invoked_subcommand:
        return
    loaded = load(packs, packs_dir) if every else load_today(packs, packs_dir)
    rows = [_row(pack, rule, language) for pack in loaded for rule in pack.rules]
    if form is Form.TEXT:
        _table(rows, every)
    elif form is Form.JSON:
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _row(pack: Pack, rule: Rule, language: str) -> dict[str, object]:
    return {
        "id": rule.id,
        "pack": pack.id,
        "version": pack.version,
        "from": pack.effective_from.isoformat(),
        "until": pack.effective_until.isoformat() if pack.effective_until else None,
        "title": getattr(rule.title, language),
        "cite": pack.cited(rule),
        "applies": rule.applies.model_dump(mode="json", exclude_defaults=True),
        "gate": rule.gate.value,
        "severity": rule.severity.value,
        "check": rule.check,
        "reserved": rule.reserved,
    }


def _table(rows: list[dict[str, object]], every: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("id", "title", "applies", "gate", "cite", *(["in force"] if every else [])):
        table.add_column(column, overflow="fold")
    for row in rows:
        note = " (reserved by the norm: nothing is asked yet)" if row["reserved"] else ""
        title = f"{row['title']}{note}"
        force = [f"{row['from']} – {row['until'] or ''}"] if every else []
        cells = (row["id"], title, _applies(row["applies"]), row["gate"], row["cite"])
        table.add_row(*map(str, cells), *force)
    Console(highlight=False).print(table)


def _applies(applies: object) -> str:
    if not isinstance(applies, dict) or applies.get("any"):
        return "all"
    letters = "".join(str(d)[0].upper() for d in applies.get("dimensions", ()))
    classes = f"{letters} from {applies['from_class']}" if letters else ""
    return ", ".join(filter(None, [str(applies.get("flag") or ""), classes]))
