"""The project's documents, as tests read them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What tools leave behind (.venv, .contract-slack) begins with a dot.
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for pattern in ("*.md", "[!.]*/**/*.md") for path in ROOT.glob(pattern)
)
TEXTS = {path: (ROOT / path).read_text(encoding="utf-8") for path in DOCUMENTS}

FENCED = re.compile(r"```.*?```", re.DOTALL)
CODE = re.compile(r"`[^`]*`")


def prose(text: str) -> str:
    """A document without its blocks of code."""
    return FENCED.sub("", text)
