"""The map of packages in ARCHITECTURE.md: `python -m tests.package_map ARCHITECTURE.md` writes it anew.

It is made of what each package says of itself: what it is, what belongs in it and what does not.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOUSE = ("bot", "rules", "connectors", "domain", "sandbox")
BEGIN, END = "<!-- packages: generated -->", "<!-- end of packages -->"
BELONGS = "Belongs here: "


def packages(root: Path = ROOT) -> dict[str, str]:
    """Every package of ours with its docstring, but for the revisions of the schema, which are a list."""
    files = [file for name in HOUSE for file in sorted((root / name).rglob("__init__.py"))]
    return {
        file.parent.relative_to(root).as_posix(): ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        for file in files
        if "migrations" not in file.parts
    }


def table(told: dict[str, str]) -> str:
    """A row per package: its first paragraph, and the one on what belongs there."""
    return "\n".join(_rows(told)) + "\n"


def _rows(told: dict[str, str]) -> Iterator[str]:
    yield "| package | what it is | what belongs there, and what does not |"
    yield "|---|---|---|"
    for name, docstring in told.items():
        what, *more = (" ".join(part.split()) for part in docstring.split("\n\n"))
        belongs = next((part for part in more if part.startswith(BELONGS)), "")
        yield f"| `{name}/` | {what} | {belongs.removeprefix(BELONGS)} |"


def put_into(text: str) -> str:
    """A page with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table(packages())}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(put_into(page.read_text(encoding="utf-8")), encoding="utf-8")
