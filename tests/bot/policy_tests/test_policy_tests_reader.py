"""What a file with cases may say, how it is refused, and what running it gives."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from build import day

from bot.messages.i18n.speaker import Translator
from bot.policy_tests.facts import facts_of, person
from bot.policy_tests.reader import case_files, cases_of, read_cases, unknown_rules
from bot.policy_tests.runner import run
from bot.policy_tests.schema import Case, Expected
from domain.fields import Field
from domain.people import Group, Role
from domain.ticket import Decision
from rules.loading.loader import load_packs
from rules.loading.yaml_files import PolicyError

PACKS = load_packs(["vo-icr"])
GOOD = """\
packs: [vo-icr]
common:
  ticket: {state: implement}
cases:
  - name: Pull at class 4
    assets: [{name: Shop, class: C4 I1 A1}]
    ticket: {rollout_strategy: pull}
    expect: {ICR-01: violated}
"""


def read(text: str):
    return cases_of("mine.yaml", yaml.safe_load(text))


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("cases:", "casez:", ["cases: is missing", 'casez: unknown key "casez", did you mean "cases"?']),
        ("assets:", "asets:", ['Pull at class 4: asets: unknown key "asets", did you mean "assets"?']),
        (
            "{rollout_strategy: pull}",
            "{rollout_stratgy: pull}",
            ['Pull at class 4: ticket: unknown field "rollout_stratgy", did you mean "rollout_strategy"?'],
        ),
        (
            "state: implement",
            "state: implment",
            ['Pull at class 4: ticket.state: unknown name "implment", did you mean "implement"?'],
        ),
        (
            "strategy: pull",
            "strategy: pul",
            [
                'Pull at class 4: ticket.rollout_strategy: unknown value "pul", did you mean "pull"?; '
                "write {raw: ...} if that is meant"
            ],
        ),
        (
            "strategy: pull",
            "strategy: pull, planned_start: soon",
            [
                "Pull at class 4: ticket.planned_start: is not understood; write {raw: ...} if that is meant"
            ],
        ),
        (
            ": violated",
            ": forbidden",
            None,
        ),
        (
            "expect: {ICR-01: violated}",
            "hint: x",
            [
                "Pull at class 4: expect: is missing",
                'Pull at class 4: hint: unknown key "hint", did you mean "hidden"?',
            ],
        ),
        (
            "ticket: {state",
            "expect: {ICR-01: met}\n  ticket: {state",
            ["common: expect belongs to each case by itself"],
        ),
        (
            "{rollout_strategy: pull}",
            "{hidden: aprovals}",
            ['Pull at class 4: ticket: unknown field "aprovals", did you mean "approvals"?'],
        ),
    ],
)  # fmt: skip
def test_what_is_refused_of_a_file(old, new, problems):
    assert old in GOOD
    with pytest.raises(PolicyError) as caught:
        read(GOOD.replace(old, new))
    assert all(line.startswith("mine.yaml: ") and "\n" not in line for line in caught.value.problems)
    if problems:
        for got, wanted in zip(caught.value.problems, problems, strict=True):
            assert got.removeprefix("mine.yaml: ").startswith(wanted)


def test_a_name_twice_and_a_requirement_that_is_none():
    with pytest.raises(PolicyError, match="Pull at class 4: is the name of two cases"):
        read(GOOD + GOOD.partition("cases:\n")[2])
    wrong = read(GOOD.replace("ICR-01:", "ICR01:"))
    assert list(unknown_rules(wrong, PACKS)) == [
        'mine.yaml: Pull at class 4: expect: unknown rule "ICR01", did you mean "ICR-01"?'
    ]


def test_a_folder_gives_all_its_files_and_an_empty_one_is_refused(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.yaml").write_text(GOOD, encoding="utf-8")
    assert [read_cases(file).name for file in case_files(tmp_path)] == ["one.yaml"]
    for path in (tmp_path / "nowhere", tmp_path / "b"):
        with pytest.raises(PolicyError, match="there are no files with cases"):
            case_files(path)


def case(**given) -> Case:
    return Case.model_validate({"name": "x", "expect": {}} | given)


def test_values_are_read_as_those_of_a_source():
    facts = facts_of(
        case(
            ticket={
                "test_data": "productiedata",
                "environments_separated": "ja",
                "package": "n/a",
                "testers": ["An", "Bo"],
                "stakeholders": ["Web team", {"person": "Dirk"}],
                "planned_start": "2026-03-20 12:00",
                "rollout_strategy": {"value": "phased", "by": "An", "at": "2026-03-05 12:00"},
                "test_result": {"raw": "who knows"},
                "hidden": ["scripts", "approvals"],
            },
            approvals=[{"person": "An", "role": "cab", "decision": "rejected", "at": "2026-03-05 12:00"}],
            roles={"cab": "An", "dpo": "hidden"},
            same_person={"An (admin)": "An"},
        )
    )
    ticket = facts.ticket
    assert {n: f for n, f in ticket.fields.items() if f not in (Field(), Field(raw=""))} == {
        "test_data": Field("production"),
        "environments_separated": Field(True),
        "package": Field(None, raw="n/a"),
        "testers": Field((person("An"), person("Bo"))),
        "stakeholders": Field((Group("web team", "Web team"), person("Dirk"))),
        "planned_start": Field(day(20)),
        "rollout_strategy": Field("phased", by=person("An"), at=day(5)),
        "test_result": Field(None, raw="who knows"),
        "scripts": Field(readable=False),
    }
    assert (ticket.approvals_readable, ticket.assets_readable) == (False, True)
    (approval,) = ticket.approvals
    assert (approval.person, approval.decision, approval.at) == (person("An"), Decision.REJECTED, day(5))
    cab, dpo = facts.role(Role.CAB), facts.role(Role.DPO)
    assert cab.holds(person("an")) and cab.covers(approval.group)
    assert (dpo.configured, dpo.readable, facts.role(Role.USERS).configured) == (True, False, False)
    assert facts.same_person == {"an (admin)": "an"}


def test_only_what_is_named_is_compared_unless_exactly_is_asked():
    shop = {"assets": [{"name": "Shop", "class": "C4 I1 A1"}], "ticket": {"rollout_strategy": "pull"}}
    named = run("f", case(**shop, expect={"ICR-01": "violated", "ICR-16": "not applicable"}), PACKS)
    assert named.passed
    exactly = run("f", case(**shop, expect={"ICR-01": "violated"}, exactly=True), PACKS)
    assert len(exactly.differences) > 10
    assert {d.expected for d in exactly.differences} == {Expected.NOT_APPLICABLE}


def test_a_difference_says_expected_got_and_seen():
    ran = run(
        "f",
        case(
            assets=[{"name": "Shop", "class": "C4 I1 A1"}],
            ticket={"rollout_strategy": "pull"},
            expect={"ICR-01": "met", "ICR-16": "missing"},
        ),
        PACKS,
    )
    assert ran.as_json(Translator("en", ZoneInfo("UTC")))["differences"] == [
        {"rule": "ICR-01", "expected": "met", "got": "violated", "seen": (
            "Rollout strategy says pull. The release size is not known, so it is judged as a major release.")},
        {"rule": "ICR-16", "expected": "missing", "got": "not applicable", "seen": (
            "Asked from class 5 in confidentiality or integrity; Shop is C4 I1 A1.")},
    ]  # fmt: skip
