"""Finding the ticket that a command is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.context import Context
    from domain.ports.source import TicketSource
    from domain.ticket import TicketRef

KeyArgument = Annotated[str, typer.Argument(help="Key of the ticket, such as CHG-12 or CHG0030012.")]


@contextmanager
def ticket_called(key: str) -> Iterator[tuple[Context, TicketSource, TicketRef]]:
    """The ticket people call `key`, with what is needed to judge it; a one-line error when no source has it."""
    from bot import bootstrap, logs
    from bot.settings.load import load_settings
    from domain.ports.errors import SourceError

    loaded = load_settings()
    logs.configure("ERROR")
    # A bot may be running on this journal, and goes on running.
    ctx = bootstrap.build(loaded, exclusive=False)
    try:
        for source in ctx.sources:
            # First who we are: with a wrong token Jira answers that no ticket is there (docs/jira-facts.md, 1).
            source.identify()
            if ref := source.find(key):
                yield ctx, source, ref
                return
        names = " or ".join(source.name for source in ctx.sources)
        line = f"{key} was not found in {names}, or the account may not see it."
    except SourceError as error:
        line = error.line
    finally:
        ctx.journal.close()
    typer.echo(f"sluis: {line}", err=True)
    raise typer.Exit(1)
