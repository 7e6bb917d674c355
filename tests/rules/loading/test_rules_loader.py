"""What a pack may not say, and how it is told: one line per problem."""

from __future__ import annotations

from datetime import date

import pytest
from build import unplaced

from rules.check_api import Params
from rules.checks import CHECKS
from rules.loading.loader import PolicyError, load_packs

GOOD = """\
id: mine
version: "1"
effective_from: 2026-01-01
document: {nl: Regels, en: Rules}
cite: Mine v1
rules:
  - id: MY-1
    title: {nl: Doe dit, en: Do this}
    section: §1
    applies: {from_class: 2, dimensions: [integrity]}
    gate: implement
    check: filled
    with: {fields: [package]}
"""


@pytest.fixture
def refused(tmp_path):
    """Write a pack with one replacement and give the problems it is refused with."""

    def refuse(old: str, new: str) -> list[str]:
        assert old in GOOD
        (tmp_path / "mine.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
        with pytest.raises(PolicyError) as caught:
            load_packs(["mine"], tmp_path)
        assert str(caught.value).splitlines() == list(caught.value.problems)
        return unplaced(caught.value.problems)

    return refuse


def test_a_good_pack_loads(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    (pack,) = load_packs(["mine", "mine"], tmp_path)
    (rule,) = pack.rules
    assert pack.cited(rule) == "Mine v1 §1"
    assert rule.params.model_dump() == {"fields": ("package",)}
    assert (rule.severity, rule.line, rule.rank) == ("required", "", 0)


@pytest.mark.parametrize(
    ("day", "until", "effective"),
    [
        (date(2025, 12, 31), "", False),
        (date(2026, 1, 1), "", True),
        (date(2026, 6, 30), "effective_until: 2026-06-30\n", True),
        (date(2026, 7, 1), "effective_until: 2026-06-30\n", False),
    ],
)
def test_when_a_pack_is_in_force(tmp_path, day, until, effective):
    (tmp_path / "mine.yaml").write_text(until + GOOD, encoding="utf-8")
    assert load_packs(["mine"], tmp_path)[0].effective(day) is effective


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("gate:", "gaet:", ["MY-1.gate: is missing", 'MY-1.gaet: unknown key "gaet", did you mean "gate"?']),
        ("cite: Mine", "sight: Mine", None),
        (
            "gate: implement",
            "gate: implment",
            ['MY-1.gate: unknown name "implment", did you mean "implement"?'],
        ),
        (
            "gate: implement",
            "gate: 7",
            [
                'MY-1.gate: unknown name "7", known: assess, authorize, canceled, closed, draft, implement, '
                "review, scheduled"
            ],
        ),
        ("check: filled", "check: filed", ['MY-1.check: unknown check "filed", did you mean "filled"?']),
        (
            "fields: [package]",
            "fields: [pakage]",
            ['MY-1.with.fields.0: unknown field "pakage", did you mean "package"?'],
        ),
        (
            "fields: [package]",
            "field: [package]",
            ["MY-1.with.fields: is missing", 'MY-1.with.field: unknown key "field", did you mean "fields"?'],
        ),
        (
            "[integrity]",
            "[integrty]",
            ['MY-1.applies.dimensions.0: unknown name "integrty", did you mean "integrity"?'],
        ),
        (
            "from_class: 2",
            "from_class: 6",
            ["MY-1.applies.from_class: Input should be less than or equal to 5"],
        ),
        (
            "from_class: 2, ",
            "",
            ["MY-1.applies: from_class and dimensions belong together"],
        ),
        (
            "{from_class: 2, dimensions: [integrity]}",
            "{}",
            ["MY-1.applies: give either any: true, or classes and/or a flag"],
        ),
        *(
            ("{from_class: 2, dimensions: [integrity]}", "{any: true, when: {" + when + "}}", [told])
            for when, told in (
                (
                    "field: pathc, is: true",
                    'MY-1.applies.when.field: unknown field "pathc", did you mean "patch"?',
                ),
                ("field: patch, is: maybe", "MY-1.applies.when: a yes/no field says true or false"),
                ("field: patch", "MY-1.applies.when: give one of filled: true, is and not"),
                (
                    "field: patch, is: true, not: false",
                    "MY-1.applies.when: give one of filled: true, is and not",
                ),
                (
                    "field: test_data, is: produktion",
                    'MY-1.applies.when: unknown value "produktion", did you mean "production"?',
                ),
                (
                    "field: supplier, is: Acme",
                    "MY-1.applies.when: only a choice or a yes/no field can be compared; use filled: true",
                ),
                (
                    "any: [{field: patch, is: true}]",
                    "MY-1.applies.when: give a field, an asset's attribute, or any or all of two conditions or more",
                ),
                (
                    "asset: supplier, is: Acme",
                    "MY-1.applies.when: give filled: true",
                ),
                ("field: patch, iss: true", 'MY-1.applies.when.iss: unknown key "iss", did you mean "is"?'),
            )
        ),
        (
            "{from_class: 2, dimensions: [integrity]}",
            "{flag: gdrp}",
            ['MY-1.applies.flag: unknown name "gdrp", did you mean "gdpr"?'],
        ),
        (
            "gate: implement",
            "gate: implement\n    item: reserved",
            ["MY-1: a rule has a check; what is reserved, attested or only reported has none"],
        ),
        (
            "gate: implement",
            "gate: implement\n    later: {gate: assess, check: contains_changes}",
            ["MY-1: later: its gate must come after that of the rule"],
        ),
        (
            "gate: implement",
            "gate: implement\n    later: {gate: closed, check: contains_changs}",
            ['MY-1.later.check: unknown check "contains_changs", did you mean "contains_changes"?'],
        ),
        (
            "gate: implement",
            "gate: implement\n    later: {gate: closed, check: filled, with: {fields: [risk]}}",
            ['MY-1.later.with.fields.0: unknown field "risk", did you mean "risks"?'],
        ),
        ("en: Do this", "en: " + "x" * 81, ["MY-1.title.en: String should have at most 80 characters"]),
        ("id: mine", "id: yours", ['id: "yours" must be the name of the file, "mine"']),
        ("section: §1", "section: §1\n    section: §2", [' line 10 "section" twice']),
        ("rules:", "rules: [", None),
        ("id: MY-1", "id: my one", None),
    ],
)
def test_what_is_refused(refused, old, new, problems):
    found = refused(old, new)
    assert all(line.startswith("mine.yaml:") and "\n" not in line for line in found)
    if problems is not None:
        assert [line.removeprefix("mine.yaml:").removeprefix(" ") for line in found] == [
            p.removeprefix(" ") for p in problems
        ]


