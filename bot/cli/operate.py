"""`sluis sync`, `serve`, `doctor`, `report` and `demo`: running the bot and looking after it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.encoding import shows_unicode
from bot.cli.measures import Form, FormOption, LanguageOption

if TYPE_CHECKING:
    from bot.report import Report
    from domain.ports.connector import Diagnosis


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (demo, sync, allow, serve, health, doctor, report):
        app.command()(command)


def sync(
    full: Annotated[bool, typer.Option("--full", help="Look at every open ticket, changed or not.")] = False,
    form: FormOption = Form.TEXT,
    allowed: Annotated[
        int, typer.Option("--allow", min=0, help="Let this run write so many messages, above the caps.")
    ] = 0,
) -> None:
    """One cycle: read what changed, judge it, and (in act mode) comment, post and remind.

    Exit code 0: all was read and delivered; 1: something was not, and the report says what.

    Examples:

    sluis sync

    SLUIS_MODE=act sluis sync --format json
    """
    from bot import bootstrap, logs
    from bot.cli.interrupt import Interrupt
    from bot.cli.os_account import account
    from bot.cli.progress import progress
    from bot.cycle.cycle import cycle
    from bot.journal import Allowance
    from bot.settings.load import load_settings

    loaded = load_settings()
    logs.configure(loaded.bot.log_level)
    with Interrupt() as interrupt:
        ctx = bootstrap.build(loaded, stop=interrupt.told)
        # A word for this run alone, and therefore no setting (docs/decisions/024).
        ctx = replace(ctx, allow=allowed)
        try:
            if allowed:
                ctx.journal.allow_once(Allowance(allowed, "", account(), ctx.clock()), ctx.clock())
            with progress("tickets") as tick:
                done = cycle(ctx, full, tick)
        finally:
            ctx.journal.close()
    show(done, form)
    raise typer.Exit(130 if interrupt.told() else done.exit_code)


def allow(
    messages: Annotated[int, typer.Argument(min=1, help="How many messages may be written.")],
    person: Annotated[
        str,
        typer.Option(
            "--as", help="In whose name; recorded with your account of the machine, and not checked."
        ),
    ],
) -> None:
    """Let the next cycle of a running `sluis serve` write so many messages, where it stopped because of the caps.
    The word counts for a day, once.

    Example:

    sluis allow 412 --as "Dirk Peeters"
    """
    from bot import queries
    from bot.cli.os_account import account
    from bot.settings.load import load_settings

    by = " ".join(person.split())
    if not by:
        raise typer.BadParameter("say who allows it", param_hint="--as")
    user = account()
    queries.allow(load_settings(), messages, by, user)
    typer.echo(f"The next cycle may write {messages} messages. On record: {user}, in the name of {by}.")


def show(done: Report, form: Form) -> None:
    """A run's report on the screen, or as JSON on stdout."""
    if form is not Form.TEXT:
        sys.stdout.write(
            json.dumps(
                done.as_json(), indent=2 if form is Form.JSON else None, ensure_ascii=not shows_unicode()
            )
            + "\n"
        )
        return
    from bot.cli.console import show_report

    show_report(done)


def serve() -> None:
    """Run on a schedule until SIGTERM or Ctrl-C: cycles, a nightly census, reminders, health checks.

    Examples:

    sluis serve

    SLUIS_MODE=act SLUIS_SYNC_MINUTES=2 sluis serve
    """
    from bot import logs
    from bot.server.serve import serve as run
    from bot.settings.load import load_settings

    loaded = load_settings()
    logs.configure(loaded.bot.log_level)
    run(loaded)


def health() -> None:
    """Ask a running `sluis serve` on this machine whether it is well. For container health checks.

    Exit code 0: the clock ticks and the journal answers; 1: it does not, or nothing listens.
    """
    import urllib.request

    from bot.settings.load import BotSettings, alone

    port = alone(BotSettings).http_port
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            typer.echo(answer.read().decode().strip())
    except OSError as error:
        typer.echo(f"not healthy: {error}", err=True)
        raise typer.Exit(1) from error


