"""An organisation's own packs, beside the norms: they may add rules, and tighten a norm's; never loosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import ValidationError

from rules.loading.loader import (
    KEYS,
    Pack,
    Rule,
    known_packs,
    load_packs,
    overlaps,
    parameter_problems,
    read_pack,
    taken_twice,
)
from rules.loading.names import unknown
from rules.loading.schema import BESIDE
from rules.loading.tighten import loosened, merged
from rules.loading.yaml_files import PolicyError, at_place, parse, placed, problems, told, with_lines_of

_A_DAY = timedelta(days=1)
_REFUSED = "loosening a norm needs a waiver, not a pack"


def load_all(names: Sequence[str], own: Traversable | None) -> tuple[Pack, ...]:
    """The named norms with an organisation's own folder of packs, if there is one: all its packs are added, and
    those that extend a norm in use tighten it. Raises PolicyError with everything that is wrong.
    """
    norms = load_packs(names)
    if own is None:
        return norms
    return _added(norms, _files(own))


def checked(file: Traversable, norms: Sequence[Pack]) -> tuple[Pack, ...]:
    """One file of an organisation beside the norms. Raises PolicyError with a line per problem."""
    return _added(norms, [file])


def _files(own: Traversable) -> list[Traversable]:
    try:
        found = sorted((f for f in own.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    except OSError as error:
        raise PolicyError(
            [f"{own}: {error.strerror or 'cannot be read'}; name a folder with packs"]
        ) from None
    return [file for file in found if file.is_file()]


def _added(norms: Sequence[Pack], files: Iterable[Traversable]) -> tuple[Pack, ...]:
    """Norms and own packs; those that stand on their own come before those that extend them."""
    found: list[str] = []
    packs = list(norms)
    raws = list(_parsed(files, found))
    # An extension may be of another own pack, which must be there by then.
    for name, raw in sorted(raws, key=lambda item: _extends(item[1]) is not None):
        try:
            packs = _extended(name, raw, packs) if _extends(raw) else [*packs, _own(name, raw, norms)]
        except PolicyError as error:
            found.extend(error.problems)
    found.extend(_with_line(dict(raws), problem) for problem in taken_twice(packs))
    found.extend(_days_twice(packs))
    if found:
        raise PolicyError(found)
    return tuple(packs)


def _with_line(raws: Mapping[str, Any], problem: str) -> str:
    """A problem with the id of a rule, with the last line on which a file of the organisation has that id."""
    name, rule_id, rest = problem.split(": ", 2)
    rules = raws[name].get("rules") or () if name in raws else ()
    # The last, since of an id that is there twice the second is the one too many.
    place = max((n for n, rule in enumerate(rules) if rule.get("id") == rule_id), default=None)
    if place is None:
        return problem
    return f"{placed(name, raws[name], ('rules', place, 'id'))}: {rule_id}: {rest}"


def _parsed(files: Iterable[Traversable], found: list[str]) -> Iterator[tuple[str, Any]]:
    for file in files:
        try:
            yield file.name, parse(file)
        except PolicyError as error:
            found.extend(error.problems)


def _extends(raw: Any) -> str | None:
    return str(raw["extends"]) if isinstance(raw, Mapping) and raw.get("extends") else None


def _own(name: str, raw: Any, norms: Sequence[Pack]) -> Pack:
    pack = read_pack(name, raw)
    # Of a norm that is not in use too: the day it is switched on, the two would clash.
    if pack.id in {*known_packs(), *(norm.id for norm in norms)}:
        told = f'"{pack.id}" is the name of a norm; take another and write "extends: {pack.id}"'
        raise PolicyError([f"{placed(name, raw, ['id'])}: {told}"])
    return pack


def _extended(name: str, raw: Mapping[str, Any], packs: Sequence[Pack]) -> list[Pack]:
    """All packs with one extension worked in: its tightened rules in the pack they are of, its new rules beside
    them. An extension of a norm that is not in use does nothing.
    """
    base = _base(name, raw, packs)
    if not base:
        return list(packs)
    given = _given(name, raw)
    present = {rule.id for pack in base for rule in pack.rules}
    tightening = {rule_id: rule for rule_id, rule in given.items() if rule_id in present}
    header = {key: value for key, value in raw.items() if key != "extends"}
    adding = [rule for rule_id, rule in given.items() if rule_id not in present]
    # The head of the file must be right also where it adds nothing: any rule stands in for those it lacks.
    first = base[0].rules[0].model_dump(mode="json", by_alias=True, exclude_unset=True)
    pack = read_pack(name, with_lines_of(raw, {**header, "rules": adding or [first]}))
    whole = [
        part for one in packs for part in (_tightened(name, one, pack, tightening) if one in base else (one,))
    ]
    # New rules stand in a pack of their own: the norm keeps its citation for what is its own.
    return [*whole, pack] if adding else whole


def _base(name: str, raw: Mapping[str, Any], packs: Sequence[Pack]) -> list[Pack]:
    """The editions that are in use of the norm it extends. Raises PolicyError when there is no such norm at all."""
    target = str(raw["extends"])
    known = {*known_packs(), *(pack.id for pack in packs)}
    if target not in known:
        raise PolicyError([f"{placed(name, raw, ['extends'])}: extends: {unknown('pack', target, known)}"])
    return [pack for pack in packs if pack.id == target]


def _given(name: str, raw: Mapping[str, Any]) -> dict[object, Any]:
    """The rules of the file by id; one that is none stands under its place, to be refused there."""
    rules = raw.get("rules")
    given: dict[object, Any] = {}
    for place, rule in enumerate(rules if isinstance(rules, list) else ()):
        rule_id = rule.get("id", place) if isinstance(rule, Mapping) else place
        if rule_id in given:
            raise PolicyError([f"{placed(name, raw, ('rules', place))}: {rule_id}: is written twice"])
        given[rule_id] = rule
    return given


def _tightened(name: str, norm: Pack, own: Pack, given: Mapping[Any, Mapping[str, Any]]) -> Iterator[Pack]:
    """The norm before, while and after the own pack is in force, as editions of their own."""
    found: list[str] = []
    rules = tuple(
        _rule(name, rule, own, given[rule.id], found) if rule.id in given else rule for rule in norm.rules
    )
    if found:
        raise PolicyError(found)
    starts = max(norm.effective_from, own.effective_from)
    ends = min(filter(None, (norm.effective_until, own.effective_until)), default=None)
    if not given or (ends is not None and ends < starts):
        yield norm
        return
    if norm.effective_from < starts:
        yield norm.model_copy(update={"effective_until": starts - _A_DAY})
    yield norm.model_copy(update={"effective_from": starts, "effective_until": ends, "rules": rules})
    # After the last day of the calendar there is nothing left to be in force.
    if ends is not None and ends not in (norm.effective_until, date.max):
        yield norm.model_copy(update={"effective_from": ends + _A_DAY})


def _rule(name: str, norm: Rule, own: Pack, given: Mapping[str, Any], found: list[str]) -> Rule:
    """The rule as the own pack has it, cited with both; what is wrong with it goes to `found`."""
    raw = merged(norm, given)
    raw["section"] = f"{norm.section}{BESIDE}{own.cite}"
    try:
        rule = Rule.model_validate(raw)
    except ValidationError as error:
        found.extend(
            f"{placed(name, given, problem['loc'])}: "
            f"{'.'.join(map(str, (norm.id, *problem['loc'])))}: {told(problem, KEYS)}"
            for problem in problems(error)
        )
        # Goes on with the norm's rule, so that all that is wrong in the files is told at once.
        return norm
    wrong = list(parameter_problems(rule))
    # Parameters that the check refuses cannot be compared with those of the norm.
    lines = wrong or [f"{line}; {_REFUSED}" for line in loosened(norm, rule)]
    if "section" in given:
        lines.append("section: is the norm's, and cannot be changed")
    found.extend(f"{at_place(name, given, line)}: {norm.id}.{line}" for line in lines)
    return rule


def _days_twice(packs: Sequence[Pack]) -> Iterator[str]:
    for pack_id in dict.fromkeys(pack.id for pack in packs):
        editions = sorted((p for p in packs if p.id == pack_id), key=lambda p: p.effective_from)
        yield from overlaps(editions)
