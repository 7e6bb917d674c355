"""A run's report and the doctor's findings on the screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from bot.messages.explanation import Branch, plain_tree
from bot.report import Report
from domain.ports.connector import Diagnosis, Health
from rules.declarations import Standing
from rules.nothing_asked import WhyNothing

_SIGNS = {Health.OK: ("✓", "green"), Health.WARNING: ("!", "yellow"), Health.FAILED: ("✗", "red")}
_SHOWN = 40
_UNASKED = {
    WhyNothing.NO_NORM: "because no norm is switched on",
    WhyNothing.NOT_IN_FORCE: "because no norm was in force on their day",
    WhyNothing.NOT_ASKED: "because the norms ask nothing of such a ticket",
}


def show_report(done: Report, console: Console | None = None) -> None:
    """What was read, judged, said, held back, and what went wrong."""
    out = console or Console(highlight=False)
    seconds = (done.ended - done.started).total_seconds() if done.ended else 0
    out.print(f"{done.mode} run, {seconds:.1f} s", style="bold")
    for name, c in done.sources.items():
        whole = "" if c.complete else " — not read completely; what was said before stays as it is"
        out.print(
            f"  {name}: {c.listed} listed, {c.read} judged, {c.unchanged} unchanged, {c.failed} failed{whole}"
        )
    if done.verdicts:
        out.print(
            "  verdicts: " + ", ".join(f"{n} {verdict}" for verdict, n in sorted(done.verdicts.items()))
        )
    if undated := sum(done.undated.values()):
        out.print(
            f"  of {undated} met it cannot be seen whether they came in time; `sluis doctor` tells which right"
        )
    if unasked := +done.unasked:
        why = ", ".join(f"{n} {_UNASKED[WhyNothing(one)]}" for one, n in sorted(unasked.items()))
        out.print(
            f"  nothing asked of {unasked.total()} tickets, so they are not in order but not judged: {why}"
        )
    if done.unseen or done.unseen_untold:
        told = f"{done.unseen} judged, {done.unseen_untold} of before the bot began to act and not told"
        out.print(f"  made and closed between two looks: {told}")
    if done.delivered:
        said = ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in done.delivered.items() if n)
        out.print(f"  written outside: {done.writes}" + (f" ({said})" if said else ""))
    _show_attestations(done, out)
    _show_planned(done, out)
    for line in done.notes:
        # As Text, because rich takes square brackets in a plain string for markup.
        out.print(Text(f"  ! {line}", style="yellow"))
    for line in done.problems:
        out.print(Text(f"  ✗ {line}", style="red"))


def _show_attestations(done: Report, out: Console) -> None:
    for rule, standing in done.attestations.items():
        if standing != Standing.CURRENT:
            out.print(f"  {rule}: {standing}; record it in SLUIS_DECLARATIONS_FILE")


def _show_planned(done: Report, out: Console) -> None:
    if done.mode == "act" and not done.halted:
        return
    way = "it was too much at once" if done.halted else "SLUIS_MODE=act writes them"
    out.print(f"  would write {len(done.planned)} messages; nothing was written ({way})")
    for planned in done.planned[:_SHOWN]:
        out.print(Text(f"    {planned.ticket}: {planned.what} on {planned.where} ({planned.reason})"))
    if len(done.planned) > _SHOWN:
        out.print(f"    and {len(done.planned) - _SHOWN} more; all of them with --format json")


def show_tree(branch: Branch, console: Console | None = None) -> None:
    """A drawn tree on a terminal; indented lines in a file or a pipe."""
    out = console or Console(highlight=False)
    if out.is_terminal:
        out.print(_drawn(branch, Tree(Text(branch.text, style="bold"))))
    else:
        out.file.write(plain_tree(branch) + "\n\n")


def _drawn(branch: Branch, tree: Tree) -> Tree:
    for twig in branch.twigs:
        _drawn(twig, tree.add(Text(twig.text, style="" if not twig.twigs else "cyan")))
    return tree


def show_diagnoses(system: str, found: Iterable[Diagnosis], console: Console | None = None) -> None:
    """What was looked at in one system, a line each, with the fix below what is not right."""
    out = console or Console(highlight=False)
    out.print(f"\n{system}", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False)
    for one in found:
        sign, colour = _SIGNS[one.health]
        detail = Text(one.detail)
        if one.fix and one.health is not Health.OK:
            detail.append(f"\n→ {one.fix}", style="italic")
        table.add_row(Text(sign, style=colour), Text(one.about, style="bold"), detail)
    out.print(table)
