"""`sluis demo`: three local systems, a story told by real cycles in act mode, and what each person sees of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import requests
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot import bootstrap
from bot.cli.adf_text import adf_text
from bot.cli.interrupt import Interrupt
from bot.cycle.cycle import cycle
from bot.report import Report
from bot.settings.load import GROUPS, load_settings, prefix
from sandbox.town import Town
from sandbox.town_texts import WORDS


def run(*, keep: bool, language: str, pages: str) -> int:
    """Tell the story; with `keep`, leave the systems running until Ctrl-C. Gives the exit code."""
    folder = Path(pages).resolve()
    if refusal := _unspoken(language) or claim(folder):
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(f"sluis demo: {refusal}"))
        return 2
    console = Console(highlight=False)
    clock = _Clock()
    town = Town(folder, language, clock)
    try:
        _only(
            town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": language, "SLUIS_LOG_LEVEL": "ERROR"}, folder
        )
        done = Story(town, folder, console, clock).tell()
        _where_to_look(folder, console)
        if keep:
            _keep(town, folder, console)
        return max(report.exit_code for report in done)
    finally:
        town.stop()


def _unspoken(language: str) -> str:
    """Why a language cannot be had, or nothing: the town has texts of its own."""
    if language in WORDS:
        return ""
    return f"--language {language} is not spoken here: {' or '.join(sorted(WORDS))}"


def claim(folder: Path) -> str:
    """Make the folder the demo's, and empty of what an earlier demo made in it. Gives why not, or nothing.
    A folder that holds something and bears no mark of a demo is somebody's, and so is a file that the mark does not
    name: none of these is touched.
    """
    mark = folder / MARK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        marked = mark.is_file()
        made = set(mark.read_text("utf-8").splitlines()) if marked else set()
        others = {file.name for file in folder.iterdir()} - made - {MARK}
        if others and (not marked or others.intersection(_ALWAYS)):
            return f"--pages {folder} holds files that no demo left there: give an empty or a new folder"
        # Names alone: what is written there by hand must not lead out of the folder.
        for name in made & {Path(name).name for name in made}:
            (folder / name).unlink(missing_ok=True)
        mark.write_text("".join(f"{name}\n" for name in _ALWAYS), encoding="utf-8")
    except (OSError, UnicodeError) as error:
        return f"--pages {folder} cannot be used: {getattr(error, 'strerror', None) or 'its mark cannot be read'}"
    return ""


def _only(env: Mapping[str, str], folder: Path) -> None:
    """Forget every setting of this shell: a demo never speaks to anybody's real systems."""
    prefixes = tuple(prefix(group) for group in GROUPS.values())
    for name in [name for name in os.environ if name.upper().startswith(prefixes)]:
        del os.environ[name]
    os.environ.update(env)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)  # so that a .env of the working directory is not read either
    lines = [f"export {name}='{value}'" for name, value in env.items()]
    (folder / "env").write_text("\n".join(lines) + "\n", encoding="utf-8")


class _Clock:
    """Tells the hour of the story, which begins an hour ago and ends now: what overtakes what shows by the minute."""

    def __init__(self) -> None:
        self.behind = timedelta(hours=1)

    def __call__(self) -> datetime:
        return bootstrap.now() - self.behind

    def passes(self, minutes: int) -> None:
        """So many minutes go by, but never further than to now."""
        self.behind = max(self.behind - timedelta(minutes=minutes), timedelta())


