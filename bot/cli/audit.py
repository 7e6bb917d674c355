"""`sluis audit`: is the record whole, what does it prove of a ticket, what is kept of a person."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.encoding import shows_unicode
from bot.cli.measures import AnswerLanguageOption

if TYPE_CHECKING:
    from bot.journal import Journal
    from bot.settings.load import Settings
    from domain.hash_chain import Flaw, Row
    from domain.pseudonym import Persona

audit = typer.Typer(no_args_is_help=True, help="The audit trail: check it, take evidence from it.")
_SHOWN = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(audit, name="audit")


@audit.command()
def verify(
    anchor: Annotated[
        list[str] | None, typer.Option("--anchor", help="NUMBER:HASH noted before; may be repeated.")
    ] = None,
    anchors: Annotated[
        list[Path] | None,
        typer.Option(
            "--anchors", help="File that holds such heads: letters, what was posted; may be repeated."
        ),
    ] = None,
) -> None:
    """Recompute the whole chain. Exit code 0: nothing was changed, removed or reordered; 1: something was, by name.

    Examples:

    sluis audit verify

    sluis audit verify --anchor 4182:5f0c...

    sluis audit verify --anchors letters.mbox
    """
    from bot.cli.progress import progress
    from domain.hash_chain import anchor as read

    try:
        heads = [*map(read, anchor or ()), *(head for file in anchors or () for head in _heads(file))]
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--anchor") from error
    noted = dict(heads)
    with _journal() as (journal, _), progress("thousand rows") as tick:
        found = _torn(heads)
        found += journal.audit_flaws(noted, lambda seq: tick(str(seq)) if seq % 1000 == 0 else None)
        head, amendments = journal.audit_head(), journal.audit_amendments()
    for flaw in found[:_SHOWN]:
        typer.echo(f"{flaw}")
    for row in amendments:
        typer.echo(_amendment(row))
    if found:
        rest = len(found) - _SHOWN
        _refuse(f"the audit trail is not whole{f'; {rest} more rows are wrong' if rest > 0 else ''}")
    typer.echo(f"In order: {head.seq} rows, ending with {head.seq}:{head.hash}")


def _torn(heads: Sequence[tuple[int, str]]) -> list[Flaw]:
    """Rows that were noted with more than one hash: who writes a chain anew leaves heads of it too."""
    from domain.hash_chain import Flaw

    hashes: dict[int, set[str]] = {}
    for number, digest in heads:
        hashes.setdefault(number, set()).add(digest)
    torn = sorted(number for number, told in hashes.items() if len(told) > 1)
    return [
        Flaw(number, "was noted with different hashes; the chain was written anew in between")
        for number in torn
    ]


def _heads(file: Path) -> list[tuple[int, str]]:
    """All heads that stand in a file, whatever is around them."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="--anchors") from error
    # Quoted-printable, as letters come: a line that is too long goes on after a "=" at its end.
    found = re.findall(
        r"(?<![0-9a-f])([1-9][0-9]{0,17}):([0-9a-f]{64})(?![0-9a-f])", re.sub(r"=\r?\n", "", text)
    )
    if not found:
        raise typer.BadParameter(f"{file}: holds no NUMBER:HASH", param_hint="--anchors")
    return [(int(number), digest) for number, digest in found]


_AMENDED = {"erased": "a person's data were erased", "pruned": "data were forgotten, as kept no longer"}


def _amendment(row: Row) -> str:
    """Which texts beside the chain an erasing or a pruning changed: nothing else may."""
    from domain.hash_chain import amended

    rows = sorted(amended(row))
    shown = ", ".join(map(str, rows[:_SHOWN])) + (
        f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    )
    beside = f"beside row{'s' if len(rows) > 1 else ''} {shown}" if rows else "beside no row"
    return f"row {row.seq}, {row.at[:16].replace('T', ' ')} UTC: {_AMENDED[row.cause]}, {beside}"


@audit.command()
def head() -> None:
    """Where the chain ends. Note it elsewhere from time to time: `verify --anchor` then finds a chain written anew."""
    with _journal() as (journal, _):
        end = journal.audit_head()
    typer.echo(f"{end.seq}:{end.hash}")


