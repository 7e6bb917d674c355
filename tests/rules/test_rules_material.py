"""Which fields a pack may call material: what is approved, never people or wording."""

from __future__ import annotations

import pytest

from rules.loading.loader import MATERIAL, PolicyError, load_packs

PACK = """\
id: mine
version: "1"
effective_from: 2026-01-01
document: {{nl: Regels, en: Rules}}
cite: Mine v1
material: [{material}]
rules:
  - id: MY-1
    title: {{nl: Doe dit, en: Do this}}
    applies: {{any: true}}
    gate: implement
    check: filled
    with: {{fields: [package]}}
"""
WORDING = "is about people or wording; a change of it is no change of what was approved"


def load(folder, material):
    (folder / "mine.yaml").write_text(PACK.format(material=material), encoding="utf-8")
    return load_packs(["mine"], folder)[0].material.approvals


def test_fields_and_the_assets(tmp_path):
    assert load(tmp_path, "assets, planned_start") == ("assets", "planned_start")
    assert load(tmp_path, "") == ()


def test_a_pack_that_names_none_takes_the_usual_ones(tmp_path):
    text = PACK.format(material="").replace("material: []\n", "")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert load_packs(["mine"], tmp_path)[0].material == MATERIAL == load_packs(["vo-icr"])[0].material


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("planed_start", 'material.approvals.0: unknown field "planed_start", did you mean "planned_start"?'),
        ("implementer", f'material.approvals.0: "implementer" {WORDING}'),
        ("responsible_group", f'material.approvals.0: "responsible_group" {WORDING}'),
        ("description", f'material.approvals.0: "description" {WORDING}'),
    ],
)
def test_what_is_refused(tmp_path, name, told):
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, name)
    assert caught.value.problems == (f"mine.yaml: line 6: {told}",)
