"""An organisation's own packs: they add and tighten; what loosens a norm is refused, one line for each."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from build import complete, facts, subject, unplaced

from domain.lifecycle import State
from domain.people import Role
from rules.checks import CHECKS
from rules.deadlines import Deadlines
from rules.engine import evaluate
from rules.loading.loader import PolicyError, in_force
from rules.loading.overlay import load_all
from rules.loading.tighten import COUNTS, FIXED, LESS_ASKS_MORE, MORE_ASKS_MORE, OWN_CHOICE
from rules.rollout_table import RolloutTable
from rules.service_hours import HoursTable
from rules.waived_by import WaivedBy

HEAD = """\
id: our-city
{more}version: "1"
effective_from: 2026-01-01
document: {{nl: Onze regels, en: Our rules}}
cite: Our city v1
rules:
"""
NEW = """\
  - id: CITY-1
    title: {nl: Doe dit, en: Do this}
    section: §1
    applies: {any: true}
    gate: implement
    check: filled
    with: {fields: [package]}
"""


def load(tmp_path, rules: str, more: str = "extends: vo-icr\n", names=("vo-icr",)):
    (tmp_path / "our-city.yaml").write_text(HEAD.format(more=more) + rules, encoding="utf-8")
    return load_all(names, tmp_path)


def rule_of(packs, rule_id: str, day: date = date(2026, 3, 10)):
    return next(rule for pack in in_force(packs, day) for rule in pack.rules if rule.id == rule_id)


@pytest.mark.parametrize(
    ("since", "until", "editions"),
    [
        ("0001-01-01", "9999-12-31", [("2023-10-17", "9999-12-31")]),
        ("2026-01-01", "9999-12-31", [("2023-10-17", "2025-12-31"), ("2026-01-01", "9999-12-31")]),
        ("9999-12-31", "9999-12-31", [("2023-10-17", "9999-12-30"), ("9999-12-31", "9999-12-31")]),
        ("0001-01-01", "0001-01-01", [("2023-10-17", "None")]),
    ],
)
def test_a_pack_may_hold_from_the_first_to_the_last_day_of_the_calendar(tmp_path, since, until, editions):
    head = HEAD.replace("2026-01-01", f"{since}\neffective_until: {until}")
    (tmp_path / "our-city.yaml").write_text(
        head.format(more="extends: vo-icr\n") + "  - id: ICR-01\n    gate: draft\n"
    )
    packs = load_all(("vo-icr",), tmp_path)
    norm = [pack for pack in packs if pack.id == "vo-icr"]
    assert [(str(pack.effective_from), str(pack.effective_until)) for pack in norm] == editions


@pytest.mark.parametrize("more", ["", "extends: vo-icr\n"])
def test_rules_are_added(tmp_path, more):
    packs = load(tmp_path, NEW, more)
    (found,) = (f for f in evaluate(facts(), packs) if f.id == "CITY-1")
    assert (found.cite, found.pack, found.verdict) == ("Our city v1 §1", "our-city", "missing")


TIGHTER = [
    ("gate: draft", {"gate": State.DRAFT}),
    ("severity: required", {}),
    ("applies: {from_class: 1}", {}),
    ("title: {nl: Vraag het de CAB, en: Ask the CAB}", {}),
    ("with: {four_eyes: true}", {}),
    ("with: {roles: [cab, dpo]}", {}),
    ("with: {at_least: 2}", {}),
    ("with: {roles: [cab, dpo], at_least: {cab: 2}}", {}),
    ("applies: {dimensions: [confidentiality, integrity, availability]}", {}),
    ("applies: {kinds: [change, release, incident]}", {}),
    ("waived_by: {each: [cab, dpo]}", {"waived_by": WaivedBy(each=(Role.CAB, Role.DPO))}),
    ("waived_by: nobody", {"waived_by": WaivedBy(nobody=True)}),
]


@pytest.mark.parametrize(("own", "wanted"), TIGHTER)
def test_a_norm_is_tightened(tmp_path, own, wanted):
    rule = rule_of(load(tmp_path, f"  - id: ICR-11\n    {own}\n"), "ICR-11")
    assert rule.section == "§1.1 + Our city v1"
    assert {key: getattr(rule, key) for key in wanted} == wanted


def test_what_is_tightened_is_asked_and_judged_so(tmp_path):
    packs = load(
        tmp_path,
        "  - id: ICR-11\n    applies: {from_class: 2}\n"
        "  - id: ICR-02\n    with: {fields: [package, scripts]}\n"
        "  - id: ICR-01\n    with: {allowed: [{from_class: 1, major: [phased], minor: [phased]}]}\n",
    )
    low = subject(c=2, i=1)
    found = {f.id: f.verdict.value for f in evaluate(facts(subjects=(low,), package="R1"), packs)}
    assert (found["ICR-11"], found["ICR-02"]) == ("unknown", "missing")
    bang = evaluate(complete(rollout_strategy="big_bang", subjects=(low,)), packs)
    assert {f.id: f.verdict.value for f in bang}["ICR-01"] == "violated"


def test_a_norm_is_as_it_was_before_and_after_the_own_pack(tmp_path):
    more = "extends: vo-icr\neffective_until: 2026-12-31\n"
    packs = load(tmp_path, "  - id: ICR-11\n    gate: assess\n", more)
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [rule_of(packs, "ICR-11", day).gate.value for day in days] == [
        "implement",
        "assess",
        "assess",
        "implement",
    ]


@pytest.mark.parametrize(
    ("rule_id", "own"),
    [
        ("ICR-13", "cab"),
        ("ICR-13", "[change_manager]"),
        ("ICR-13", "{each: [cab, change_manager]}"),
        ("ICR-16", "{each: [owner, dpo]}"),
        ("ICR-16", "{each: [owner], gdpr: [dpo, cab]}"),
        ("ICR-16", "nobody"),
    ],
)
def test_who_may_waive_is_narrowed(tmp_path, rule_id, own):
    rule = rule_of(load(tmp_path, f"  - id: {rule_id}\n    waived_by: {own}\n"), rule_id)
    assert rule.exempted_by == WaivedBy.model_validate(yaml.safe_load(own))


def test_what_is_asked_of_no_ticket_is_waived_by_nobody(tmp_path):
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, "  - id: ICR-40\n    waived_by: [cab]\n")
    assert unplaced(caught.value.problems) == [
        "our-city.yaml: ICR-40: waived_by: no ticket is asked this, so there is nothing to waive"
    ]


WAIVER = "; loosening a norm needs a waiver, not a pack"


@pytest.mark.parametrize(
    ("rule_id", "own", "told"),
    [
        ("ICR-11", "gate: review", "gate: review comes after implement" + WAIVER),
        ("ICR-11", "severity: advice", "severity: the norm requires this, an advice is less" + WAIVER),
        ("ICR-11", "applies: {from_class: 4}", "applies.from_class: 4 is higher than 3" + WAIVER),
        (
            "ICR-11",
            "applies: {dimensions: [integrity]}",
            "applies.dimensions: leaves out some of confidentiality, integrity" + WAIVER,
        ),
        ("ICR-11", "applies: {flag: gdpr}", "applies.flag: asks it only of assets with gdpr" + WAIVER),
        ("ICR-11", "applies: {kinds: [release]}", "applies.kinds: leaves out change" + WAIVER),
        ("ICR-18", "with: {four_eyes: false}", "with.four_eyes: is switched off" + WAIVER),
        ("ICR-18", "with: {roles: [dpo]}", "with.roles: leaves out cab" + WAIVER),
        ("ICR-11", "with: {at_least: 0}", None),
        ("ICR-11", "with: {at_least: {dpo: 2}}", None),
        ("ICR-03", "with: {fields: [build_doc, install_doc, test_plan, procedures, scripts]}",
         "with.fields: leaves out fallback_plan" + WAIVER),
        ("ICR-20", "with: {hours: {1: 5x10, 4: 24x7}}", "with.hours: fewer hours at class 3" + WAIVER),
        (
            "ICR-20",
            "with: {hours: {2: 5x10, 3: 24x7}}",
            "with.hours: fewer hours at class 1" + WAIVER,
        ),
        ("ICR-05", "with: {field: tested_in_production}", "with.field: cannot be changed" + WAIVER),
        ("ICR-51", "applies: {when: {field: pilot_scope, filled: true}}",
         "applies.when: asks it on another condition" + WAIVER),
        ("ICR-11", 'gate: "-"', "gate: none comes after implement" + WAIVER),
        ("ICR-54", "with: {done: [risks_mitigated, interruptions, component_order]}",
         "with.done: leaves out target_ready" + WAIVER),
        ("ICR-11", "rank: 9", "rank: cannot be changed" + WAIVER),
        ("ICR-11", "check: filled\n    with: {fields: [package], roles: [cab]}", None),
        ("ICR-11", "gaet: review", 'gaet: unknown key "gaet", did you mean "gate"?'),
        ("ICR-11", "section: §9", "section: is the norm's, and cannot be changed"),
        ("ICR-11", "waivable: {field: patch, is: true}", "waivable: cannot be changed" + WAIVER),
        ("ICR-11", "waived_by: [cab, dpo]", "waived_by: no exception of cab is asked any more" + WAIVER),
        ("ICR-11", "waived_by: [change_manager]", "waived_by: no exception of cab is asked any more" + WAIVER),
        ("ICR-13", "waived_by: [operations, cab]",
         "waived_by: no exception of cab or change_manager is asked any more" + WAIVER),
        ("ICR-16", "waived_by: [owner]", "waived_by: no exception of dpo is asked any more" + WAIVER),
        ("ICR-16", "waived_by: {each: [owner]}", "waived_by: no exception of dpo is asked any more" + WAIVER),
        ("ICR-11", "waived_by: [kab]", 'waived_by.any.0: unknown role "kab", did you mean "cab"?'),
        ("ICR-11", "waived_by: []",
         "waived_by: give a list of roles, each: with or without gdpr:, or nobody"),
        ("ICR-11", "waived_by: {gdpr: [dpo]}",
         "waived_by: give a list of roles, each: with or without gdpr:, or nobody"),
        ("ICR-11", "waived_by: {eahc: [cab]}", 'waived_by.eahc: unknown key "eahc", did you mean "each"?'),
        ("ICR-11", "later: {gate: closed, check: contains_changes}", "later: cannot be changed" + WAIVER),
        ("ICR-42", "with: {valid_days: 400}", "with.valid_days: 400 is longer than 365" + WAIVER),
        ("ICR-42", "with: {rule: ICR-11}", "with.rule: cannot be changed" + WAIVER),
        ("ICR-12", "with: {stakeholders: false}", "with.stakeholders: is switched off" + WAIVER),
        ("ICR-12", "with: {stage: 2}", "with.stage: cannot be changed" + WAIVER),
        ("ICR-11", "title: {nl: Kort}", None),
        ("ICR-11", "with: {rolls: [cab]}", 'with.rolls: unknown key "rolls", did you mean "roles"?'),
    ],
)  # fmt: skip
def test_what_loosens_or_is_misspelt_is_refused(tmp_path, rule_id, own, told):
    if own == "title: {nl: Kort}":
        # One language at a time is allowed: the other keeps the norm's words.
        assert load(tmp_path, f"  - id: {rule_id}\n    {own}\n")
        return
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, f"  - id: {rule_id}\n    {own}\n")
    assert all(line.startswith(f"our-city.yaml: {rule_id}.") for line in unplaced(caught.value.problems))
    if told:
        assert unplaced(caught.value.problems) == [f"our-city.yaml: {rule_id}.{told}"]
        first = HEAD.count("\n") + 1
        assert caught.value.problems[0].startswith(f"our-city.yaml: line {first + 2}: ")


def own(tmp_path, pack: str, rule: str, with_: str):
    """The parameters of a rule of a norm, with something of our own put over them."""
    packs = load(tmp_path, f"  - id: {rule}\n    with: {with_}\n", f"extends: {pack}\n", (pack,))
    return rule_of(packs, rule).params


@pytest.mark.parametrize(
    ("pack", "rule", "with_"),
    [
        ("patch", "PATCH-5", "{hours: {critical: 24, high: 100, medium: 2000, low: 9000}}"),
        ("patch", "PATCH-2", "{hours: {critical: 48, high: 300, medium: 720, low: 2160}}"),
        ("patch", "PATCH-6", "{done: [users_informed, feedback]}"),
        ("ibp-fo", "CH06-6", "{says: {acceptance_result: accepted, test_result: passed}}"),
        ("vo-icr", "ICR-42", "{valid_days: 90}"),
        ("vo-icr", "ICR-12", "{roles: [operations, users]}"),
        (
            "vo-icr",
            "ICR-54",
            "{done: [target_ready, risks_mitigated, interruptions, component_order, feedback]}",
        ),
        ("keten-dap", "DAP-6", "{hours: 48}"),
        ("keten-dap", "DAP-3", "{timezone: Europe/Brussels}"),
        ("keten-dap", "DAP-7", "{ladder: [keten_cab], hours_per_step: 48}"),
        ("keten-dap", "DAP-7", "{deadlines: [deadline, planned_end, pull_until]}"),
        ("keten-dap", "DAP-1", "{fields: [cmk_reference, risks]}"),
    ],
)
def test_parameters_that_may_be_set(tmp_path, pack, rule, with_):
    assert own(tmp_path, pack, rule, with_) != rule_of(load_all([pack], None), rule).params


@pytest.mark.parametrize(
    ("pack", "rule", "with_", "told"),
    [
        (
            "patch",
            "PATCH-5",
            "{hours: {critical: 72, high: 168, medium: 720, low: 2160}}",
            "hours: 72 for critical is longer than 48",
        ),
        ("patch", "PATCH-5", "{by_norm: []}", "by_norm: cannot be changed"),
        (
            "patch",
            "PATCH-2",
            "{fields: [deadline, planned_end]}",
            "fields: cannot be changed, as another moment could come in place of a term",
        ),
        ("patch", "PATCH-6", "{done: [feedback]}", "done: leaves out users_informed"),
        ("ibp-fo", "CH06-6", "{says: {acceptance_result: rejected}}", "says: leaves out acceptance_result"),
        ("keten-dap", "DAP-6", "{hours: 96}", "hours: 96 is longer than 72"),
        ("keten-dap", "DAP-7", "{deadlines: [deadline]}", "deadlines: leaves out planned_end"),
    ],
)
def test_parameters_that_may_not_be_set_so(tmp_path, pack, rule, with_, told):
    with pytest.raises(PolicyError) as caught:
        own(tmp_path, pack, rule, with_)
    assert unplaced(caught.value.problems) == [f"our-city.yaml: {rule}.with.{told}{WAIVER}"]


def test_of_every_parameter_of_every_check_it_is_known_what_an_own_pack_may_do_with_it():
    kinds = (MORE_ASKS_MORE, LESS_ASKS_MORE, OWN_CHOICE, FIXED, COUNTS)
    compared = (RolloutTable, HoursTable, Deadlines)
    left = {
        (name, parameter)
        for name, check in CHECKS.items()
        for parameter in check.params.model_fields
        if not issubclass(check.params, compared) and sum(parameter in kind for kind in kinds) != 1
    }
    assert left == set()


def test_a_wider_rollout_is_refused_class_by_class(tmp_path):
    wide = "with: {allowed: [{from_class: 1, major: [big_bang], minor: [big_bang, phased]}]}"
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, f"  - id: ICR-01\n    {wide}\n")
    assert unplaced(caught.value.problems) == [
        f"our-city.yaml: ICR-01.with.allowed: lets through big_bang at class 5, {size}{WAIVER}"
        for size in ("major", "minor")
    ]


@pytest.mark.parametrize(
    ("more", "rules", "told"),
    [
        ("extends: vo-irc\n", NEW, 'our-city.yaml: extends: unknown pack "vo-irc", did you mean "vo-icr"?'),
        (
            "",
            NEW.replace("CITY-1", "ICR-11"),
            "our-city.yaml: ICR-11: the id is taken already in vo-icr.yaml",
        ),
        ("extends: vo-icr\n", "  - id: CITY-2\n    gate: draft\n", None),
        ("extends: vo-icr\n", "  - just words\n", None),
        ("extends: vo-icr\n", NEW + NEW, None),
    ],
)
def test_what_else_is_refused(tmp_path, more, rules, told):
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, rules, more)
    assert all(line.startswith("our-city.yaml: ") for line in caught.value.problems)
    if told:
        assert unplaced(caught.value.problems) == [told]
        assert all(": line " in problem for problem in caught.value.problems)


def test_the_name_of_a_norm_is_taken(tmp_path):
    (tmp_path / "vo-icr.yaml").write_text(
        HEAD.format(more="").replace("our-city", "vo-icr") + NEW, encoding="utf-8"
    )
    with pytest.raises(PolicyError, match='"vo-icr" is the name of a norm; take another and write "extends'):
        load_all(["vo-icr"], tmp_path)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(PolicyError, match=r"No such file or directory; name a folder with packs$"):
        load_all(["vo-icr"], tmp_path / "nowhere")


def test_an_extension_of_a_norm_that_is_not_in_use_does_nothing(tmp_path):
    assert load(tmp_path, NEW, "extends: vo-icr\n", names=()) == ()
