"""`sluis waive`: put an exception on record, see what is recorded, end one early. Writes only the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.ticket import KeyArgument, ticket_called

if TYPE_CHECKING:
    from bot.context import Context
    from domain.ports.source import TicketSource
    from domain.ticket import TicketRef
RulesArgument = Annotated[list[str] | None, typer.Argument(help="Requirements, such as ICR-13.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(waive)


def waive(
    key: KeyArgument,
    rules: RulesArgument = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words that last.")] = "",
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day on which it holds.")
    ] = None,
    person: Annotated[
        str,
        typer.Option(
            "--as", help="Who decides: account id, exact name or e-mail address in the ticket's system."
        ),
    ] = "",
    show: Annotated[bool, typer.Option("--list", help="Show what is recorded for the ticket.")] = False,
    end: Annotated[bool, typer.Option("--end", help="End it now.")] = False,
) -> None:
    """Record that a requirement is not held against a ticket for a while. The verdict beneath stays visible.

    Examples:

    sluis waive CHG-12 ICR-13 --reason "Lessons follow after the summer" --until 2026-12-31 --as "Karim Aziz"

    sluis waive CHG-12 --list

    sluis waive CHG-12 ICR-13 --end --as "Karim Aziz"
    """
    asked = tuple(rule.upper() for rule in rules or ())
    with ticket_called(key) as (ctx, source, ref):
        if show:
            _list(ctx, ref)
        elif not asked:
            _refuse("name one or more requirements, such as ICR-13, or --list", 2)
        elif end and not person:
            _refuse("give --as: who ends it", 2)
        elif end:
            _end(ctx, source, ref, asked, person)
        elif not (reason and until and person):
            _refuse("give --reason, --until and --as", 2)
        else:
            _record(ctx, source, ref, asked, (reason, until.date(), person))


def _record(
    ctx: Context, source: TicketSource, ref: TicketRef, rules: tuple[str, ...], words: tuple[str, date, str]
) -> None:
    from bot.cli import os_account
    from bot.intake.facts import FactsBuilder
    from bot.messages.waivers import recorded
    from bot.waivers import WaiverRefused, WaiverRequest, awaited, still_open, waiver

    facts = FactsBuilder(ctx).facts(source, ref)
    reason, until, person = words
    asked = WaiverRequest(rules, reason, until, _account(source, person))
    try:
        made = waiver(facts, ctx.policy.packs, asked, ctx.policy.waivers, ctx.speak)
    except WaiverRefused as error:
        _refuse(str(error), 1)
    # By account as well as by name, because names of people are not unique.
    ctx.journal.record_waiver(made, made.account, os_account.account())
    typer.echo(f"{ref.key} {recorded(made, ctx.speak)}")
    for line in awaited(facts, ctx.policy.packs, made):
        typer.echo(ctx.speak(line))
    if rest := still_open(facts, ctx.policy.packs, made):
        typer.echo(ctx.speak.say("The same demand stays open by {rules}.", rules=rest))


def _account(source: TicketSource, person: str) -> str:
    """The id of the one account that shows this e-mail address; what is none stays an id or a name."""
    found = source.account(person) if "@" in person else None
    return found.id if found else person


def _list(ctx: Context, ref: TicketRef) -> None:
    from bot.messages.waivers import listed

    found = ctx.journal.waivers_of(ref.subject)
    for one in found:
        typer.echo(listed(one, ctx.clock(), ctx.speak))
    if not found:
        typer.echo(ctx.speak.say("No waiver is recorded for {ticket}.", ticket=ref.key))


def _end(ctx: Context, source: TicketSource, ref: TicketRef, rules: Sequence[str], person: str) -> None:
    """By somebody who may record one, on their own change too: ending one asks more of the ticket, not less."""
    from bot.cli.os_account import account
    from bot.intake.facts import FactsBuilder
    from bot.waivers import WaiverRefused, authorised
    from domain.people import Holder, Person

    told, user = ref.subject, account()
    made = [
        w for w in ctx.journal.waivers_of(told) if w.rules[0] in rules and w.in_force(w.rules[0], ctx.clock())
    ]
    own = [Holder(Person(w.account, w.by), w.role) for w in made]
    who, roles = _account(source, person), ctx.policy.waivers.waiver_roles
    try:
        by = authorised(FactsBuilder(ctx).members(source), who, roles, ctx.speak, own)
    except WaiverRefused as error:
        _refuse(str(error), 1)
    ended = [r for r in rules if ctx.journal.end_waiver(told, r, ctx.clock(), by.name, user)]
    for rule in ended:
        typer.echo(ctx.speak.say("The waiver of {rule} for {ticket} has ended.", rule=rule, ticket=ref.key))
    if missing := [rule for rule in rules if rule not in ended]:
        _refuse(f"no waiver of {', '.join(missing)} is in force for {ref.key}", 1)


def _refuse(line: str, code: int) -> NoReturn:
    typer.echo(f"sluis: {line}", err=True)
    raise typer.Exit(code)
