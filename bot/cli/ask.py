"""`sluis check` and `sluis explain`: one ticket, asked now. Writes nothing anywhere."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.norms import Form, FormOption

if TYPE_CHECKING:
    from bot.context import Context
    from bot.model.facts import Facts

KeyArgument = Annotated[str, typer.Argument(help="Key of the ticket, such as CHG-12 or CHG0030012.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(explain)


def check(
    key: KeyArgument,
    form: FormOption = Form.TEXT,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 when anything is missing or not allowed.")
    ] = False,
) -> None:
    """Judge one ticket now, and show every finding.

    Examples:

    sluis check CHG-12

    sluis check CHG-12 --format json --strict
    """
    from bot.messages.answer import as_json, as_text
    from bot.model.lifecycle import Verdict
    from rules.engine import evaluate

    ctx, facts = _ask(key)
    findings = evaluate(facts, ctx.policy.packs)
    if form is Form.TEXT:
        typer.echo(as_text(facts, findings, ctx.speak))
    else:
        answer = as_json(facts, findings, ctx.speak)
        sys.stdout.write(
            json.dumps(answer, indent=2 if form is Form.JSON else None, ensure_ascii=False) + "\n"
        )
    pressing = any(f.verdict in (Verdict.MISSING, Verdict.VIOLATED) for f in findings)
    raise typer.Exit(1 if strict and pressing else 0)


def explain(
    key: KeyArgument,
    rule: Annotated[str, typer.Argument(help="Requirement, such as ICR-17; all of them when left out.")] = "",
) -> None:
    """Why something is asked of a ticket, what was looked at and seen, and who can settle it.

    Examples:

    sluis explain CHG-12

    sluis explain CHG-12 ICR-17
    """
    from bot.messages.answer import explained, why_not_text
    from rules.engine import UnknownRule, evaluate, why_not

    ctx, facts = _ask(key)
    findings = [f for f in evaluate(facts, ctx.policy.packs) if rule in ("", f.id)]
    for finding in findings:
        typer.echo(explained(finding, ctx.speak) + "\n")
    if not findings and rule:
        try:
            reason = why_not(facts, ctx.policy.packs, rule)
        except UnknownRule as error:
            raise typer.BadParameter(str(error), param_hint="RULE") from error
        typer.echo(why_not_text(rule, reason, ctx.speak))


def _ask(key: str) -> tuple[Context, Facts]:
    """The ticket's facts, read now; a one-line error when no source has it."""
    from bot import app, logs, settings
    from bot.fetch import Gatherer, told
    from bot.ports import SourceError

    loaded = settings.load()
    logs.configure("ERROR")
    ctx = app.build(loaded, exclusive=False)
    try:
        for source in ctx.sources:
            source.identify()
            if ref := source.find(key):
                return ctx, Gatherer(ctx).facts(source, ref)
    except SourceError as error:
        typer.echo(f"sluis: {told(error)}", err=True)
        raise typer.Exit(1) from error
    finally:
        ctx.journal.close()
    names = " or ".join(source.name for source in ctx.sources)
    typer.echo(f"sluis: {key} was not found in {names}, or the account may not see it.", err=True)
    raise typer.Exit(1)
