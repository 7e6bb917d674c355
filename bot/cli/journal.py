"""`sluis journal`: copies of the journal, and putting one back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

journal = typer.Typer(no_args_is_help=True, help="Copies of the journal (docs/operations.md).")
CopyArgument = Annotated[Path, typer.Argument(help="The file with the copy.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(journal, name="journal")


@journal.command()
def backup(copy: CopyArgument) -> None:
    """Copy an SQLite journal, also while `sluis serve` runs.

    Examples:

    sluis journal backup /backup/sluis-2026-11-22.db
    """
    from bot.journal.backup import back_up

    with _told_as_settings() as url:
        back_up(url, copy)
    typer.echo(f"{copy}: {copy.stat().st_size} bytes")


@journal.command()
def restore(copy: CopyArgument) -> None:
    """Put a copy in the place of the SQLite journal, while no bot runs. What stood there is kept beside it.

    Examples:

    sluis journal restore /backup/sluis-2026-11-22.db
    """
    from bot.journal.backup import restore as put

    with _told_as_settings() as url:
        aside = put(url, copy)
    _put_back()
    typer.echo(f"{copy} was put back" + (f"; what stood there is now {aside}" if aside else ""))


@journal.command("put-back")
def put_back() -> None:
    """Say that the database was put back from a copy, so that what was said after it is looked for, not repeated.

    For PostgreSQL, after pg_restore; `restore` does it by itself.

    Examples:

    sluis journal put-back
    """
    _put_back()
    typer.echo("Noted: messages that the journal does not know are looked for before they are posted.")


def _put_back() -> None:
    from bot import bootstrap
    from bot.journal import open_journal

    with _told_as_settings() as url:
        opened = open_journal(url)
        opened.put_back(bootstrap.now())
        opened.close()


@contextmanager
def _told_as_settings() -> Iterator[str]:
    """The journal's address; what is wrong with it is told as a line about the setting."""
    from bot.journal import JournalError
    from bot.settings.load import SettingsError, load_settings

    try:
        yield load_settings().bot.database_url
    except JournalError as error:
        raise SettingsError([f"SLUIS_DATABASE_URL: {error}"]) from error