@audit.command()
def export(
    key: Annotated[
        str, typer.Argument(help="Key of a ticket or release; or source:id, when it was forgotten.")
    ],
    to: Annotated[Path | None, typer.Option("--to", help="Folder to write into.")] = None,
    language: AnswerLanguageOption = None,
) -> None:
    """An evidence pack: a page to read, JSON to check, and a verifier that needs nothing but Python.

    Examples:

    sluis audit export CHG-12

    sluis audit export REL-3 --to /srv/audit/REL-3 --language en
    """
    from bot import bootstrap
    from bot.audit.evidence_pack import Request, made, verifier_hash, write
    from bot.cli.os_account import account
    from bot.messages.i18n.speaker import Translator

    folder = to or Path(f"evidence-{key.replace(':', '-').replace('/', '-')}")
    with _journal() as (journal, loaded):
        packs = bootstrap.policy(loaded).packs
        tongue = language.value if language else loaded.bot.language
        speak = Translator(tongue, loaded.bot.zone, loaded.bot.terms)
        pack = made(journal, packs, Request(key, bootstrap.now(), account()), speak)
    if pack is None:
        _refuse(f"nothing is on record about {key}")
    try:
        write(pack, folder)
    except OSError as error:
        _refuse(f"{folder}: {error.strerror}")
    row = pack.content["seal"]["row"]
    typer.echo(f"{folder}: evidence.html, evidence.json, verify.py ({len(pack.content['rows'])} rows)")
    typer.echo(f"sealed by row {row['seq']}:{row['hash']}")
    typer.echo(f"SHA-256 of verify.py: {verifier_hash()}")


@audit.command()
def person(
    who: Annotated[
        list[str],
        typer.Argument(
            help="Exact name, or account ids of one person; with e-mail addresses and numbers of theirs."
        ),
    ],
    export: Annotated[
        bool, typer.Option("--export", help="All that is kept of them, as JSON on stdout.")
    ] = False,
    erase: Annotated[bool, typer.Option("--erase", help="Put a pseudonym in their place, for good.")] = False,
) -> None:
    """What is kept of a person. Erasing cannot be undone; the audit trail stays whole, and says that it was done.

    Erase them in Jira and ServiceNow first: what stands in a ticket there is read again. What may be theirs and may be
    somebody else's is listed: give those words to erase them too.

    Examples:

    sluis audit person "Dirk Peeters" --export

    sluis audit person 5b10a2844c20165700ede21g 5b10ac8d82e05b22cc7d4ef5 --erase

    sluis audit person 5b10a2844c20165700ede21g "d.peeters@example.org" "0470 12 34 56" --erase
    """
    from bot import bootstrap
    from bot.cli.personal_data import erased, exported, near_lines
    from bot.messages.i18n.speaker import Translator

    if export == erase:
        raise typer.BadParameter("give either --export or --erase")
    with _journal() as (journal, loaded):
        persona = _persona(journal, loaded, who)
        speak = Translator(loaded.bot.language, loaded.bot.zone, loaded.bot.terms)
        found = journal.found_of(persona)
        if erase and found.places:
            typer.echo("\n".join(erased(journal.erase(persona, bootstrap.now()), speak)))
            return
    if erase or not (found.places or found.kept):
        for line in near_lines(found.near, speak):
            typer.echo(line, err=True)
        _refuse(f"nothing is kept of {', '.join(who)}")
    answer = exported(persona, found)
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=not shows_unicode()) + "\n")


def _persona(journal: Journal, loaded: Settings, who: list[str]) -> Persona:
    """The person meant, with the accounts that an admin declared to be theirs. A name of several is refused."""
    from domain.pseudonym import Persona

    same = loaded.bot.same_accounts
    found = {account: names for words in who for account, names in journal.accounts(words).items()}
    # Several ids are given on purpose; one name may be that of several people.
    if len(who) == 1 and len({same.get(account, account) for account in found}) > 1:
        accounts = " ".join(sorted(found))
        _refuse(f"{who[0]} is the name of several accounts; give those of the person meant: {accounts}")
    theirs = {same.get(account, account) for account in found}
    ids = {*found, *(account for account, one in same.items() if one in theirs)}
    names = {name for account in ids for name in journal.accounts(account).get(account, ())}
    # Words that are no account and no name of one are looked for as they are: an address, a number, somebody unknown.
    return Persona(
        frozenset(ids), frozenset({*names, *(words for words in who if not journal.accounts(words))})
    )


@contextmanager
def _journal() -> Iterator[tuple[Journal, Settings]]:
    """The journal, beside a bot that may be running. Raises SettingsError."""
    from bot import logs
    from bot.journal import JournalError, open_journal
    from bot.settings.load import SettingsError, load_settings

    loaded = load_settings()
    logs.configure("ERROR")
    try:
        journal = open_journal(loaded.bot.database_url, exclusive=False)
    except JournalError as error:
        raise SettingsError([f"SLUIS_DATABASE_URL: {error}"]) from error
    try:
        yield journal, loaded
    finally:
        journal.close()


def _refuse(line: str) -> NoReturn:
    typer.echo(f"sluis: {line}", err=True)
    raise typer.Exit(1)
