"""`sluis check` and `sluis explain`: one ticket, asked now. Writes nothing anywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.encoding import shows_unicode
from bot.cli.measures import AnswerLanguageOption, Form, FormOption
from bot.cli.ticket import KeyArgument, ticket_called

if TYPE_CHECKING:
    from bot.context import Context
    from bot.messages.i18n.speaker import Translator
    from domain.facts import Facts
    from domain.finding import Finding
    from rules.loading.loader import Pack


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
    from bot.messages.findings_report import as_json, as_text
    from domain.lifecycle import Verdict
    from rules.engine import evaluate
    from rules.nothing_asked import nothing_asked

    ctx, facts = _ask(key)
    findings = evaluate(facts, ctx.policy.packs)
    unasked = nothing_asked(facts, ctx.policy.packs, findings)
    if form is Form.TEXT:
        typer.echo(as_text(facts, findings, ctx.speak, unasked))
    else:
        answer = as_json(facts, findings, ctx.speak, unasked)
        sys.stdout.write(
            json.dumps(answer, indent=2 if form is Form.JSON else None, ensure_ascii=not shows_unicode())
            + "\n"
        )
    # What is still to do before a gate that lies ahead is no reason to fail.
    pressing = any(f.verdict in (Verdict.MISSING, Verdict.VIOLATED) for f in findings)
    raise typer.Exit(1 if strict and pressing else 0)


def explain(
    key: KeyArgument,
    rule: Annotated[str, typer.Argument(help="Requirement, such as ICR-17; all of them when left out.")] = "",
    unasked: Annotated[
        str, typer.Option("--why-not", help="Why this requirement is not asked of the ticket.")
    ] = "",
    form: FormOption = Form.TEXT,
    language: AnswerLanguageOption = None,
) -> None:
    """Why something is asked of a ticket, what was looked at and seen, and who can settle it.

    Examples:

    sluis explain CHG-12

    sluis explain CHG-12 ICR-17 --language en

    sluis explain CHG-12 --why-not ICR-41
    """
    from bot.cli.console import show_tree
    from bot.messages.explanation import reasoning, reasoning_json
    from rules.engine import evaluate
    from rules.nothing_asked import nothing_asked

    ctx, facts = _ask(key)
    speak = ctx.speak.to(language.value) if language else ctx.speak
    packs, wanted = ctx.policy.packs, unasked or rule
    whole = evaluate(facts, packs)
    findings = [f for f in whole if wanted in ("", f.id)]
    nothing = nothing_asked(facts, packs, whole)
    if nothing and not wanted:
        # Beside a machine's empty list, which has no place for words.
        typer.echo(speak(nothing.told), err=form is not Form.TEXT)
    if unasked or (rule and not findings):
        _tell_why_not(facts, packs, wanted, findings, speak, form)
    elif form is Form.TEXT:
        for finding in findings:
            show_tree(reasoning(facts, finding, packs, speak, ctx.title(facts.ticket.source)))
    else:
        for_machines = [reasoning_json(facts, finding, packs, speak) for finding in findings]
        _as_json(for_machines[0] if rule else for_machines, form)


def _tell_why_not(
    facts: Facts,
    packs: Sequence[Pack],
    rule: str,
    findings: Sequence[Finding],
    speak: Translator,
    form: Form,
) -> None:
    """Why a rule is not asked; or that it is, and what came of it."""
    from bot.messages.explanation import does_apply, reasoning_json, why_not_json, why_not_text
    from rules.engine import UnknownRule, why_not

    try:
        reason = None if findings else why_not(facts, packs, rule)
    except UnknownRule as error:
        raise typer.BadParameter(str(error), param_hint="RULE") from error
    if form is not Form.TEXT:
        known = reasoning_json(facts, findings[0], packs, speak) if findings else None
        _as_json(known or why_not_json(rule, reason, speak), form)
    else:
        typer.echo(does_apply(findings[0], speak) if findings else why_not_text(rule, reason, speak))


def _as_json(answer: object, form: Form) -> None:
    """One JSON text; with jsonl one object a line."""
    if form is Form.JSONL and isinstance(answer, list):
        sys.stdout.writelines(json.dumps(one, ensure_ascii=not shows_unicode()) + "\n" for one in answer)
    else:
        indent = 2 if form is Form.JSON else None
        sys.stdout.write(json.dumps(answer, indent=indent, ensure_ascii=not shows_unicode()) + "\n")


def _ask(key: str) -> tuple[Context, Facts]:
    """The ticket's facts, read now; a one-line error when no source has it."""
    from bot.intake.facts import FactsBuilder

    with ticket_called(key) as (ctx, source, ref):
        return ctx, FactsBuilder(ctx).facts(source, ref)
