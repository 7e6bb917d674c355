"""A citation leads to the place: the row of the table in which the demand is written, or the heading."""

from zoneinfo import ZoneInfo

import pytest
from build import facts, subject

from bot.messages.findings_report import finding_json
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import citation, clauses
from domain.asset import Dimension, Flag
from domain.finding import TableRow
from domain.lifecycle import State
from rules.engine import evaluate
from rules.loading.loader import load_packs

CONF, INT, AVAIL = Dimension
ICR = "Vo-ICR R&D v2.1"
NL, EN = (Translator(code, ZoneInfo("UTC")) for code in ("nl", "en"))


def found(packs=("vo-icr",), state=State.ASSESS, **given):
    return {f.id: f for f in evaluate(facts(state=state, **given), load_packs(packs))}


@pytest.mark.parametrize(
    ("c", "i", "a", "rule", "row"),
    [
        # Not the class of the asset but the row that says it: class 5 asks what is written for 1 and 2 as well.
        (5, 1, 1, "ICR-06", TableRow(CONF, "1-2")),
        (5, 1, 1, "ICR-11", TableRow(CONF, "3")),
        (5, 1, 1, "ICR-17", TableRow(CONF, "5")),
        (3, 4, 1, "ICR-11", TableRow(INT, "3")),
        (4, 4, 1, "ICR-14", TableRow(CONF, "4")),
        (1, 1, 1, "ICR-09", TableRow(CONF, "1-2")),
        # What it asks differs by class: the row of what is asked here.
        (2, 1, 1, "ICR-01", TableRow(CONF, "1-2")),
        (3, 4, 1, "ICR-01", TableRow(INT, "4")),
        (1, 1, 2, "ICR-20", TableRow(AVAIL, "1-2")),
        (1, 1, 5, "ICR-20", TableRow(AVAIL, "3-5")),
    ],
)
def test_the_row_of_a_demand(c, i, a, rule, row):
    assert found(subjects=(subject(c=c, i=i, a=a),))[rule].row == row


def test_the_highest_of_several_assets_and_none_where_no_class_asks():
    one = found(
        subjects=(subject(c=3, i=1), subject(name="B", c=1, i=4, flags=tuple(Flag))),
        tested_in_production=False,
    )
    assert one["ICR-11"].row == TableRow(INT, "3")
    assert one["ICR-31"].row == TableRow(INT, "3")
    assert one["ICR-41"].row is None
    assert one["ICR-58"].row is None
    assert all(f.row is None for f in found(("ibp-fo", "processes"), state=State.IMPLEMENT).values())


def test_in_words():
    one = found(subjects=(subject(c=5, i=5, a=5, flags=(Flag.GDPR,)),))
    assert citation(one["ICR-11"], NL) == f"{ICR} §1.1, vertrouwelijkheid, klasse 3"
    assert finding_json(one["ICR-11"], EN)["cite"] == f"{ICR} §1.1, confidentiality, class 3"
    places = [(one[rule].cite, one[rule].row) for rule in ("ICR-11", "ICR-17", "ICR-18", "ICR-32", "ICR-35")]
    assert clauses(places, NL) == (
        f"{ICR} §1.1, vertrouwelijkheid, klassen 3 en 5; §1.2, vertrouwelijkheid, klassen 3 en 4"
    )
    assert (
        clauses(places, EN)
        == f"{ICR} §1.1, confidentiality, classes 3 and 5; §1.2, confidentiality, classes 3 and 4"
    )


@pytest.mark.parametrize(
    ("rule", "cite"),
    [
        ("DAP-1", "Keten DAP, “Wijzigings- en releasebeheer”"),
        ("DAP-2", "Keten DAP, “Wijzigings- en releasebeheer”"),
        ("DAP-3", "Keten DAP §2.2"),
        ("DAP-5", "Keten DAP §5.5"),
        ("DAP-6", "Keten DAP, “Meldplicht datalekken”"),
        ("PATCH-1", "Kennisnet patchmanagement, “Risicobeoordeling en prioritering”"),
        ("CH06-2", "IBP FO CH.06"),
        ("ICR-41", f"{ICR} §1.4, KSZ 5.9.1"),
    ],
)
def test_a_section_without_a_number_is_cited_by_its_heading(rule, cite):
    packs = load_packs(("vo-icr", "ibp-fo", "patch", "keten-dap"))
    assert [pack.cited(one) for pack in packs for one in pack.rules if one.id == rule] == [cite]


def test_the_edition_of_the_chain():
    [pack] = load_packs(["keten-dap"])
    assert (pack.version, pack.effective_from.isoformat()) == ("14.1", "2018-05-25")
