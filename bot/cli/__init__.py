"""The command line. Machine formats on stdout, logs and progress on stderr.

Belongs here: commands, their options, and what they show. Not: what they do, which another room does for them.

Exit codes: 0 done; 1 something stayed unread or undelivered, or (with --strict) something is open; 2 wrong
usage or settings; 130 interrupted.
"""

from __future__ import annotations

import sys

import typer

from bot.cli import audit, check, journal, measures, operate, rules, waive
from bot.cli.encoding import make_readable

app = typer.Typer(
    name="sluis",
    help="Sluiswachter, the lock-keeper for IT changes: checks change and release tickets against the measures"
    " that the classification of their assets demands.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    # Typer's own tracebacks can show local variables, and among these are secrets.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# In the order in which the help lists them.
for module in (operate, check, waive, audit, journal, measures, rules):
    module.register(app)


def main() -> None:
    """Run the command line; problems with settings are lines on stderr and exit code 2."""
    from bot.settings.load import SettingsError
    from domain import redaction

    make_readable()
    try:
        app()
    except SettingsError as error:
        for line in error.problems:
            typer.echo(f"sluis: {redaction.hidden(line)}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - nobody expected it: told whole, but without secrets
        from bot.journal import JournalError

        if isinstance(error, JournalError):  # what was begun is settled by the next run
            print(f"sluis: {redaction.hidden(str(error))}; the run ended there", file=sys.stderr)  # noqa: T201
        else:
            redaction.uncaught(*sys.exc_info())
        sys.exit(1)
