"""Objects of Assets as a register: on Cloud over another host, on Data Center below Jira's own address."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from jira_site import START, Site, quick_client, settings_for

from connectors.jira.assets.api import OBJECTS, _Cloud, reading_adapter, road
from connectors.jira.assets.register import JiraAssets
from connectors.shared.http import Adapter, policy
from domain.asset import Asset
from domain.fields import Field
from domain.people import Group, Person
from domain.ports.errors import Forbidden, Garbled, RateLimited, Unreachable
from domain.ticket import AssetRef
from sandbox.jira.assets import Reference, Status
from sandbox.jira.fields import WORKSPACE
from sandbox.jira.web import GATEWAY
from sandbox.server import Fault, How, Server

ARI = "ari:cloud:graph::service/6184b75d-f203-4004-be12-5899d49497d2/2201284c-d00a-11eb-8ed1-0abe3f4a6601"
KASSA = {
    "Confidentiality": "C4",
    "Vertrouwelijkheid": "2",
    "Integriteit": Reference("3 - belangrijk"),
    "Availability": Status("2"),
    "GDPR": True,
    "KSZ": "nee",
    "NIS2": None,
    "Operations_group": Reference("Beheer"),
    "Service_hours": "7 x 24",
    "Leverancier": "Acme",
}


def quick() -> Adapter:
    """The real transport of Assets, with short back-offs."""
    retries = policy(OBJECTS, total=2, backoff=0.01).new(allowed_methods=frozenset({"GET", "POST"}))
    return Adapter(OBJECTS, retries, timeout=(2.0, 2.0))


def book_on(server: Server, clock: Callable[[], float] = lambda: 0.0, **more: object) -> JiraAssets:
    given = {"url": server.url, "assets_url": server.url, **more}
    settings = settings_for(**given)
    client = quick_client(settings)
    return JiraAssets(client, settings, lambda: road(client, settings, quick()), clock)


def ours(object_id: str, workspace: str = WORKSPACE) -> AssetRef:
    return AssetRef(OBJECTS, f"{workspace}:{object_id}", f"Assets {object_id}")


@pytest.fixture
def kassa(site: Site) -> str:
    return site.assets.add("Application", "Kassa", Owner=site.dirk, Stakeholders=[site.an], **KASSA)


def test_an_object_as_assets_describes_it(site: Site, server: Server, kassa: str) -> None:
    asset = book_on(server).look_up([ours(kassa)])[ours(kassa)]
    assert asset == Asset(
        book="jira-assets",
        id=f"{WORKSPACE}:{kassa}",
        name="Kassa",
        confidentiality=Field(4, where="Confidentiality"),
        integrity=Field(3, where="Integriteit"),
        availability=Field(2, where="Availability"),
        gdpr=Field(True, where="GDPR"),
        ksz=Field(False, where="KSZ"),
        nis2=Field(None, where="NIS2"),
        owner=Field((Person("acc-dirk.peeters", "Dirk Peeters"),), where="Owner"),
        operations_group=Field((Group("Beheer", "Beheer"),), where="Operations group"),
        service_hours=Field("24x7", where="Service hours"),
        stakeholders=Field((Person("acc-an.willems", "An Willems"),), where="Stakeholders"),
        maintenance_windows=asset.maintenance_windows,
        supplier=Field("Acme", raw="Acme", where="Leverancier"),
        chain_component=asset.chain_component,
        internet_facing=asset.internet_facing,
        updated_at=START,
        accounts="jira",
    )
    for absent in (asset.maintenance_windows, asset.chain_component, asset.internet_facing):
        assert not absent.readable, "the type has no such attribute: nothing is known"


@pytest.mark.parametrize(
    ("raw", "value", "shown"),
    [("hoog?", None, "hoog?"), ("7", None, "7"), (["2", "4"], None, "2, 4"), (None, None, ""), ("3", 3, "")],
)
def test_rubbish_in_a_class_has_no_value_and_is_shown(
    site: Site, server: Server, raw: object, value: int | None, shown: str
) -> None:
    made = site.assets.add("Application", "Loket", Integrity=raw)
    assert book_on(server).look_up([ours(made)])[ours(made)].integrity == Field(
        value, raw=shown, where="Integrity"
    )


def test_an_admin_names_the_attributes(site: Site, server: Server) -> None:
    made = site.assets.add("Application", "Loket", BIV_V="5", Confidentiality="1")
    book = book_on(server, asset_fields={"confidentiality": "biv v"})
    assert book.look_up([ours(made)])[ours(made)].confidentiality.value == 5


def test_an_account_id_as_text_is_that_account(site: Site, server: Server) -> None:
    site.add_user("Els Maes", "5b10a2844c20165700ede21a")
    made = site.assets.add("Application", "Loket", Owner="5b10a2844c20165700ede21a")
    (owner,) = book_on(server).look_up([ours(made)])[ours(made)].owner.value or ()
    assert (owner.id, owner.name) == ("5b10a2844c20165700ede21a", "Els Maes")


def test_many_objects_cost_one_query_and_are_kept_for_minutes(site: Site, server: Server) -> None:
    refs = [ours(site.assets.add("Application", f"App {n}", Integrity="3")) for n in range(40)]
    now = [0.0]
    book = book_on(server, lambda: now[0], assets_cache_minutes=5)
    assert {a.integrity.value for a in book.look_up(refs).values()} == {3}
    book.look_up(refs)
    assert (server.count("POST", "object/aql"), server.count("GET", "objecttype")) == (1, 1)
    now[0] = 301.0
    book.look_up(refs)
    assert server.count("POST", "object/aql") == 2


def test_names_are_kept_for_minutes_too_found_or_not(site: Site, server: Server, kassa: str) -> None:
    now = [0.0]
    book = book_on(server, lambda: now[0], assets_cache_minutes=5)
    refs = [AssetRef("register", name, name) for name in ("Kassa", "Nergens")]
    for moment in (0.0, 299.0):
        now[0] = moment
        assert [asset.name for asset in book.look_up(refs).values()] == ["Kassa"]
    assert server.count("POST", "object/aql") == 1
    site.assets.add("Application", "Nergens")
    now[0] = 301.0
    assert [asset.name for asset in book.look_up(refs).values()] == ["Kassa", "Nergens"]


@pytest.mark.parametrize("server_site", [False, True])
def test_an_answer_of_more_than_a_page_is_read_to_its_end(server_site: bool) -> None:
    site = Site(server=server_site)
    for name in [*["Dubbel"] * 60, "Zeldzaam"]:
        site.assets.add("Application", name, Integrity="3")
    names = ("Dubbel", "Zeldzaam")
    given = {"pat": "s3cret-token", "email": "", "api_token": ""} if server_site else {}
    with Server(site.app) as server:
        found = book_on(server, **given).look_up([AssetRef("register", n, n) for n in names])
    assert [asset.name for asset in found.values()] == ["Zeldzaam"]


def test_more_objects_than_go_into_one_query_are_all_read(site: Site, server: Server) -> None:
    refs = [ours(site.assets.add("Application", f"App {n}", Integrity="3")) for n in range(120)]
    assert len([a for a in book_on(server).look_up(refs).values() if a.integrity.filled]) == 120


@pytest.mark.parametrize("queries", [True, False])
def test_what_assets_does_not_show_has_nothing_readable(
    site: Site, server: Server, kassa: str, queries: bool
) -> None:
    hidden = site.assets.add("Application", "Geheim", Confidentiality="5")
    site.assets.hidden.add(hidden)
    site.assets.queries = queries
    refs = [ours(kassa), ours(hidden), ours("999999")]
    found = book_on(server).look_up(refs)
    assert [found[ref].confidentiality.readable for ref in refs] == [True, False, False]
    assert [found[ref].gdpr.readable for ref in refs] == [True, False, False]


def test_attributes_of_types_that_may_not_be_read_are_unknown_where_an_object_has_none(
    site: Site, server: Server
) -> None:
    made = site.assets.add("Application", "Loket", GDPR=None, Confidentiality="2")
    site.assets.typeless = site.assets.queries = True
    site.assets.queries = False  # one by one, attributes come with their names
    asset = book_on(server).look_up([ours(made)])[ours(made)]
    assert (asset.confidentiality.value, asset.gdpr.readable) == (2, False)


@pytest.mark.parametrize(
    "object_id",
    [
        "../../../../rest/api/3/myself",
        "x/../y:7",
        f"{WORKSPACE}:7) or objectId > 0",
        f"{WORKSPACE}/v1/object:7",
        "evil.example:7",
        'AST-1") or Name like ("',
        f"{WORKSPACE}:7\n",
        "",
    ],
)
def test_what_is_no_id_is_asked_of_nobody(server: Server, kassa: str, object_id: str) -> None:
    ref = AssetRef(OBJECTS, object_id, "x")
    assert book_on(server).look_up([ref])[ref] == Asset(OBJECTS, object_id, "x")
    assert [a.path for a in server.asked if "/jsm/" in a.path] == []


def test_assets_of_other_registers_are_found_by_exact_name(site: Site, server: Server, kassa: str) -> None:
    for _ in range(2):
        site.assets.add("Application", "Dubbel")
    names = ("Kassa", " kassa ", "Dubbel", "Nergens", 'Kassa") or Name like ("', "")
    refs = [AssetRef("servicenow", "12", name) for name in names]
    found = book_on(server).look_up(refs)
    assert [(ref.name, asset.id) for ref, asset in found.items()] == [
        ("Kassa", f"{WORKSPACE}:{kassa}"),
        (" kassa ", f"{WORKSPACE}:{kassa}"),
    ]


def test_a_service_is_the_object_that_mirrors_it(site: Site, server: Server) -> None:
    site.assets.add("Service", "Loket", Service_ID=ARI, Confidentiality="3")
    site.set_field(site.change, "Affected services", [ARI], site.an)
    ref = AssetRef(OBJECTS, ARI, "2201284c-d00a-11eb-8ed1-0abe3f4a6601")
    asset = book_on(server).look_up([ref])[ref]
    assert (asset.name, asset.id, asset.confidentiality.value) == ("Loket", ARI, 3)
    strange = AssetRef(OBJECTS, ARI[:-1] + "9", "x")
    assert not book_on(server).look_up([strange])[strange].confidentiality.readable


def test_a_site_that_does_not_take_queries_leaves_names_unknown_and_services_unreadable(
    site: Site, server: Server, kassa: str
) -> None:
    site.assets.queries = False
    with pytest.raises(Forbidden, match="names cannot be looked up"):
        book_on(server).look_up([AssetRef("servicenow", "1", "Kassa")])
    ref = AssetRef(OBJECTS, ARI, "x")
    assert not book_on(server).look_up([ref])[ref].confidentiality.readable


def test_a_site_without_assets_knows_nothing_and_no_other_host_is_asked(site: Site, server: Server) -> None:
    book = book_on(server, assets_url="https://assets.invalid")
    assert book.look_up([AssetRef("servicenow", "1", "Kassa")]) == {}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(How.ANSWER, path="/jsm/", status=429, times=9, headers={"Retry-After": "90"}), RateLimited),
        (Fault(How.ANSWER, path="/jsm/", status=429, times=9), RateLimited),
        (Fault(How.ANSWER, path="/jsm/", status=503, times=9), Unreachable),
        (Fault(How.DROP_BEFORE, path="/jsm/", times=9), Unreachable),
        (Fault(How.ANSWER, path="/jsm/", status=401, times=9), Forbidden),
        (Fault(How.ANSWER, path="/jsm/", status=403, times=9), Forbidden),
        (Fault(How.ANSWER, path="/jsm/", status=302, headers={"Location": "/steal"}), Garbled),
        (
            Fault(How.ANSWER, path="/jsm/", status=200, headers={"Content-Type": "text/html"}, body="<html>"),
            Garbled,
        ),
        (Fault(How.ANSWER, path="servicedeskapi", status=500, times=9), Unreachable),
    ],
)
def test_failures_are_those_of_assets_and_not_of_jira(
    server: Server, kassa: str, fault: Fault, error: type[Exception]
) -> None:
    server.fail(fault)
    refs = [AssetRef("servicenow", "1", "Kassa")]
    with pytest.raises(error) as told:
        book_on(server).look_up(refs)
    assert told.value.system == OBJECTS
    assert not server.count(path="/steal")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.ANSWER, path="object/aql", status=503),
        Fault(How.ANSWER, path="object/aql", status=429),
        Fault(How.DROP_BEFORE, path="object/aql"),
    ],
)
def test_a_query_changes_nothing_so_it_is_repeated(server: Server, kassa: str, fault: Fault) -> None:
    server.fail(fault)
    assert book_on(server).look_up([ours(kassa)])[ours(kassa)].confidentiality.value == 4


def test_after_a_429_assets_is_left_alone_until_it_listens_again(server: Server, kassa: str) -> None:
    server.fail(Fault(How.ANSWER, path="/jsm/", status=429, headers={"Retry-After": "90"}))
    book = book_on(server)
    for _ in range(3):
        with pytest.raises(RateLimited):
            book.look_up([ours(kassa)])
    assert server.count(path="/jsm/") == 1


def test_the_gateway_takes_the_same_road_with_a_bearer_token(site: Site, server: Server, kassa: str) -> None:
    url = f"{server.url}{GATEWAY}"
    book = book_on(server, url=url, assets_url="", pat="s3cret-token", api_token="", email="")
    assert book.look_up([ours(kassa)])[ours(kassa)].confidentiality.value == 4
    assert {a.path.split("/jsm/")[0] for a in server.asked if "/jsm/" in a.path} == {GATEWAY}


@pytest.mark.parametrize(
    ("url", "more", "base"),
    [
        ("https://your-site.atlassian.net", {}, "https://api.atlassian.com"),
        ("https://api.atlassian.com/ex/jira/c1", {}, "https://api.atlassian.com/ex/jira/c1"),
        (
            "https://your-site.atlassian.net",
            {"assets_url": "https://proxy.example/"},
            "https://proxy.example",
        ),
    ],
)
def test_where_assets_is_reached(url: str, more: dict[str, str], base: str) -> None:
    settings = settings_for(url, **more)
    assert _Cloud(quick_client(settings), settings, None)._base == base


def test_the_wire_transport_repeats_queries_but_never_other_writes() -> None:
    allowed = reading_adapter().max_retries.allowed_methods
    assert allowed == {"GET", "POST"}


# -- Data Center -------------------------------------------------------------------------------------------


@pytest.fixture
def old_site() -> Site:
    made = Site(server=True)
    made.add_field("Server", "assets")
    return made


@pytest.mark.parametrize(
    ("addresses", "asked"),
    [
        (("assets", "insight"), "/rest/assets/1.0/aql/objects"),
        (("insight",), "/rest/insight/1.0/iql/objects"),
    ],
)
def test_data_center_shows_objects_by_name_and_key(
    old_site: Site, addresses: tuple[str, ...], asked: str
) -> None:
    old_site.assets.addresses = addresses
    made = old_site.assets.add("Server", "srv01, groot", Integriteit="3", Owner=old_site.dirk)
    old_site.set_field(old_site.change, "Server", [made], old_site.an)
    with Server(old_site.app) as server:
        settings = settings_for(server.url, pat="s3cret-token", email="", api_token="")
        client = quick_client(settings)
        (raw,) = client.api(f"issue/{old_site.change}")["fields"][old_site.field_id("Server")]
        book = JiraAssets(client, settings)
        ref = AssetRef(OBJECTS, f"AST-{made}", "srv01, groot")
        found = book.look_up([ref, AssetRef("register", "1", "SRV01, groot")])
        paths = [a.path for a in server.asked]
    assert raw == f"srv01, groot (AST-{made})"
    assert [(a.id, a.name, a.integrity.value) for a in found.values()] == [(ref.id, "srv01, groot", 3)] * 2
    assert found[ref].owner.value == (Person("JIRAUSER" + found[ref].owner.value[0].id[8:], "Dirk Peeters"),)
    assert asked in paths


def test_a_data_center_without_assets(old_site: Site) -> None:
    old_site.assets.addresses = ()
    with Server(old_site.app) as server:
        settings = settings_for(server.url, pat="s3cret-token", email="", api_token="")
        book = JiraAssets(quick_client(settings), settings)
        assert book.look_up([AssetRef("register", "1", "Kassa")]) == {}


def test_the_request_is_the_documented_one(server: Server, kassa: str) -> None:
    book_on(server).look_up([ours(kassa)])
    (asked,) = [a for a in server.asked if a.path.endswith("object/aql")]
    assert asked.path == f"/jsm/assets/workspace/{WORKSPACE}/v1/object/aql"
    assert json.loads(asked.body) == {"qlQuery": f"objectId in ({kassa})"}
    assert "includeAttributes=true" in asked.query
