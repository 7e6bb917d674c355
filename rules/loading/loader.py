"""How packs are loaded: refused early, with one line per problem. What a pack may say is in `rules.loading.schema`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from rules.check_api import Params
from rules.checks import CHECKS
from rules.condition import Condition
from rules.loading.names import unknown
from rules.loading.schema import MATERIAL, Applies, Item, Later, Pack, Rule, Stage, Title
from rules.loading.yaml_files import PolicyError, at_place, parse, placed, problems, told
from rules.waived_by import WaivedBy

__all__ = [
    "KEYS",
    "MATERIAL",
    "PACKS",
    "Applies",
    "Item",
    "Later",
    "Pack",
    "PolicyError",
    "Rule",
    "Stage",
    "Title",
    "in_force",
    "known_packs",
    "load_editions",
    "load_file",
    "load_packs",
    "overlaps",
    "parameter_problems",
    "read_pack",
    "taken_twice",
]

# As a resource of the package, so that the packs are found wherever it is installed.
PACKS = files("rules") / "packs"


def load_packs(names: Sequence[str], folder: Traversable = PACKS) -> tuple[Pack, ...]:
    """All editions of the named packs, in the order given. Raises PolicyError with everything that is wrong."""
    found: list[str] = []
    packs: list[Pack] = []
    for name in dict.fromkeys(names):
        try:
            packs.extend(load_editions(name, folder))
        except PolicyError as error:
            found.extend(error.problems)
    # Findings, waivers and reports go by the id alone.
    found.extend(taken_twice(packs))
    if found:
        raise PolicyError(found)
    return tuple(packs)


def known_packs(folder: Traversable = PACKS) -> tuple[str, ...]:
    """Ids of the packs in a folder, in order; further editions (`id@version.yaml`) count under their id."""
    return tuple(dict.fromkeys(_pack_id(f.name) for f in _yaml_files(folder)))


def load_editions(name: str, folder: Traversable = PACKS) -> tuple[Pack, ...]:
    """Every edition of one pack, oldest first: `name.yaml` and `name@version.yaml`. Raises PolicyError."""
    if name not in known_packs(folder):
        raise PolicyError([unknown("pack", name, known_packs(folder))])
    found: list[str] = []
    editions: list[Pack] = []
    for file in (f for f in _yaml_files(folder) if _pack_id(f.name) == name):
        try:
            editions.append(load_file(file))
        except PolicyError as error:
            found.extend(error.problems)
    # File names sort by version as text, where 10 comes before 9.
    editions.sort(key=lambda pack: pack.effective_from)
    # With an edition refused, it cannot be told which days the others leave or share.
    if found := found or list(overlaps(editions)):
        raise PolicyError(found)
    return tuple(editions)


def load_file(file: Traversable) -> Pack:
    """One edition of one pack. Raises PolicyError with a line per problem."""
    return read_pack(file.name, parse(file))


def read_pack(filename: str, raw: Any) -> Pack:
    """A pack from what its file holds. Raises PolicyError with a line per problem."""
    try:
        pack = Pack.model_validate(raw)
    except ValidationError as error:
        raise PolicyError(list(_lines(filename, raw, error))) from None
    # What parameters may be depends on the check, so the schema keeps them as written and they are looked at here.
    found = [
        f"{at_place(filename, raw['rules'][place], line)}: {rule.id}.{line}"
        for place, rule in enumerate(pack.rules)
        for line in parameter_problems(rule)
    ]
    name, _, version = filename.removesuffix(".yaml").partition("@")
    # A pack is switched on by the name of its file and cited by its id; the two must not differ.
    if pack.id != name:
        found.append(
            f'{placed(filename, raw, ["id"])}: id: "{pack.id}" must be the name of the file, "{name}"'
        )
    if version and pack.version != version:
        where = placed(filename, raw, ["version"])
        found.append(f'{where}: version: "{pack.version}" must be the one in the file name, "{version}"')
    if found:
        raise PolicyError(found)
    return pack


def in_force(packs: Sequence[Pack], day: date) -> tuple[Pack, ...]:
    """The editions in force on a day: one of each pack at most."""
    return tuple(pack for pack in packs if pack.effective(day))


def _yaml_files(folder: Traversable) -> list[Traversable]:
    files_ = (f for f in folder.iterdir() if f.name.endswith(".yaml") and f.is_file())
    return sorted(files_, key=lambda f: f.name)


def _pack_id(filename: str) -> str:
    return filename.removesuffix(".yaml").partition("@")[0]


def overlaps(editions: Sequence[Pack]) -> Iterator[str]:
    """An edition must have ended before the next one begins, so that a day has one edition only."""
    for one, following in pairwise(editions):
        if one.effective(following.effective_from):
            yield (
                f"{one.id}: version {one.version} and version {following.version} are both in force on "
                f"{following.effective_from}; give the first an effective_until before that day"
            )


def parameter_problems(rule: Rule) -> Iterator[str]:
    """One line for everything that the rule's check does not take, by its place in the rule."""
    given = [("with", rule.check, rule.parameters)]
    if rule.later:
        given.append(("later.with", rule.later.check, rule.later.parameters))
    for place, check, parameters in given:
        params = CHECKS[check].params if check else Params
        try:
            params.model_validate(parameters)
        except ValidationError as error:
            for problem in problems(error):
                where = ".".join([place, *map(str, problem["loc"])])
                yield f"{where}: {told(problem, params.model_fields)}"


KEYS = tuple(
    field.alias or name
    for model in (Pack, Rule, Later, Applies, Condition, WaivedBy)
    for name, field in model.model_fields.items()
)
"""Every key that a pack file knows."""


def _lines(filename: str, raw: Any, error: ValidationError) -> Iterator[str]:
    for problem in problems(error):
        place = placed(filename, raw, problem["loc"])
        yield f"{place}: {_where(raw, problem['loc'])}: {told(problem, KEYS)}"


def _where(raw: Any, loc: tuple[int | str, ...]) -> str:
    """The place in the file, with a rule named by its id where it has one."""
    match loc:
        case ("rules", int(place), *rest):
            rule = raw["rules"][place]
            # The file is wrong, so that anything may stand in the place of a rule.
            name = rule.get("id") if isinstance(rule, dict) else None
            return ".".join(map(str, (name or f"rules.{place + 1}", *rest)))
        case _:
            return ".".join(map(str, loc)) or "the file"


def taken_twice(packs: Sequence[Pack]) -> Iterator[str]:
    """One line per rule id that another pack has too; editions of one pack share their ids."""
    seen: dict[str, str] = {}
    for pack in packs:
        here: set[str] = set()
        for rule in pack.rules:
            if rule.id in here or seen.setdefault(rule.id, pack.id) != pack.id:
                yield f"{pack.id}.yaml: {rule.id}: the id is taken already in {seen[rule.id]}.yaml"
            here.add(rule.id)
