"""The register file: CSV and YAML into assets, rubbish kept, doubts told."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from connectors import register
from connectors.register.register import RegisterBook
from connectors.register.settings import RegisterSettings
from domain.asset import Asset
from domain.people import Group, Person
from domain.ports.connector import Health
from domain.ports.errors import SourceError
from domain.ticket import AssetRef

HEADER = (
    "id,name,confidentiality,integrity,availability,gdpr,ksz,nis2,"
    "owner,operations_group,service_hours,stakeholders"
)
LOKET = 'CI-1,Loket,4,3,2,ja,nee,,acc-1|Dirk Peeters,ops|Beheer,24x7,"acc-2|An Willems; Marie Claes"'


@pytest.fixture
def book(tmp_path):
    def write(text, name="register.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return RegisterBook(path)

    return write


def named(name, book="jira", own_id="x"):
    return AssetRef(book, own_id, name)


def one(book, name="Loket"):
    return book.look_up([named(name)])[named(name)]


def test_a_full_row(book):
    asset = one(book(f"{HEADER}\n{LOKET}\n"))
    assert (asset.book, asset.id, asset.name) == ("register", "CI-1", "Loket")
    assert [asset.confidentiality.value, asset.integrity.value, asset.availability.value] == [4, 3, 2]
    assert [asset.gdpr.value, asset.ksz.value, asset.nis2.value] == [True, False, None]
    assert asset.owner.value == (Person("acc-1", "Dirk Peeters"),)
    assert asset.operations_group.value == (Group("ops", "Beheer"),)
    assert asset.service_hours.value == "24x7"
    assert asset.stakeholders.value == (Person("acc-2", "An Willems"), Person("Marie Claes", "Marie Claes"))


YAML = """
assets:
  - id: CI-1
    name: Loket
    confidentiality: 4
    gdpr: yes
    owner: Dirk Peeters
    stakeholders: [An Willems, Marie Claes]
    updated_at: 2026-03-02T09:00:00+01:00