def test_rubbish_instead_of_a_pack(tmp_path):
    (tmp_path / "mine.yaml").write_text("just words", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^mine\.yaml: the file: Input should be a valid dictionary"):
        load_packs(["mine"], tmp_path)


def test_a_rollout_strategy_that_is_none(refused):
    with_table = (
        "check: rollout_allowed\n    with: {allowed: [{from_class: 1, major: [phazed], minor: [pull]}]}"
    )
    assert refused("check: filled\n    with: {fields: [package]}", with_table) == [
        'mine.yaml: MY-1.with.allowed.0.major: unknown rollout strategy "phazed", did you mean "phased"?'
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("vo-irc", 'unknown pack "vo-irc", did you mean "vo-icr"?'),
        ("../vo-icr", 'unknown pack "../vo-icr", did you mean "vo-icr"?'),
        ("zzz", 'unknown pack "zzz", known: ibp-fo, keten-dap, patch, processes, vo-icr'),
    ],
)
def test_unknown_packs(name, told):
    with pytest.raises(PolicyError) as caught:
        load_packs(["vo-icr", name])
    assert str(caught.value).startswith(told)


def test_an_id_in_two_packs(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(GOOD.replace("id: mine", "id: other"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^other\.yaml: MY-1: the id is taken already in mine\.yaml$"):
        load_packs(["mine", "other"], tmp_path)


def test_all_problems_of_all_packs_are_told_at_once(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD.replace("gate: implement", "gate: x"), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_packs(["mine", "theirs"], tmp_path)
    assert len(caught.value.problems) == 2


def test_every_check_is_named_after_its_module_and_has_parameters():
    for name, check in CHECKS.items():
        assert check.run.__module__ == f"rules.checks.{name}"
        assert issubclass(check.params, Params)
