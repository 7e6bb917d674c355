"""`sluis demo`: three local systems, a story told by real cycles in act mode, and what each person sees of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
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


def run(*, keep: bool, language: str, pages: str) -> int:
    """Tell the story; with `keep`, leave the systems running until Ctrl-C. Gives the exit code."""
    folder = Path(pages).resolve()
    _clean(folder)
    console = Console(highlight=False)
    town = Town(folder, language)
    try:
        _only(
            town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": language, "SLUIS_LOG_LEVEL": "ERROR"}, folder
        )
        done = Story(town, folder, console).tell()
        _where_to_look(folder, console)
        if keep:
            _keep(town, folder, console)
        return max(report.exit_code for report in done)
    finally:
        town.stop()


def _clean(folder: Path) -> None:
    """Remove what an earlier demo left in its folder, and only that."""
    for pattern in ("*.html", "sluis.db*", "assets.csv", "env"):
        for file in folder.glob(pattern):
            file.unlink()


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


class Story:
    """The chapters, each a thing people do, a cycle of the bot, and what is to be seen after it."""

    def __init__(self, town: Town, folder: Path, console: Console) -> None:
        self.town, self.folder, self.out = town, folder, console
        self.reports: list[Report] = []
        self.links: dict[str, str] = {}

    def tell(self) -> list[Report]:
        """All chapters."""
        town = self.town
        self._chapter(
            "1. One cycle over the open tickets", "The bot reads Jira and ServiceNow for the first time."
        )
        self._see_comment("1-held")
        self._see_note()
        self._see_channel("team-citizens", f"{town.change} ·")
        self._see_channel("privacy", "")
        self._chapter("2. Nothing changed", "A second cycle over the same tickets writes nothing.")
        self._chapter(
            "3. The DPO signs, the test data is replaced",
            f"Dina Peeters approves {town.change} in the service desk; the team replaces the test data; "
            "the payment change gets a phased rollout, which its owner and the CAB approve again.",
            town.replace_test_data,
            town.dpo_signs,
            town.choose_phased,
            town.approve_again,
        )
        self._see_comment("3-let-through")
        self._see_note()
        self._see_channel("team-citizens", f"{town.change} ·")
        self._chapter("4. A release is rolled out", f"{town.release} is in production.", town.roll_out)
        self._see_channel("operations", town.release)
        self._chapter(
            "5. It is fully operational", "Operations says so in the ticket.", town.goes_operational
        )
        self._see_channel("operations", town.release)
        return self.reports

    def _chapter(self, title: str, told: str, *deeds: Callable[[], None]) -> None:
        self.out.rule(f"[bold]{title}")
        self.out.print(told)
        for deed in deeds:
            deed()
        started = time.monotonic()
        with Interrupt() as interrupt:
            # Built anew for every cycle, as by `sluis sync`: what is remembered stands in the journal.
            ctx = bootstrap.build(load_settings(), stop=interrupt.told)
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

    def _see_comment(self, name: str) -> None:
        town = self.town
        issue = town.jira.issues[town.change]
        own = [c for c in issue.comments if c.author.name == "Sluiswachter"]
        title = f"Jira · comment in {town.change}" + (
            f" (comment {own[0].id}, {len(own)} in all)" if own else ""
        )
        self._show(title, adf_text(own[0].body) if own else "no comment", "cyan")
        self._save(f"jira-{name}", f"{town.servers['jira'].url}/browse/{town.change}")

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
        (self.folder / f"{name}.html").write_text(page.text, encoding="utf-8")


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
