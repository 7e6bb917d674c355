"""What scripts and admins hold on to: the help of every command, and the rules as JSON."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
    "COLUMNS": "100",
    "TERMINAL_WIDTH": "100",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "TZ": "UTC",
}
"""All that the commands see: neither a terminal's width nor its colours, and no setting."""

HELP = """
from click import Group
from bot.cli import app
from typer.main import get_command

def show(command, path):
    print("$", *path, "--help")
    command.main([*path[1:], "--help"], prog_name="sluis", standalone_mode=False)

def walk(group, path):
    show(root, path)
    for name, command in getattr(group, "commands", {}).items():
        walk(command, [*path, name])

root = get_command(app)
walk(root, ["sluis"])
"""


def python(*arguments: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=ENVIRONMENT,
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_the_help_of_every_command(golden: Callable[[str, str], None], tmp_path: Path) -> None:
    said = python("-c", HELP, folder=tmp_path)
    assert [line for line in said.splitlines() if line.startswith("$ ")] == [
        f"$ {name} --help"
        for name in (
            "sluis",
            *("sluis demo", "sluis sync", "sluis allow", "sluis serve", "sluis health", "sluis doctor"),
            *("sluis report", "sluis check", "sluis explain", "sluis waive", "sluis measures", "sluis audit"),
            *("sluis audit verify", "sluis audit head", "sluis audit export", "sluis audit person"),
            *("sluis journal", "sluis journal backup", "sluis journal restore", "sluis journal put-back"),
            *("sluis rules", "sluis rules test", "sluis rules lint"),
        )
    ]
    golden("cli-help.txt", "\n".join(line.rstrip() for line in said.splitlines()) + "\n")


def test_the_rules_of_every_pack_and_edition(golden: Callable[[str, str], None], tmp_path: Path) -> None:
    packs = ",".join(sorted(path.stem for path in (ROOT / "rules" / "packs").glob("*.yaml")))
    assert packs == "ibp-fo,keten-dap,patch,processes,vo-icr"
    wanted = ("rules", "--packs", packs, "--all-editions", "--language", "en", "--format", "json")
    golden("rules.json", python("-m", "bot", *wanted, folder=tmp_path))