class Story:
    """The chapters, each a thing people do, a cycle of the bot, and what is to be seen after it."""

    def __init__(self, town: Town, folder: Path, console: Console, clock: _Clock) -> None:
        self.town, self.folder, self.out, self.clock = town, folder, console, clock
        self.reports: list[Report] = []

    def tell(self) -> list[Report]:
        """All chapters."""
        town = self.town
        self._chapter(
            "1. One cycle over the open tickets", "The bot reads Jira and ServiceNow for the first time."
        )
        self._see_comment("1-held", town.change)
        self._see_note()
        self._see_channel("team-citizens", f"{town.change} ·")
        self._see_channel("privacy", "")
        self._chapter("2. Nothing changed", "A second cycle over the same tickets writes nothing.")
        self._chapter(
            "3. The test data is replaced, and nothing is tested again",
            f"In {town.change} the team changes the test data to synthetic. The tests ran on production data all the "
            "same, and what was approved and validated before is no longer what stands there. In ServiceNow the "
            "payment change gets a phased rollout, which its owner and the CAB approve again.",
            town.replace_test_data,
            town.choose_phased,
            town.approve_again,
        )
        self._see_comment("3-still-held", town.change)
        self._see_note()
        self._chapter(
            "4. The tests run again, and everybody approves after that",
            f"{town.change}: Nora Smet tests on the synthetic data, she and Lotte Claes validate the results; then the "
            "owner, the CAB and the DPO approve, each in the service desk.",
            town.test_again,
            town.sign_again,
            town.dpo_signs,
        )
        self._see_comment("4-let-through", town.change)
        self._see_channel("team-citizens", f"{town.change} ·")
        self.clock.passes(_BETWEEN)
        late = town.begin_unsigned()
        self._chapter(
            "5. Approved after the start",
            f"{late} was begun without the DPO, who approves it 15 hours later. That cannot be made good: it is told "
            "as a deviation, and nobody is asked for it.",
        )
        self._see_comment("5-late", late)
        self._chapter("6. A release is rolled out", f"{town.release} is in production.", town.roll_out)
        self._see_channel("operations", town.release)
        self._chapter(
            "7. It is fully operational", "Operations says so in the ticket.", town.goes_operational
        )
        self._see_channel("operations", town.release)
        return self.reports

    def _chapter(self, title: str, told: str, *deeds: Callable[[], None]) -> None:
        self.out.rule(f"[bold]{title}")
        self.out.print(told)
        for deed in deeds:
            self.clock.passes(_BETWEEN)
            deed()
        started = time.monotonic()
        with Interrupt() as interrupt:
            # Built anew for every cycle, as by `sluis sync`: what is remembered stands in the journal.
            ctx = bootstrap.build(load_settings(), self.clock, interrupt.told)
            try:
                report = cycle(ctx)
            finally:
                ctx.journal.close()
        if interrupt.told():
            raise KeyboardInterrupt
        self.reports.append(report)
        said = (
            ", ".join(f"{n} {what}" for what, n in report.delivered.items() if n and what in _TOLD)
            or "nothing"
        )
        self.out.print(f"→ one cycle, {time.monotonic() - started:.1f} s: {said}\n", style="dim")
        for problem in report.problems:
            self.out.print(Text(f"  ✗ {problem}", style="red"))

    def _see_comment(self, name: str, key: str) -> None:
        town = self.town
        issue = town.jira.issues[key]
        own = [c for c in issue.comments if c.author.name == "Sluiswachter"]
        title = f"Jira · comment in {key}" + (f" (comment {own[0].id}, {len(own)} in all)" if own else "")
        self._show(title, adf_text(own[0].body) if own else "no comment", "cyan")
        self._save(f"jira-{name}", f"{town.servers['jira'].url}/browse/{key}")

    def _see_note(self) -> None:
        town = self.town
        notes = town.servicenow.notes(town.payment)
        number = town.servicenow.row("change_request", town.payment)["number"]
        self._show(
            f"ServiceNow · newest work note in {number} ({len(notes)} in all)",
            notes[-1] if notes else "none",
            "green",
        )
        self._save(f"servicenow-{len(notes)}", f"{town.servers['servicenow'].url}/ticket/{number}")

    def _see_channel(self, channel: str, about: str) -> None:
        """The newest message of a channel with this in its first line, and its thread."""
        town = self.town
        place = town.channels[channel]
        for message in [m for m in town.slack.messages(place) if about in m.text.partition("\n")[0]][-1:]:
            replies = [reply.text for reply in town.slack.thread(place, message.ts) if reply.ts != message.ts]
            self._show(
                f"Slack · #{channel}",
                "\n".join([message.text, *(f"  ↳ {text}" for text in replies)]),
                "magenta",
            )
        self._save(f"slack-{channel}-{len(self.reports)}", f"{town.servers['slack'].url}/archives/{place}")

    def _show(self, title: str, text: str, colour: str) -> None:
        self.out.print(
            Panel(
                Text(text.strip()),
                title=title,
                title_align="left",
                border_style=colour,
                width=min(110, self.out.width),
            )
        )

    def _save(self, name: str, url: str) -> None:
        page = requests.get(url, timeout=10)
        # Named before it is there, so that it is known for the demo's own whatever comes between.
        with (self.folder / MARK).open("a", encoding="utf-8") as mark:
            mark.write(f"{name}.html\n")
        (self.folder / f"{name}.html").write_text(page.text, encoding="utf-8")


MARK = ".sluis-demo"
"""The file that tells that a folder is a demo's own, and which files in it are."""

_ALWAYS = ("sluis.db", "sluis.db-wal", "sluis.db-shm", "sluis.db.lock", "assets.csv", "env")
"""What a demo makes beside its pages."""

_BETWEEN = 5
"""Minutes between two things that people do."""

_TOLD = ("created", "updated", "removed", "adopted")


def _where_to_look(folder: Path, console: Console) -> None:
    console.rule("[bold]Where to look")
    console.print(f"The pages as people see them, in {folder}:")
    for page in sorted(folder.glob("*.html")):
        console.print(f"  {page.name}")


def _keep(town: Town, folder: Path, console: Console) -> None:
    """Leave everything running, with how to play with it, until Ctrl-C."""
    console.print("\nStill running; Ctrl-C ends it.")
    for name, server in town.servers.items():
        console.print(f"  {name:11} {server.url}")
    console.print(f"\nIn another shell:\n  . {folder / 'env'}")
    for command in (f"check {town.change}", f"explain {town.change} ICR-17", "sync", "doctor"):
        console.print(f"  sluis {command}")
    with Interrupt() as interrupt:
        while not interrupt.told():
            time.sleep(0.2)
