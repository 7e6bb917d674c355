"""Reading YAML that people write: refused early, with one line per problem and the nearest known name."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rules.loading.names import unknown


class PolicyError(Exception):
    """Files cannot be used as they are. `problems` and `str()` hold one line per problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Mapped(dict[Any, Any]):
    """A mapping of a file that knows the line on which it begins, and that of each key; counted from 1."""

    line: int
    lines: Mapping[Hashable, int]


class Listed(list[Any]):
    """A list of a file that knows the line on which it begins, and that of each item."""

    line: int
    lines: Mapping[Hashable, int]


# The loader in C is much faster, and not in every build of PyYAML.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML that refuses a key written twice, instead of quietly taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for place, (key, _) in enumerate(node.value):
            if key.value in keys[:place]:
                raise yaml.MarkedYAMLError(problem=f'"{key.value}" twice', problem_mark=key.start_mark)
        mapping = Mapped(super().construct_mapping(node, deep))
        mapping.line = _line(node)
        mapping.lines = {self.construct_object(key, True): _line(key) for key, _ in node.value}
        return mapping


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _mapped(loader: _Loader, node: yaml.MappingNode) -> Any:
    # PyYAML fills a mapping after it has handed it out; what is copied here must be whole.
    return loader.construct_mapping(node, deep=True)


def _listed(loader: _Loader, node: yaml.SequenceNode) -> Any:
    listed = Listed(loader.construct_sequence(node, deep=True))
    listed.line = _line(node)
    listed.lines = dict(enumerate(map(_line, node.value)))
    return listed


_Loader.add_constructor("tag:yaml.org,2002:map", _mapped)
_Loader.add_constructor("tag:yaml.org,2002:seq", _listed)


def placed(name: str, raw: Any, path: Iterable[Hashable]) -> str:
    """The name of a file with the line of a place in it, as far down as the file goes there. `path` are the keys and
    positions that lead from `raw` to it; what was not read from a file has no lines.
    """
    line = getattr(raw, "line", None)
    for step in path:
        try:
            below = raw[step]
        except (LookupError, TypeError):
            break
        line = getattr(raw, "lines", {}).get(step) or getattr(below, "line", line)
        raw = below
    return f"{name}: line {line}" if line else name


def with_lines_of(raw: Any, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Other values for a mapping of a file, whose keys stay on their lines."""
    if not isinstance(raw, Mapped):
        return values
    made = Mapped(values)
    made.line, made.lines = raw.line, raw.lines
    return made


def at_place(name: str, raw: Any, problem: str) -> str:
    """A problem that begins with its place, such as "with.fields.0: unknown field", with the line of that place."""
    path = re.split(r"[:;]", problem)[0].split(".")
    return placed(name, raw, (int(step) if step.isdigit() else step for step in path))


def parse(file: Traversable) -> Any:
    """What a file holds. Raises PolicyError for one that cannot be read or is no YAML."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" line {mark.line + 1}" if mark else ""
        raise PolicyError([f"{file.name}:{where} {error.problem}"]) from None
    except OSError as error:
        raise PolicyError([f"{file.name}: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise PolicyError([f"{file.name}: is not UTF-8; save it as UTF-8"]) from None
    except yaml.YAMLError:
        raise PolicyError([f"{file.name}: is no text that YAML can read"]) from None
    # Of a date like 2024-13-40, which YAML takes for one, or of a number with thousands of digits.
    except ValueError:
        raise PolicyError(
            [f"{file.name}: holds a date or number that cannot be; put it in quotes, or correct it"]
        ) from None


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
            # Pydantic tells what it expected in one text, with the names in quotes.
            known = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
            return unknown("name", str(problem["input"]), known)
        case "missing":
            return "is missing"
        case _:
            return str(problem["msg"]).removeprefix("Value error, ")