def doctor() -> None:
    """Look at every connection: identity, permissions, fields, groups, channels. Writes nothing outside.

    Exit code 0: nothing failed; 1: something did, with the fix beside it.
    """
    from bot import bootstrap, logs, queries
    from bot.cli.console import show_diagnoses
    from bot.interactions.holders import holders_examined
    from bot.settings.declarations import examined
    from bot.settings.load import load_settings
    from domain.ports.connector import Diagnosis, Health

    loaded = load_settings()
    logs.configure("ERROR")
    policy = bootstrap.policy(loaded)
    connectors = bootstrap.connect_all(loaded)
    looked = [(c.name, list(c.examiner.examine(loaded.wanted_roles))) for c in connectors]
    sources = [c.source for c in connectors if c.source]
    for desk in (c.interactions for c in connectors if c.interactions):
        same = policy.judging.same_accounts
        held = list(holders_examined(sources, desk, loaded.wanted_roles, same))
        looked.append(("who acts", held))
    stand_ins = [
        Diagnosis(Health.OK, f"ROLES__{one.role.name}", f"{one.body} stands in for it: {one.reason}")
        for one in loaded.bot.stand_ins
    ]
    declared = [*stand_ins, *examined(policy.packs, policy.declarations, bootstrap.now().date())]
    looked.append(("declarations", declared))
    if unwritten := [_unwritten(key, why) for key, why in queries.refused(loaded).items()]:
        looked.append(("comments", unwritten))
    looked.append(("delivery", list(queries.undelivered(loaded))))
    for system, found in looked:
        show_diagnoses(system, found)
    raise typer.Exit(1 if any(d.health is Health.FAILED for _, found in looked for d in found) else 0)


def _unwritten(key: str, reason: str) -> Diagnosis:
    """A ticket that does not take the bot's comment, for the doctor."""
    from domain.ports.connector import Diagnosis, Health

    said = f"takes no comment: {reason}" if reason else "takes no comment"
    fix = "what it asks for is the team's to fill in, never the bot's; or give the account the permission it lacks"
    return Diagnosis(Health.WARNING, key, said, fix)


def report(form: FormOption = Form.JSON, language: LanguageOption = None) -> None:
    """The report of the last run, from the journal, and what waits for somebody now: for how long, in working time.

    Examples:

    sluis report

    sluis report --format text --language nl
    """
    from bot import bootstrap, queries
    from bot.messages import waiting as words
    from bot.messages.i18n.speaker import Translator
    from bot.policy.waiting_time import as_json
    from bot.settings.load import load_settings

    loaded = load_settings()
    last = queries.last_report(loaded)
    if last is None:
        typer.echo("No run yet: start one with `sluis sync`.", err=True)
        raise typer.Exit(1)
    speak = Translator(language.value if language else loaded.bot.language, loaded.bot.zone, loaded.bot.terms)
    found = queries.waiting(loaded)
    if form is Form.TEXT:
        typer.echo(words.listed(found, bootstrap.now(), speak))
        return
    last["waiting"] = [as_json(one, words.age(one.age, speak)) for one in found]
    sys.stdout.write(
        json.dumps(last, indent=None if form is Form.JSONL else 2, ensure_ascii=not shows_unicode()) + "\n"
    )


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the sandbox running to play with.")] = False,
    language: Annotated[str, typer.Option("--language", help="nl or en.")] = "en",
    pages: Annotated[
        str,
        typer.Option(
            "--pages", help="Folder for the pages people would see: new, empty or of an earlier demo."
        ),
    ] = ".demo",
) -> None:
    """A local Jira, ServiceNow and Slack, a small story, and what each person would see.

    Examples:

    sluis demo

    sluis demo --keep --language nl
    """
    try:
        from bot.cli.demo import run
    except ModuleNotFoundError as error:
        # Only what a lean installation may lack is told so; anything else that is missing is a fault of ours.
        if (error.name or "").partition(".")[0] != "sandbox":
            raise
        typer.echo(
            "sluis demo: the local systems are not installed here: pip install 'sluiswachter[demo]'", err=True
        )
        raise typer.Exit(2) from error

    raise typer.Exit(run(keep=keep, language=language, pages=pages))
