"""Reading YAML that people write: refused early, with one line per problem and the nearest known name."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rules.names import unknown


class PolicyError(Exception):
    """Files cannot be used as they are. `problems` and `str()` hold one line per problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML that refuses a key written twice, instead of quietly taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for place, (key, _) in enumerate(node.value):
            if key.value in keys[:place]:
                raise yaml.MarkedYAMLError(problem=f'"{key.value}" twice', problem_mark=key.start_mark)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def parse(file: Traversable) -> Any:
    """What a file holds. Raises PolicyError for one that cannot be read or is no YAML."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" line {mark.line + 1}" if mark else ""
        raise PolicyError([f"{file.name}:{where} {error.problem}"]) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no text that YAML can read"
        raise PolicyError([f"{file.name}: {reason}"]) from None


def problems(error: ValidationError) -> Iterator[ErrorDetails]:
    """What is wrong, without "too short" for a list whose items were themselves refused."""
    found = error.errors()
    for problem in found:
        depth = len(problem["loc"])
        inside = (other["loc"] for other in found if len(other["loc"]) > depth)
        if problem["type"] != "too_short" or problem["loc"] not in (loc[:depth] for loc in inside):
            yield problem


def told(problem: ErrorDetails, keys: Iterable[str]) -> str:
    """What is wrong, in one line; a name that is not known comes with the nearest known one."""
    match problem["type"]:
        case "extra_forbidden":
            return unknown("key", str(problem["loc"][-1]), keys)
        case "enum" | "literal_error":
            known = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
            return unknown("name", str(problem["input"]), known)
        case "missing":
            return "is missing"
        case _:
            return str(problem["msg"]).removeprefix("Value error, ")