"""


def test_yaml(book):
    asset = one(book(YAML, "register.yaml"))
    assert (asset.confidentiality.value, asset.gdpr.value) == (4, True)
    assert asset.owner.value == (Person("Dirk Peeters", "Dirk Peeters"),)
    assert [p.name for p in asset.stakeholders.value] == ["An Willems", "Marie Claes"]
    assert asset.updated_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "name;confidentiality\nLoket;4\n",
        "name\tconfidentiality\nLoket\t4\n",
        "\ufeffName,Confidentiality\nLoket,4\n",
        "naam;vertrouwelijkheid\r\nLoket;klasse 4\r\n",
    ],
)
def test_ways_of_writing_csv(book, text):
    assert one(book(text)).confidentiality.value == 4


@pytest.mark.parametrize(
    ("written", "value", "raw"),
    [("3", 3, ""), ("C3", 3, ""), ("7", None, "7"), ("hoog?", None, "hoog?"), ("", None, "")],
)
def test_a_class_that_is_none_stays_as_it_was_written(book, written, value, raw):
    seen = one(book(f"name,integrity\nLoket,{written}\n")).integrity
    assert (seen.value, seen.raw, seen.readable) == (value, raw, True)


@pytest.mark.parametrize(
    ("written", "value"), [("5x10", "5x10"), ("24 x 7", "24x7"), ("7×24", "24x7"), ("altijd", None)]
)
def test_service_hours(book, written, value):
    assert one(book(f"name,service_hours\nLoket,{written}\n")).service_hours.value == value


@pytest.mark.parametrize(
    ("column", "written", "value"),
    [
        ("supplier", "Hosting North", "Hosting North"),
        ("Leverancier", "Noord", "Noord"),
        ("supplier", "n/a", None),
    ],
)
def test_the_supplier(book, column, written, value):
    assert one(book(f"name,{column}\nLoket,{written}\n")).supplier.value == value


def test_a_column_that_is_not_there_is_unreadable(book):
    asset = one(book("name\nLoket\n"))
    columns = ("confidentiality", "gdpr", "owner", "operations_group", "service_hours", "stakeholders")
    assert [getattr(asset, c).readable for c in columns] == [False] * len(columns)


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        (AssetRef("register", "CI-1", "anders"), "Loket"),
        (AssetRef("register", "Loket", "Loket"), None),
        (named("loket"), "Loket"),
        (named(" LOKET "), "Loket"),
        (named("Loke"), None),
        (named("CI-1"), "Loket"),
        (named("Dubbel"), None),
        (AssetRef("register", "CI-2", "Dubbel"), "Dubbel"),
    ],
)
def test_look_up(book, ref, found):
    made = book("id,name\nCI-1,Loket\nCI-2,Dubbel\nCI-3,dubbel\n")
    assert {r: a.name for r, a in made.look_up([ref]).items()} == ({ref: found} if found else {})


@pytest.mark.parametrize(
    ("text", "name", "why", "fix"),
    [
        ("confidentiality\n3\n", "r.csv", "has no column name", "use the columns id, name"),
        ('name,x\n"Loket,3\n', "r.csv", "is not CSV", "check the quotes in it"),
        (b"name\nCaf\xe9\n", "r.csv", "is not UTF-8 text", "save it as UTF-8 (in Excel: CSV UTF-8)"),
        ("name,x\nCafé,3\n".encode("utf-16"), "r.csv", "is not UTF-8 text", "save it as UTF-8"),
        ("name,x\nLoket,3\n".encode("utf-16-le"), "r.csv", "is not UTF-8 text", "save it as UTF-8"),
        (b"\0" * 512, "r.csv", "holds no assets", "see whether it was written whole"),
        ("- name: Café".encode("latin-1"), "r.yaml", "is not UTF-8 text", "save it as UTF-8"),
        (
            "- name: Loket\n  updated_at: 2026-13-45",
            "r.yaml",
            "is not YAML",
            "check the indentation, quotes and dates",
        ),
        ("- name: " + "[" * 9999, "r.yaml", "is not YAML", "check the indentation"),
        ("- name: " + "1" * 9999, "r.yaml", "is not YAML", "check the indentation"),
        ("- name: [Loket\n- name: x", "r.yaml", "is not YAML at line 2", "check the indentation"),
        ("just words", "r.yaml", "holds no list of assets", "write a list, one mapping per asset"),
        ("- Loket", "r.yml", "holds no list of assets", "write a list, one mapping per asset"),
        ("", "r.csv", "holds no assets", "see whether it was written whole"),
        ("id,name,confiden", "r.csv", "holds no assets", "see whether it was written whole"),
        ("id,name,gdpr\nA1,Loket,yes\nA2,Zaa", "r.csv", "ends in the middle of a row", "see whether"),
        ("assets: []", "r.yaml", "holds no assets", "see whether it was written whole"),
    ],
)
def test_a_file_that_cannot_be_used(book, text, name, why, fix):
    with pytest.raises(SourceError, match=why) as caught:
        book(text, name).look_up([named("Loket")])
    assert caught.value.fix.startswith(fix) and "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.csv cannot be opened: No such file") as caught:
        RegisterBook(tmp_path / "nowhere.csv").look_up([])
    assert caught.value.fix == "correct REGISTER_FILE"


def test_a_change_is_seen(book):
    made = book("name,integrity\nLoket,3\n")
    assert one(made).integrity.value == 3
    made.path.write_text("name,integrity\nLoket,4\n")
    os.utime(made.path, ns=(1, 1))
    assert one(made).integrity.value == 4


def doctor(made):
    built = register.build(RegisterSettings(_env_file=None, file=str(made.path)))
    return [(d.health, d.about, d.detail) for d in built.examiner.examine({})]


def test_the_doctor(book):
    text = f"{HEADER},colour\n{LOKET},red\n,Loket,3,x,2,,,,,,,,\n,,3,3,3,,,,,,,,\n"
    assert doctor(book(text)) == [
        (Health.OK, "file", "2 assets in register.csv"),
        (Health.WARNING, "columns", "not used: colour"),
        (Health.WARNING, "names", "more than once, so never found: Loket"),
        (Health.WARNING, "rows", "1 without id and name"),
        (Health.WARNING, "classes", "Loket: no class 1 to 5 for integrity"),
    ]


def test_the_doctor_of_a_poor_file(book):
    assert doctor(book("name,integrity\nLoket,3\n"))[1][2].startswith(
        "not there: confidentiality, availability"
    )
    assert doctor(book("x\n1\n"))[0][0] is Health.FAILED


def test_off_without_a_file():
    assert register.build(RegisterSettings(_env_file=None)) is None


def test_settings_explain_themselves():
    assert all(f.description and f.examples for f in RegisterSettings.model_fields.values())


def test_the_asset_is_the_shared_one(book):
    assert isinstance(one(book("name\nLoket\n")), Asset)


DEPENDING = """id,name,depends_on
S1,Server,
L1,Loket,server
B1,Burgers,L1;Nergens
M1,Mail,"Server, Loket"
"""


@pytest.mark.parametrize(
    ("hops", "found"),
    [
        (0, []),
        (1, ["Server Loket", "Server Mail"]),
        (2, ["Server Loket", "Server Mail", "Server Loket Burgers"]),
    ],
)
def test_what_depends_on_an_asset(tmp_path, hops, found):
    (tmp_path / "register.csv").write_text(DEPENDING)
    start = AssetRef("register", "S1", "Server")
    reached = RegisterBook(tmp_path / "register.csv", hops).related([start])[start]
    assert [" ".join(asset.name for asset in chain) for chain in reached.chains] == found


def test_relations_are_offered_only_when_asked_for(tmp_path):
    file = tmp_path / "register.csv"
    file.write_text(DEPENDING)
    built = [
        register.build(RegisterSettings(_env_file=None, file=str(file), relation_hops=n)) for n in (0, 1)
    ]
    assert [one.relations is not None for one in built] == [False, True]


def test_the_doctor_tells_what_depends_on_nothing(book):
    told = (Health.WARNING, "depends_on", "names what is not in the file: Nergens")
    assert told in doctor(book(DEPENDING))
