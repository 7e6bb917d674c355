"""The checks there are, a section of docs/packs.md: `python -m rules.checks_reference docs/packs.md` writes it anew."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rules.check_api import Check, OfNamedAssets
from rules.checks import CHECKS

BEGIN, END = "<!-- checks: generated -->", "<!-- end of checks -->"


def section() -> str:
    """Every check with what it asks, what its verdict is, and the parameters it takes."""
    return "\n".join(line for name, check in CHECKS.items() for line in _check(name, check))


def put_into(text: str) -> str:
    """A page with the section between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{section()}{END}{rest.partition(END)[2]}"


def _check(name: str, check: Check[Any]) -> Iterator[str]:
    module = inspect.getmodule(check.run)
    yield f"### `{name}`\n"
    yield f"{_plain(module.__doc__)} {_plain(check.run.__doc__)}\n"
    if issubclass(check.params, OfNamedAssets):
        yield "Asked of the assets that the ticket names, not of what depends on them.\n"
    if check.params.model_fields:
        yield f"{_plain(check.params.__doc__)}\n"
        for parameter, field in check.params.model_fields.items():
            # Pydantic takes the outermost annotation off, so that only the name tells a field from a text.
            kind = "a field" if parameter == "field" else _kind(field.annotation)
            yield f"- `{parameter}`: {kind}; {_default(field)}"
        yield ""


def _plain(docstring: str | None) -> str:
    return " ".join((docstring or "").split())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"otherwise {_value(field.get_default(call_default_factory=True))}"


def _value(default: object) -> str:
    if default in ((), None, "", {}):
        return "none"
    return "/".join(map(str, default)) if isinstance(default, tuple) else str(default).lower()


def _kind(annotation: Any) -> str:
    """What a parameter takes, in words."""
    origin, inside = get_origin(annotation), [a for a in get_args(annotation) if a is not Ellipsis]
    if origin is Annotated:
        return "a field" if inside[0] is str else _kind(inside[0])
    if origin in (tuple, frozenset, list):
        return f"a list, each {_kind(inside[0])}"
    if origin is dict:
        return f"a table from {_kind(inside[0])} to {_kind(inside[1])}"
    if origin is Literal:
        return f"one of {', '.join(map(str, inside))}"
    if inside:
        return " or ".join(_kind(part) for part in inside if part is not type(None))
    return _simple(annotation)


def _simple(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return f"one of {', '.join(str(one.value) for one in annotation)}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"with {', '.join(f'`{name}`' for name in annotation.model_fields)}"
    names = {bool: "true or false", int: "a whole number", str: "a name"}
    return names.get(annotation, "a value")


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(put_into(page.read_text(encoding="utf-8")), encoding="utf-8")
    if not sys.argv[1:]:
        sys.stdout.write(section())
