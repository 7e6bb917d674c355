"""What the organisation declared: how the file is read, refused, and how it stands."""

from __future__ import annotations

from datetime import date

import pytest
from build import NOW

from bot.report import Report
from bot.settings.declarations import DeclarationsError, attestations, examined, load_declarations
from domain.ports.connector import Health
from domain.waiver import Declaration
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr", "ibp-fo"])
GOOD = """\
- rule: CH06-1
  reference: Policy for transfer, version 3
  reviewed: 2026-01-15
- {rule: ICR-42, subject: Website, reference: Runbook, reviewed: 2026-02-01}
"""


@pytest.fixture
def file(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "declarations.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_good_file(file):
    assert load_declarations(file(GOOD), PACKS) == (
        Declaration("CH06-1", "Policy for transfer, version 3", date(2026, 1, 15)),
        Declaration("ICR-42", "Runbook", date(2026, 2, 1), "Website"),
    )
    allowed = (
        "- {rule: CH06-9, reference: Access, reviewed: 2026-02-01, same_person: allowed, reason: Two people}"
    )
    assert load_declarations(file(allowed), PACKS) == (
        Declaration("CH06-9", "Access", date(2026, 2, 1), same_person=True, reason="Two people"),
    )
    assert load_declarations("", PACKS) == load_declarations(file(""), PACKS) == ()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (GOOD.replace("Policy", "Policé").encode("latin-1"), "{} is not UTF-8; save it as UTF-8"),
        (GOOD.encode("utf-16"), "{} is not UTF-8; save it as UTF-8"),
        (GOOD.encode("utf-16-le"), "{} is not YAML; write a list, one entry per declaration"),
        (b"[" * 9999, "{} is not YAML; write a list, one entry per declaration"),
        (
            GOOD.replace("2026-01-15", "2026-13-45").encode(),
            "{} holds a date or number that cannot be; correct it",
        ),
        (GOOD.encode("utf-8-sig"), ""),
        (GOOD.replace("2026-01-15", "0001-01-01").encode(), ""),
        (GOOD.replace("2026-01-15", "9999-12-31").encode(), ""),
    ],
)
def test_other_encodings_and_days_that_cannot_be(tmp_path, written, told):
    path = tmp_path / "declarations.yaml"
    path.write_bytes(written)
    try:
        found: tuple[str, ...] = ()
        standing = list(attestations(PACKS, load_declarations(str(path), PACKS), date(2026, 3, 1)))
        assert standing
    except DeclarationsError as error:
        found = error.problems
    assert found == ((told.format(path),) if told else ())


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            GOOD.replace("CH06-1", "CH06-11"),
            ['entry 1: "CH06-11" is no rule of the norms in use; did you mean "CH06-1"?'],
        ),
        (GOOD.replace("2026-01-15", "soon"), ["entry 1 reviewed: "]),
        (GOOD.replace("Policy for transfer, version 3", "' '"), ["entry 1 reference: "]),
        (GOOD.replace("subject", "subjct"), ["entry 2 subjct: "]),
        ("rule: CH06-1", ["the file: "]),
        ("- {rule: CH06-9, reference: Access, reviewed: 2026-02-01, same_person: allowed}", ["entry 1: "]),
        ("- {rule: CH06-9, reference: Access, reviewed: 2026-02-01, reason: Two people}", ["entry 1: "]),
        (
            "- {rule: CH06-1, reference: Policy, reviewed: 2026-02-01, same_person: allowed, reason: Two people}",
            ["entry 1: same_person: CH06-1 is not about one person doing two things"],
        ),
        ("- [", None),
    ],
)
def test_what_is_refused(file, text, problems):
    with pytest.raises(DeclarationsError) as caught:
        load_declarations(file(text), PACKS)
    for line, start in zip(caught.value.problems, problems or [caught.value.problems[0]], strict=True):
        assert line.startswith(start)
        assert "\n" not in line


def test_a_file_that_is_not_there():
    with pytest.raises(DeclarationsError, match="Name a file that can be read"):
        load_declarations("/nowhere/declarations.yaml", PACKS)


@pytest.mark.parametrize(
    ("declared", "today", "standing", "health"),
    [
        ((), date(2026, 3, 10), "not declared", Health.WARNING),
        ((Declaration("CH06-1", "Policy", date(2026, 1, 15)),), date(2026, 3, 10), "declared", Health.OK),
        ((Declaration("CH06-1", "Policy", date(2026, 1, 15)),), date(2027, 1, 15), "declared", Health.OK),
        ((Declaration("CH06-1", "Policy", date(2026, 1, 15)),), date(2027, 1, 16), "stale", Health.WARNING),
        (
            (Declaration("CH06-1", "Policy", date(2026, 1, 15), "Website"),),
            date(2026, 3, 10),
            "not declared",
            Health.WARNING,
        ),
    ],
)
def test_how_an_attestation_stands(declared, today, standing, health):
    (rule, found), (other, missing) = attestations(PACKS, declared, today)
    assert (rule.id, found.standing.value) == ("CH06-1", standing)
    assert (other.id, missing.standing.value) == ("CH06-9", "not declared")
    diagnosis, _ = examined(PACKS, declared, today)
    assert (diagnosis.health, bool(diagnosis.fix)) == (health, health is Health.WARNING)


def test_the_report_tells_what_is_declared_and_what_is_not_measured():
    report = Report("observe", NOW)
    report.organisation(PACKS, attestations(PACKS, (), NOW.date()))
    told = report.as_json()
    assert told["attestations"] == {"CH06-1": "not declared", "CH06-9": "not declared"}
    assert told["indicators"] == {f"KPI-{n}": "not measured" for n in range(1, 6)}
