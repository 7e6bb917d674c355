"""`.env.example`, generated from the settings: `make env-example` writes it, a test compares it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from datetime import time
from enum import Enum
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.settings.load import GROUPS, variables

_WIDTH = 110


def example() -> str:
    """The whole file: every variable with what it means, its default, and an example where it has none."""
    parts = [
        "# Settings of Sluiswachter. Copy to .env, take away the # and fill in. A line shows the default, or an\n"
        "# example where there is none.\n"
        "# Any variable can be given as VARIABLE_FILE=/path instead: then the file's content is taken."
    ]
    for group in GROUPS.values():
        title = (group.__doc__ or "").strip().splitlines()[0]
        parts.append(f"# --- {title}\n\n" + "\n".join(_group(group)))
    return "\n\n".join(parts) + "\n"


def _group(group: type[Any]) -> Iterator[str]:
    for name, field in variables(group):
        yield textwrap.fill(field.description or "", _WIDTH, initial_indent="# ", subsequent_indent="# ")
        yield from (f"#{line}" for line in _assignments(name, field))


def _assignments(name: str, field: FieldInfo) -> list[str]:
    """The default where there is one, else the examples; a mapping is one variable per entry."""
    default = _shown(field.get_default(call_default_factory=True))
    if default:
        return [f"{name}={default}"]
    lines: list[str] = []
    for one in field.examples or [""]:
        if isinstance(one, dict):
            lines += [f"{name}__{key}={value}" for key, value in one.items()]
        else:
            # Of a setting that is many variables, an example is a whole line with the name of one.
            lines.append(str(one) if str(one).startswith(name) else f"{name}={one}")
    return lines


def _shown(value: object) -> str:
    # A secret has no default to show, and a mapping is shown by its examples.
    if value is None or isinstance(value, SecretStr | dict):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    sys.stdout.write(example())
