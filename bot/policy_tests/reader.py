"""Files with cases, read and refused early: one line per problem, with the place and the nearest known name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.policy_tests.facts import misread
from bot.policy_tests.schema import KEYS, Case, CaseFile
from rules.loading.loader import Pack
from rules.loading.names import unknown
from rules.loading.yaml_files import PolicyError, at_place, parse, placed, problems, told

_PUT_OVER = ("ticket", "roles", "service_hours")
"""Of these a case only says what differs from what the cases of the file have in common."""


@dataclass(frozen=True, slots=True)
class Read:
    """A file with cases that can be run."""

    name: str
    packs: tuple[str, ...]
    cases: tuple[Case, ...]
    raw: Any = field(default=None, repr=False, compare=False)


def is_case_file(raw: Any) -> bool:
    """Whether what a file holds is meant as cases, and not as a pack."""
    return isinstance(raw, Mapping) and "cases" in raw


def case_files(path: Path) -> list[Path]:
    """The file itself, or every YAML file in a folder and below. Raises PolicyError when there is none."""
    found = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    if not found or not all(file.is_file() for file in found):
        raise PolicyError([f"{path}: there are no files with cases (*.yaml)"])
    return found


def read_cases(file: Path) -> Read:
    """The cases of one file. Raises PolicyError with one line per problem."""
    return cases_of(file.name, parse(file))


def cases_of(name: str, raw: Any) -> Read:
    """The cases from what a file holds. Raises PolicyError with one line per problem."""
    try:
        whole = CaseFile.model_validate(raw)
    except ValidationError as error:
        raise PolicyError([f"{placed(name, raw, loc)}: {line}" for loc, line in _lines(error)]) from None
    cases: list[Case] = []
    found: list[str] = []
    for place, given in enumerate(whole.cases, 1):
        title = str(given.get("name") or f"case {place}")
        # Taken from what the file holds, which knows its lines; what pydantic made of it does not.
        own = raw["cases"][place - 1]
        try:
            case = Case.model_validate(_over(whole.common, given))
        except ValidationError as error:
            lines = _lines(error)
            found.extend(f"{placed(name, _part(raw, own, loc), loc)}: {title}: {line}" for loc, line in lines)
            continue
        found.extend(f"{at_place(name, own, line)}: {title}: {line}" for line in misread(case))
        cases.append(case)
    found.extend(f"{name}: {title}: is the name of two cases" for title in _twice(c.name for c in cases))
    if found:
        raise PolicyError(found)
    return Read(name, whole.packs, tuple(cases), raw)


def _part(raw: Any, own: Any, loc: Sequence[int | str]) -> Any:
    """Where something stands that is wrong with a case: in the case itself, or in what all cases share."""
    return raw["common"] if loc and loc[0] not in own and loc[0] in raw.get("common", ()) else own


def unknown_rules(read: Read, packs: Sequence[Pack]) -> Iterator[str]:
    """One line per requirement that a case expects something of and that no pack has."""
    known = {rule.id for pack in packs for rule in pack.rules}
    for place, case in enumerate(read.cases):
        for rule_id in case.expect:
            if rule_id not in known:
                where = placed(read.name, read.raw, ("cases", place, "expect", rule_id))
                yield f"{where}: {case.name}: expect: {unknown('rule', rule_id, known)}"


def _over(common: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**common, **given}
    for key in _PUT_OVER:
        if isinstance(common.get(key), Mapping) and isinstance(given.get(key), Mapping):
            merged[key] = {**common[key], **given[key]}
    return merged


def _lines(error: ValidationError) -> Iterator[tuple[tuple[int | str, ...], str]]:
    for problem in problems(error):
        # Pydantic adds "[key]" where the key itself is wrong; the place is the name before it.
        loc = tuple(step for step in problem["loc"] if step != "[key]")
        yield loc, f"{'.'.join(map(str, loc)) or 'the file'}: {told(problem, KEYS)}"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
