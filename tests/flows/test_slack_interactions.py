"""What people do in Slack, over Socket Mode and over HTTP, and what they see of it: real clients, real lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from test_story import card

from bot import bootstrap
from bot.context import Context
from bot.cycle.cycle import cycle
from bot.intake.facts import FactsBuilder
from bot.interactions.worker import InteractionWorker
from bot.policy.actions import SnoozeChoice, encode
from bot.policy.snooze import Limits, latest
from bot.server.door import add_events, door
from bot.server.health import HealthServer
from bot.server.webhooks import AT_ONCE, PER_SECOND
from bot.settings.load import load_settings
from domain.ports.interactions import Interaction, InteractionKind
from sandbox.server import Fault, How
from sandbox.slack.socket import Delivered
from sandbox.slack.state import User
from sandbox.town import Town

REASON = "The masked copy is delivered next week; until then only the DBA sees the data"


def until(condition: Callable[[], object], seconds: float = 10.0) -> object:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


@dataclass
class World:
    """A town with the bot at its desk."""

    town: Town
    ctx: Context
    reception: InteractionWorker

    def user(self, name: str) -> User:
        return self.town.people[name]

    @property
    def place(self) -> str:
        return self.town.channels["team-citizens"]

    def card(self):
        return card(self.town, "team-citizens", self.town.change)

    def settle(self) -> None:
        until(lambda: self.ctx.journal.waiting_interactions() == 0)

    def kept(self, done: Delivered) -> None:
        assert done.acknowledged
        self.settle()

    def press(self, who: str, action: str, option: str = "") -> str:
        """What the person is told after pressing something on the card."""
        before = len(self.told(who))
        self.kept(self.town.slack.people.press(self.user(who), self.place, self.card(), action, option))
        told = self.told(who)[before:]
        return "\n".join(told)

    def command(self, who: str, text: str, channel: str = "") -> str:
        before = len(self.told(who))
        self.kept(self.town.slack.people.command(self.user(who), channel or self.place, text))
        return "\n".join(self.told(who)[before:])

    def told(self, who: str) -> list[str]:
        return [w.text for w in self.town.slack.whispers(self.user(who))]

    def home(self, who: str) -> str:
        self.kept(self.town.slack.people.open_home(self.user(who)))
        return text_of(self.town.slack.home(self.user(who)).content["blocks"])

    def dialog(self, who: str) -> str:
        shown = self.town.slack.dialog(self.user(who))
        assert shown is not None
        return text_of(shown.content["blocks"])

    def choices(self, who: str) -> dict[str, str]:
        """What can be chosen in the dialog that they have open, by label."""
        shown = self.town.slack.dialog(self.user(who))
        (element,) = (b["element"] for b in shown.content["blocks"] if b["type"] == "input")
        return {option["text"]["text"]: option["value"] for option in element["options"]}

    def later(self, who: str, choice: str) -> str:
        """What the dialog says after the choice that contains these words."""
        self.press(who, "snooze")
        value = next(value for label, value in self.choices(who).items() if choice in label)
        shown = self.town.slack.dialog(self.user(who))
        self.kept(self.town.slack.people.submit(self.user(who), shown, until=value))
        return self.dialog(who)

    def chosen_elsewhen(self, who: str, value: str) -> str:
        """What the dialog says to a choice that it does not offer at this moment."""
        self.press(who, "snooze")
        shown, user = self.town.slack.dialog(self.user(who)), self.user(who)
        note = shown.content["private_metadata"]
        form = Interaction(
            value, InteractionKind.FORM, user.id, "snooze", note, {"until": value}, view=shown.id
        )
        self.reception.take(form)
        self.settle()
        return self.dialog(who)

    def outcomes(self) -> list[tuple[str, str, str]]:
        ticket = f"jira:{self.town.jira.issues[self.town.change].id}"
        return [(d["person"], d["action"], d["outcome"]) for d in self.ctx.journal.interactions_of(ticket)]


def text_of(blocks: list) -> str:
    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                yield node["text"]
            for key, value in node.items():
                if key != "options":
                    yield from walk(value)
        elif isinstance(node, list):
            for item in node:
                yield from walk(item)

    return "\n".join(walk(blocks))


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> str:
    if request.param == "socket":
        pytest.importorskip("websockets", reason="NOT TESTED OVER SOCKET MODE: install websockets")
    return str(request.param)


@pytest.fixture
def extra() -> dict[str, str]:
    """Further settings; a test gives its own by that name."""
    return {}


@pytest.fixture
def world(town: Town, mode: str, extra: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for user in town.people.values():
        user.locale = "en-GB"
    env = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en"}
    if mode == "socket":
        env |= {"SLACK_APP_TOKEN": "xapp-sandbox"}
        del env["SLACK_SIGNING_SECRET"]
    for name, value in (env | extra).items():
        monkeypatch.setenv(name, value)
    loaded = load_settings()
    ctx = bootstrap.build(loaded)
    cycle(ctx)
    reception = bootstrap.reception(loaded, ctx, bootstrap.Metrics())
    assert reception is not None
    reception.open()
    flask = door()
    add_events(flask, reception.receive, bootstrap.admission(AT_ONCE, PER_SECOND), reception.genuine)
    web = HealthServer(flask, "127.0.0.1", 0).start()
    if mode == "http":
        town.slack.people.url = f"http://127.0.0.1:{web.port}/slack/events"
    else:
        until(lambda: len(town.slack.sockets.lines) == 2)
    yield World(town, ctx, reception)
    reception.close()
    web.close()
    ctx.journal.close()


def test_a_card_offers_what_can_be_done(world: World) -> None:
    elements = [e for b in world.card().blocks if b["type"] == "actions" for e in b["elements"]]
    assert [(e["action_id"], e.get("text", e.get("placeholder"))["text"]) for e in elements] == [
        ("open_ticket", "Open the ticket"),
        ("seen", "Seen, I am on it"),
        ("snooze", "Remind me later"),
        ("explain", "Explain"),
        ("waive", "Record an exception"),
    ]


def test_seen_is_noted_for_the_person_and_moves_no_deadline(world: World) -> None:
    told = world.press("Tom Willems", "seen")
    assert "You get no reminder of CHG-1 before" in told
    assert "the deadline stays as it is" in told
    assert "You said so already" in world.press("Tom Willems", "seen")
    assert "Also seen by Tom Willems." in world.press("Dina Peeters", "seen")
    assert world.outcomes() == [
        ("Tom Willems", "seen", "seen"),
        ("Tom Willems", "seen", "seen before"),
        ("Dina Peeters", "seen", "seen"),
    ]


def test_only_what_ends_before_the_next_hard_step_can_be_chosen(world: World) -> None:
    world.press("Tom Willems", "snooze")
    shown = world.dialog("Tom Willems")
    assert "The deadline of CHG-1 stays as it is" in shown
    assert "at the latest" in shown
    limits = Limits(world.ctx.policy.reminders.remind_days, world.ctx.policy.calendar)
    source = next(source for source in world.ctx.sources if source.name == "jira")
    last = latest(FactsBuilder(world.ctx).facts(source, source.find("CHG-1")), limits)
    moments = [datetime.fromisoformat(value) for value in world.choices("Tom Willems").values()]
    assert moments == sorted(moments)
    assert moments[-1] <= last
    assert not [label for label in world.choices("Tom Willems") if "in five working days" in label]
    assert all(
        world.ctx.speak(m) in label for m, label in zip(moments, world.choices("Tom Willems"), strict=True)
    )


def test_a_dialog_that_was_left_open_too_long_puts_nothing_off(world: World) -> None:
    past, far = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 90))
    assert "cannot be put off any more" in world.chosen_elsewhen("Tom Willems", past.isoformat())
    assert "That is sooner than you chose" in world.chosen_elsewhen("Tom Willems", far.isoformat())
    assert [o for _, _, o in world.outcomes()] == [
        "choices shown", "too late to put off", "choices shown", "snoozed",
    ]  # fmt: skip


def test_a_choice_of_an_older_card_still_holds(world: World) -> None:
    tom, ticket = world.user("Tom Willems"), world.town.jira.issues["CHG-1"].id
    value = encode("jira", ticket, more=SnoozeChoice.HOURS.value)
    world.reception.take(
        Interaction("old", InteractionKind.PRESS, tom.id, "snooze", value, place=world.place)
    )
    world.settle()
    assert "You hear of CHG-1 again on" in world.told("Tom Willems")[-1]
    assert world.outcomes() == [("Tom Willems", "snooze", "snoozed")]


def test_who_snoozes_is_reminded_in_person_when_it_ends(world: World) -> None:
    told = world.later("Tom Willems", "in two hours")
    assert "You hear of CHG-1 again on" in told
    assert "sooner" not in told
    tom = world.user("Tom Willems")
    for hours, said in ((1.9, 0), (2.1, 1), (2.2, 1)):
        ahead = replace(world.ctx, clock=lambda hours=hours: datetime.now(UTC) + timedelta(hours=hours))
        cycle(ahead)
        direct = [m.text for m in world.town.slack.direct(tom)]
        assert len(direct) == said, f"after {hours} hours"
    assert "you asked to hear of this again now" in direct[0]
    assert "Production data used as test data" in direct[0]


def test_a_snooze_that_ends_on_a_settled_ticket_says_nothing(world: World) -> None:
    world.later("Tom Willems", "in two hours")
    world.town.put_in_order()
    cycle(replace(world.ctx, clock=lambda: datetime.now(UTC) + timedelta(hours=2.1)))
    assert world.town.slack.direct(world.user("Tom Willems")) == []


def test_only_who_is_known_and_has_a_part_can_do_anything(world: World) -> None:
    assert "it cannot be told who you are in Jira" in world.press("Els Maes", "seen"), "her address is hidden"
    world.town.jira.user("Piet Jansen").email_visible = True
    world.town.jira.add_user("Bram Wouters").email_visible = True
    bram = world.town.slack.add_user("Bram Wouters", "bram.wouters@example.org")
    bram.locale = "en-GB"
    world.town.people["Bram Wouters"] = bram
    world.town.slack.workspace.channels[world.place].members.add(bram.id)
    for action in ("seen", "explain"):
        assert "you have no part in CHG-1" in world.press("Bram Wouters", action)
    assert "you have no part in CHG-1" in world.command("Bram Wouters", "CHG-1")
    assert "you have no part in CHG-1" in world.command("Bram Wouters", "explain CHG-1 ICR-16")
    world.press("Bram Wouters", "waive")
    assert "you have no part in CHG-1" in world.dialog("Bram Wouters")
    ticket = f"jira:{world.town.jira.issues['CHG-1'].id}"
    assert world.ctx.journal.snoozes_of(ticket) == ()
    assert world.ctx.journal.waivers_of(ticket) == ()
    assert {outcome for _, _, outcome in world.outcomes()} == {"stranger", "no part in it"}


@pytest.mark.parametrize("extra", [{"SLUIS_SAME_PERSON": "U0SLUIS0010=acc-els.maes"}])
def test_an_account_can_be_declared_to_be_the_same_person(world: World) -> None:
    assert world.user("Els Maes").id == "U0SLUIS0010"
    assert world.command("Els Maes", "CHG-1").startswith("CHG-1 · New address format")
    assert world.outcomes()[-1] == ("Els Maes", "/sluis", "shown")


@pytest.mark.parametrize("mode", ["socket"], indirect=True)
def test_a_member_of_the_cab_who_is_a_guest_here_does_nothing(world: World) -> None:
    karim = world.user("Karim Aziz")
    world.press("Karim Aziz", "waive")
    shown = world.town.slack.dialog(karim)
    karim.guest = True
    told = "you are here as a guest"
    for action in ("seen", "explain", "waive"):
        assert told in world.press("Karim Aziz", action)
    assert told in world.command("Karim Aziz", "CHG-1")
    assert told in world.home("Karim Aziz")
    world.kept(
        world.town.slack.people.submit(karim, shown, rules="ICR-16", reason=REASON, until="2099-01-01")
    )
    assert told in text_of(shown.content["blocks"])
    ticket = f"jira:{world.town.jira.issues['CHG-1'].id}"
    assert (world.ctx.journal.waivers_of(ticket), world.ctx.journal.snoozes_of(ticket)) == ((), ())


def test_the_command_answers_in_plain_words(world: World) -> None:
    tom = "Tom Willems"
    stands = world.command(tom, "chg-1")
    assert stands.startswith("CHG-1 · New address format")
    assert "Dina Peeters (DPO)" in stands
    shown = world.town.slack.whispers(world.user(tom))[-1]
    assert any(b["type"] == "actions" for b in shown.blocks)
    assert world.command(tom, "explain CHG-1 ICR-16").startswith("ICR-16  Test data without production data")
    assert "Did you mean CHG-1?" in world.command(tom, "CGH-1")
    assert "Did you mean ICR-" in world.command(tom, "explain CHG-1 ICR-99")
    assert "ICR-56 is not asked of CHG-1" in world.command(tom, "explain CHG-1 ICR-56")
    assert "/sluis mine — what waits for you" in world.command(tom, "help")
    assert world.command(tom, "please do something").startswith(
        "This was not understood: please do something"
    )
    assert "Production data used as test data" in world.command(tom, "mine")


def test_people_read_their_own_language(world: World) -> None:
    world.user("Tom Willems").locale = "nl-NL"
    world.user("Dina Peeters").locale = "fr-FR"  # not one of ours: that of the office
    assert "de deadline blijft zoals ze is" in world.press("Tom Willems", "seen")
    assert "Er wacht" in world.home("Karim Aziz") or "Nothing waits" in world.home("Karim Aziz")
    assert "the deadline stays as it is" in world.press("Dina Peeters", "seen")


def test_home_shows_what_waits_for_each(world: World) -> None:
    dina, tom, karim, els = (world.home(n) for n in ("Dina Peeters", "Tom Willems", "Karim Aziz", "Els Maes"))
    assert "Approval by CAB and DPO" in dina
    assert "production data" not in dina.lower()
    assert "Production data used as test data" in tom
    assert "not one that the class allows" in tom, "of ServiceNow, where he is in the team as well"
    assert "Your role: CAB." in karim
    assert "Nothing waits for you" in karim
    assert "It cannot be told who you are in Jira." in els
    world.town.dpo_signs()
    cycle(world.ctx)
    assert "Nothing waits for you" in world.home("Dina Peeters")


def test_a_button_on_home_is_answered_directly(world: World) -> None:
    world.home("Tom Willems")
    tom = world.user("Tom Willems")
    home = world.town.slack.home(tom)
    world.kept(world.town.slack.people.press_in_view(tom, home, "explain"))
    (told,) = world.town.slack.direct(tom)
    assert told.text.startswith("Why ")


def test_a_stale_card_tells_who_did_it_already_and_when(world: World) -> None:
    world.town.put_in_order()
    told = world.press("Tom Willems", "seen")
    assert "Already done by Dina Peeters on" in told
    done = [line for line in told.splitlines() if line.endswith("Test data without production data")]
    assert [line.startswith("Already done by Nora Smet on") for line in done] == [True], "the tests ran again"
    world.town.jira.transition("CHG-1", "Canceled", "Tom Willems")
    assert "its status is Canceled" in world.press("Tom Willems", "explain")
    ticket = f"jira:{world.town.jira.issues['CHG-1'].id}"
    assert world.ctx.journal.snoozes_of(ticket) == ()


def waive(world: World, who: str, **values: str) -> str:
    """What the dialog shows after it was sent in."""
    shown = world.town.slack.dialog(world.user(who))
    assert shown is not None
    world.kept(world.town.slack.people.submit(world.user(who), shown, **values))
    return world.dialog(who) if world.town.slack.dialog(world.user(who)) else ""


def test_an_exception_is_recorded_by_somebody_in_the_role(world: World) -> None:
    world.press("Karim Aziz", "waive")
    assert "It is for CHG-1 only." in world.dialog("Karim Aziz")
    assert "Say why" in waive(world, "Karim Aziz", rules="ICR-13", reason="n.v.t.")
    assert "Choose at least one requirement" in waive(world, "Karim Aziz", rules="", reason=REASON)
    assert "Choose a last day from" in waive(
        world, "Karim Aziz", rules="ICR-13", reason=REASON, until="2020-01-01"
    )
    last = str((datetime.now(UTC) + timedelta(days=5)).date())
    done = waive(world, "Karim Aziz", rules="ICR-13", reason=REASON, until=last)
    assert "ICR-13: waived until" in done
    assert f"by Karim Aziz (CAB): {REASON}" in done
    (made,) = world.ctx.journal.waivers_of(f"jira:{world.town.jira.issues['CHG-1'].id}")
    assert (made.by, made.reason, made.rules) == ("Karim Aziz", REASON, ("ICR-13",))
    cycle(world.ctx)
    assert "Waived until" in world.card().text
    assert [o for _, _, o in world.outcomes()] == ["form shown", *["not waived"] * 3, "waived"]


@pytest.mark.parametrize(
    ("who", "extra", "told"),
    [
        ("Rita Goossens", {}, "these may: Karim Aziz (CAB), Lotte Claes (CAB), Dina Peeters (DPO)"),
        ("Tom Willems", {"ROLES__CAB": "Team Citizens"}, "You have a part in this change (Requester)"),
    ],
)
def test_no_exception_by_others_nor_on_ones_own_change(world: World, who: str, told: str) -> None:
    world.press(who, "waive")
    assert told in world.dialog(who)
    assert world.ctx.journal.waivers_of(f"jira:{world.town.jira.issues['CHG-1'].id}") == ()


def test_a_role_that_was_lost_meanwhile_counts_no_more(world: World) -> None:
    world.press("Karim Aziz", "waive")
    world.town.jira.groups["Change Advisory Board"] = [
        a for a in world.town.jira.groups["Change Advisory Board"] if "karim" not in a
    ]
    assert "You may not record an exception here" in waive(world, "Karim Aziz", rules="ICR-13", reason=REASON)
    assert world.ctx.journal.waivers_of(f"jira:{world.town.jira.issues['CHG-1'].id}") == ()


def test_a_dialog_that_could_not_be_opened_in_time_is_told(world: World) -> None:
    late = Fault(How.ANSWER, "views.open", status=200, body='{"ok": false, "error": "expired_trigger_id"}')
    world.town.servers["slack"].fail(late)
    assert "so no form could be opened. Please press again." in world.press("Karim Aziz", "waive")
    world.press("Karim Aziz", "waive")
    assert "It is for CHG-1 only." in world.dialog("Karim Aziz")


def test_an_answer_to_a_dialog_that_was_closed_comes_directly(world: World) -> None:
    world.press("Karim Aziz", "waive")
    karim = world.user("Karim Aziz")
    shown = world.town.slack.dialog(karim)
    world.town.slack.close_dialog(shown)
    world.kept(world.town.slack.people.submit(karim, shown, rules="ICR-13", reason=REASON))
    assert "ICR-13: waived until" in world.town.slack.direct(karim)[-1].text


def test_deliveries_again_do_nothing_twice(world: World) -> None:
    people, karim = world.town.slack.people, world.user("Karim Aziz")
    world.press("Tom Willems", "seen")
    for attempt in (1, 2, 3):
        assert people.again(attempt).acknowledged
    world.later("Tom Willems", "in two hours")
    for attempt in (1, 2):
        people.again(attempt)
    world.press("Karim Aziz", "waive")
    shown = world.town.slack.dialog(karim)
    people.submit(karim, shown, rules="ICR-13", reason=REASON)
    for attempt in (1, 2):
        people.again(attempt)
    world.settle()
    assert [o for _, _, o in world.outcomes()] == [
        "seen", "choices shown", "snoozed", "form shown", "waived",
    ]  # fmt: skip
    assert len(world.ctx.journal.waivers_of(f"jira:{world.town.jira.issues['CHG-1'].id}")) == 1
    assert len(world.told("Tom Willems")) == 1


def test_a_system_that_is_down_is_told_and_the_acknowledgement_is_not_late(world: World) -> None:
    world.town.servers["jira"].fail(Fault(How.ANSWER, times=999, status=503))
    assert "Jira does not answer as it should" in world.press("Tom Willems", "seen")
    assert "Jira does not answer now" in world.command("Tom Willems", "mine")
    assert [o for _, _, o in world.outcomes()] == []


def test_no_button_ever_signs_anything_off(world: World) -> None:
    for who in ("Tom Willems", "Dina Peeters", "Karim Aziz"):
        for action in ("seen", "explain", "waive"):
            world.press(who, action)
        world.home(who)
        world.command(who, "CHG-1")
    asked = [a for name in ("jira", "servicenow") for a in world.town.servers[name].writes()]
    assert not [a for a in asked if "approval" in a.path or "transition" in a.path]


def test_without_ears_a_card_has_no_buttons(town: Town, sync: Callable[..., object]) -> None:
    sync(SLACK_SIGNING_SECRET="")
    shown = card(town, "team-citizens", town.change)
    assert [e["action_id"] for b in shown.blocks if b["type"] == "actions" for e in b["elements"]] == [
        "open_ticket"
    ]
