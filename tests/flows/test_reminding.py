"""Weeks of the bot in one process: what goes up, what waits for the morning, and that nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from office import CARLA, DINA, MARC, Killed, Office
from organisation import DIGESTS, NO_LADDERS, speaking
from sqlalchemy import event

from bot.journal import Decided
from domain.asset import Asset
from domain.fields import Field
from domain.lifecycle import State
from domain.people import Group, Role
from domain.ports.interactions import Interaction, InteractionKind
from domain.snooze import Snooze, SnoozeKind
from domain.ticket import AssetRef, TicketKind
from domain.waiver import Waiver
from domain.working_calendar import Calendar

WEB, BREDA = Group("g-web", "Web team"), Group("g-breda", "Team Breda")
SITE = AssetRef("jira", "site", "Website")
TALK = speaking(**DIGESTS)
MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)  # 7:00 in Brussels
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def site(availability: int = 2) -> Asset:
    off = dict.fromkeys(("gdpr", "ksz", "nis2"), Field(False))
    classes = {"confidentiality": Field(3), "integrity": Field(3), "availability": Field(availability)}
    return Asset("jira", "site", "Website", owner=Field((CARLA,)), stakeholders=Field(), **classes, **off)


@pytest.fixture
def office(tmp_path: Path):
    made: list[Office] = []

    def make(now: datetime = MONDAY, availability: int = 2, **more: object) -> Office:
        one = Office(f"sqlite:///{tmp_path / f'{len(made)}.db'}", now, **more)
        one.assets["site"] = site(availability)
        made.append(one)
        return one

    yield make
    for one in made:
        one.ctx.journal.close()


Make = Callable[..., Office]


def change(office: Office, key: str = "CHG-1", **more: object) -> None:
    given = {
        "summary": "New portal",
        "state": State.AUTHORIZE,
        "assets": (SITE,),
        "responsible_group": (WEB,),
        "planned_start": at(27, 17),
    }
    office.put(key, **given | more)


def went_up(office: Office, about: str = "") -> list[tuple[str, str]]:
    """Where and when something went up, outside threads."""
    return [
        (said.channel, f"{said.at:%d %H:%M}")
        for said in office.said
        if not said.thread and "needs your help" in said.text.partition("\n")[0] and about in said.text
    ]


def reminded(office: Office) -> list[str]:
    """The reminders, whole."""
    return [said.text for said in office.said if " for you" in said.text.partition("\n")[0]]


def test_what_is_missing_is_told_again_when_more_goes_missing_not_when_some_is_settled(office: Make):
    team = office(at(16, 9))
    change(team)
    team.run()
    [first] = reminded(team)
    assert "this should have been in order by now" in first
    for hour, name in ((10, "package"), (11, "build_doc"), (12, "install_doc")):
        team.now = at(16, hour)
        team.put("CHG-1", **{name: "see wiki"})
        team.run()
    assert reminded(team) == [first], "whoever is at it is not reminded of the rest"
    team.now = at(16, 13)
    team.put("CHG-1", state=State.IMPLEMENT)
    team.run()
    assert len(reminded(team)) > 1


def test_a_reminder_says_who_has_seen_it(office: Make):
    team = office(at(16, 9))
    change(team, planned_start=at(18, 17))
    team.run()
    ticket, journal = "jira:chg-1", team.ctx.journal
    journal.keep(Interaction("1", InteractionKind.PRESS, "U1"), team.now)
    deed = journal.next_interaction("test", team.now, 60)
    seen = Snooze(ticket, "carla", "Carla", SnoozeKind.SEEN, at(16, 9, 30), at(17, 17))
    assert journal.decide(deed, "test", Decided("seen", ticket=ticket, account="carla", pause=seen), team.now)
    before = len(reminded(team))
    team.now = at(17, 17)  # one working day before: that comes whatever anybody pressed
    team.assets["site"] = site(availability=3)
    team.run(full=True)
    said = reminded(team)[before:]
    assert said
    assert all("Seen by Carla on Mon 16 Nov 2026, 10:30." in text for text in said)


def test_what_is_missing_goes_up_in_working_time_and_each_step_says_what_was_tried(office: Make):
    one = office()
    change(one)
    one.until(at(24, 20), HOUR)
    assert went_up(one) == [("cm", "17 07:00"), ("cab", "19 07:00")]
    cab = next(said.text for said in one.said if said.channel == "cab" and "needs your help" in said.text)
    assert (
        "Asked before: Web team on Mon 16 Nov 2026, 08:00 and the change manager on Tue 17 Nov 2026, 08:00."
        in cab
    )
    threads = [said.text.partition(",")[0] for said in one.said if said.thread]
    assert threads == ["This went up to the change manager", "This went up to the CAB"]


@pytest.mark.parametrize(("channels", "messages"), [({"change_manager": "cm"}, 1), ({}, 2)])
def test_who_reads_one_channel_gets_one_message_for_all_teams(
    office: Make, channels: dict[str, str], messages: int
):
    """A role without a channel of its own may be reached where each team is, so there each team has its own message."""
    one = office(channels=channels)
    change(one)
    change(one, "CHG-2", responsible_group=(BREDA,))
    one.until(at(17, 12), HOUR)
    raised = [said for said in one.said if not said.thread and "your help" in said.text.partition("\n")[0]]
    assert [said.text.partition("\n")[0] for said in raised] == (
        ["2 tickets need your help"] if messages == 1 else ["1 ticket needs your help"] * 2
    )


@pytest.mark.parametrize("how", ["settled", "canceled", "waived", "draft"])
def test_the_chain_stops(office: Make, how: str):
    one = office()
    change(one)
    one.until(at(17, 12), HOUR)
    assert went_up(one) == [("cm", "17 07:00")]
    if how == "settled":
        given = {"rollout_strategy": "phased", "release_size": "minor"}
        texts = ("package", "build_doc", "install_doc", "test_plan", "procedures", "scripts", "fallback_plan")
        one.put("CHG-1", **given, **dict.fromkeys(texts, "see wiki"))
    elif how == "waived":
        rules = tuple(rule for rule, _ in one.ctx.journal.previous("jira", "chg-1").items())
        for who, role in ((MARC, Role.CAB), (CARLA, Role.OWNER), (DINA, Role.DPO)):
            waiver = Waiver("jira:chg-1", rules, "agreed", who.name, role, one.now, at(30, 12))
            one.ctx.journal.record_waiver(waiver, who.id)
    else:
        one.put("CHG-1", state=State.CANCELED if how == "canceled" else State.DRAFT)
    one.until(at(24, 20), HOUR)
    assert went_up(one) == [("cm", "17 07:00")]


def test_a_step_that_nobody_holds_is_passed_over(office: Make):
    one = office(channels={"cab": "cab"})
    change(one)
    one.until(at(20, 20), HOUR)
    assert went_up(one)[0] == ("all", "17 07:00"), (
        "the change managers hold it, and have no address: where the team is"
    )


def test_what_is_held_back_in_quiet_hours_is_not_read_again_and_again(office: Make):
    """Below class 3 of availability people are told in office hours only; until then nobody reads the ticket."""
    one = office(at(20, 17, 30))  # Friday evening, 18:30 in Brussels
    change(one)
    one.until(at(23, 6, 30), HOUR)
    assert one.reads == ["CHG-1"], "judged once, over a whole weekend of cycles"
    assert one.posts(thread=False) == ["CHG-1 · New portal"]
    one.until(at(23, 7, 30), HOUR)
    assert one.posts("all", thread=False)[1:] == ["1 change waits for you"]


def test_a_cycle_asks_the_journal_as_often_for_forty_tickets_as_for_four(office: Make):
    counts = []
    for number in (4, 40):
        one = office()
        for n in range(number):
            change(one, f"CHG-{n}", planned_start=at(30, 17))
        one.run()
        one.now += HOUR / 2
        one.until(at(16, 9), HOUR)
        asked: list[str] = []
        event.listen(one.ctx.journal.engine, "before_cursor_execute", partial(_heard, asked))
        one.now += HOUR / 2
        one.run()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def _heard(asked: list[str], *given: object) -> None:
    asked.append(str(given[2]))


def test_a_breach_goes_up_at_night_and_a_patch_in_office_hours(office: Make):
    one = office(
        at(20, 20), packs=("keten-dap",), channels={"cab": "cab", "dpo": "dpo", "change_manager": "cm"}
    )
    breach = {
        "data_breach": "yes",
        "detected_at": at(20, 20),
        "incident_priority": "highest",
        "chain_wide": False,
    }
    change(one, "INC-1", kind=TicketKind.INCIDENT, planned_start=Field(), **breach)
    one.until(at(24, 12), HOUR)
    # 72 hours end on Monday at 20:00 UTC; nobody reported, so all of the ladder is climbed, weekend or not.
    assert went_up(one, "Data breach as priority 1") == [
        ("dpo", "20 21:00"),
        ("all", "21 20:00"),
        ("cm", "22 20:00"),
        ("cab", "23 14:00"),
    ]
    two = office(at(18, 8), packs=("patch",))
    change(two, "CHG-2", patch=True, deadline=at(22, 12), planned_start=Field())
    two.until(at(24, 12), HOUR)
    assert went_up(two, "Not implemented within the deadline") == [
        ("all", "23 07:00"),
        ("cm", "23 08:00"),
        ("cab", "23 09:00"),
    ], "not in the weekend"


def test_a_chain_goes_up_the_ladder_that_its_pack_writes(office: Make):
    one = office(at(16, 8), packs=("keten-dap",), channels={"keten_cab": "keten", "change_manager": "cm"})
    change(one, state=State.ASSESS, chain_wide=True, deadline=at(17, 9), cmk_reference="CMK-1")
    one.until(at(20, 12), HOUR)
    assert went_up(one) == [("cm", "17 10:00"), ("keten", "18 10:00")]


def test_a_digest_on_working_mornings_and_one_line_when_quiet(office: Make):
    one = office(at(19, 6), talk=TALK)
    change(one, planned_start=at(25, 9))
    one.until(at(24, 12), HOUR / 2)
    digests = [said for said in one.said if "You get this each working day" in said.text]
    assert [f"{said.at:%d %H:%M}" for said in digests] == ["19 07:30", "20 07:30", "23 07:30", "24 07:30"]
    one.put("CHG-1", state=State.CANCELED)
    one.until(at(25, 12), HOUR / 2)
    assert one.posts()[-1] == (
        "Web team: nothing is due today or in the coming days; 0 open tickets are followed."
    )


def waits(office: Office) -> list[str]:
    """When the team was reminded in a message of its own."""
    told = [said for said in office.said if said.channel == "all" and said.text.startswith("1 change waits")]
    return [f"{said.at:%d %H:%M}" for said in told]


def test_early_reminders_of_the_team_stand_in_the_digest_and_the_last_one_comes_alone(office: Make):
    texts = ("package", "build_doc", "install_doc", "test_plan", "procedures", "scripts", "fallback_plan")
    done = dict.fromkeys(texts, "see wiki") | {"rollout_strategy": "phased", "release_size": "minor"}
    one = office(at(17, 6), talk=TALK)
    change(one, planned_start=at(25, 16), **done)
    one.until(at(25, 12), HOUR / 2)
    alone = [
        f"{said.at:%d %H:%M}"
        for said in one.said
        if said.text.startswith("1 change waits") and said.channel == "all"
    ]
    assert alone == ["24 16:00"]
    plain = office(at(17, 6))
    change(plain, planned_start=at(25, 16), **done)
    plain.until(at(25, 12), HOUR / 2)
    alone = [
        f"{said.at:%d %H:%M}"
        for said in plain.said
        if said.text.startswith("1 change waits") and said.channel == "all"
    ]
    assert alone == ["18 16:00", "23 16:00", "24 16:00"]


def test_a_team_keeps_the_holidays_of_its_country(office: Make):
    dutch = Calendar(ZoneInfo("Europe/Amsterdam"), "NL")
    one = office(
        datetime(2026, 4, 26, 20, tzinfo=UTC),
        talk=TALK,
        calendars={"team_breda": dutch},
        channels={"Team Breda": "breda"},
    )
    later = datetime(2026, 5, 20, 9, tzinfo=UTC)
    change(one, planned_start=later)
    change(one, "CHG-2", planned_start=later, responsible_group=(BREDA,))
    one.until(datetime(2026, 4, 28, 12, tzinfo=UTC), HOUR / 2)
    days = {(said.channel, said.at.day) for said in one.said if "each working day" in said.text}
    assert days == {("all", 27), ("all", 28), ("breda", 28)}, "27 April is King's day"


@pytest.mark.parametrize(("first", "sent"), [(at(16, 6), "19 08:00"), (at(9, 6), "12 08:00")])
def test_the_pre_read_comes_once_a_week(office: Make, first: datetime, sent: str):
    one = office(first, talk=TALK)
    change(one)
    one.until(first + timedelta(days=5), HOUR / 2)
    (read,) = [said for said in one.said if said.text.startswith("Pre-read")]
    assert (read.channel, f"{read.at:%d %H:%M}") == ("cab", sent)
    assert "\n1. CHG-1 · New portal — not in order in time: " in read.text


def test_the_pre_read_is_moved_before_a_day_off(office: Make):
    one = office(
        at(9, 6), talk=speaking(preread_on="wed"), ladders=NO_LADDERS
    )  # Wednesday 11 November is a day off
    change(one)
    one.until(at(14, 6), HOUR / 2)
    assert [f"{said.at:%d %H:%M}" for said in one.said if said.text.startswith("Pre-read")] == ["10 08:00"]


def test_each_channel_is_addressed_in_its_own_language(office: Make):
    """The team and the CAB read Dutch, the change managers English."""
    one = office(languages={"cab": "nl", "Web team": "nl", "change_manager": "en"}, talk=TALK)
    change(one)
    one.until(at(19, 12), HOUR / 2)
    tops = {(said.channel, said.text.partition("\n")[0].partition(",")[0]) for said in one.said}
    assert tops == {
        ("all", "CHG-1 · New portal"),
        ("all", "1 wijziging wacht op u"),
        *(("all", f"Web team · {day} nov 2026") for day in ("ma 16", "di 17", "wo 18", "do 19")),
        ("all", "Dit is voorgelegd aan de changemanager"),
        ("all", "Dit is voorgelegd aan de CAB"),
        ("cm", "1 ticket needs your help"),
        ("cab", "CAB-voorbereiding"),
        ("cab", "1 ticket heeft uw hulp nodig"),
    }


def test_a_limit_a_day_and_what_is_left_comes_the_next_day(office: Make):
    one = office(talk=speaking(remind_limit=2), ladders=NO_LADDERS)
    for n in range(5):
        change(one, f"CHG-{n}", planned_start=datetime(2026, 12, 9, 17, tzinfo=UTC))
        one.until(one.now + 2 * HOUR, HOUR)
    reminded = [said.at.day for said in one.said if "for you" in said.text.partition("\n")[0]]
    assert reminded == [16, 16]
    one.until(at(17, 16), HOUR)
    reminded = [said.at.day for said in one.said if "for you" in said.text.partition("\n")[0]]
    assert reminded == [16, 16, 17]
    assert one.posts()[-1] == "3 changes wait for you"


def test_a_card_rests_between_two_edits_and_then_shows_the_last(office: Make):
    one = office(talk=speaking(card_rest=600), ladders=NO_LADDERS)
    change(one)
    one.run()
    for number in range(6):
        one.now += timedelta(minutes=2)
        change(one, summary=f"New portal {number}")
        one.run()
    edits = [said for said in one.said if said.what == "update"]
    assert [(f"{said.at:%H:%M}", said.text.partition("\n")[0]) for said in edits] == [
        ("06:10", "CHG-1 · New portal 4")
    ]
    one.until(one.now + HOUR, HOUR / 4)
    assert [said.text.partition("\n")[0] for said in one.said if said.what == "update"][1:] == [
        "CHG-1 · New portal 5"
    ]


def story(one: Office) -> None:
    for n in range(2):
        change(one, f"CHG-{n}")
    one.until(at(17, 15), 3 * HOUR)


def test_killed_at_any_write_nothing_is_said_twice_and_nothing_is_lost(office: Make):
    whole = office(at(16, 6), talk=TALK)
    story(whole)
    said = sorted(one.text for one in whole.said)
    assert len(said) > 6
    for number in range(1, len(said) + 1):
        one = office(at(16, 6), talk=TALK, kill_at=number)
        with pytest.raises(Killed):
            story(one)
        one.ctx.journal.close()
        one.kill_at = 0
        standing = one.outlet.standing
        one.start()
        one.outlet.standing = standing
        one.run()
        for n in range(2):
            if f"CHG-{n}" not in one.tickets:
                change(one, f"CHG-{n}")
        one.until(at(17, 15), 3 * HOUR)
        assert sorted(said.text for said in one.said) == said, number
