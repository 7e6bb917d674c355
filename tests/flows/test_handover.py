"""Handing over, over the whole path: Slack that is down, closed channels, e-mail instead, receipts and reminders."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from build import english
from test_slack_interactions import World, mode, until, world  # noqa: F401 - fixtures
from test_story import Sync, text

from bot.context import Context
from bot.cycle.cycle import cycle
from bot.intake.facts import FactsBuilder
from domain.facts import Facts
from rules.engine import evaluate
from rules.loading.loader import load_packs
from sandbox.mail import MailSandbox
from sandbox.server import Fault, How
from sandbox.slack.state import Message
from sandbox.town import Town

DOWN = Fault(How.ANSWER, r"/api/", "", 10_000, 503, {"Content-Type": "text/html"}, "<html>maintenance</html>")


@pytest.fixture
def letters() -> Iterator[MailSandbox]:
    made = MailSandbox()
    yield made
    made.stop()


@pytest.fixture
def extra() -> dict[str, str]:
    return {"SLUIS_OFFICE_HOURS": "00:00-23:59"}


def mail_env(letters: MailSandbox) -> dict[str, str]:
    return {
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": str(letters.start()),
        "MAIL_SECURITY": "none",
        "MAIL_FROM_ADDRESS": "sluis@example.org",
        "MAIL_ADDRESSES__OPERATIONS": "operations@example.org",
    }


def notifications(town: Town) -> tuple[list[Message], list[Message]]:
    """What stands in the channel of operations, and what Rita was told directly; not what was said in their threads."""
    told = town.slack.direct(town.people["Rita Goossens"])
    return town.slack.messages(town.channels["operations"]), [m for m in told if not m.thread_ts]


@pytest.fixture
def evidence(town: Town, facts: Callable[..., Facts]) -> Callable[..., str]:
    """What is seen of the rule about the notification."""

    return lambda: seen_in(facts(town.release))


def seen_in(known: Facts) -> str:
    found = evaluate(known, load_packs(["vo-icr"]))
    return next(english(finding.seen) for finding in found if finding.id == "ICR-12")


def seen_by(ctx: Context, town: Town) -> str:
    source, ref = next((s, ref) for s in ctx.sources if (ref := s.find(town.release)))
    return seen_in(FactsBuilder(ctx).facts(source, ref))


def verdicts(town: Town) -> dict[str, str]:
    with sqlite3.connect(town.folder / "sluis.db") as journal:
        query = "SELECT rule_id, verdict FROM finding WHERE ticket = ?"
        found = dict(journal.execute(query, (f"jira:{town.jira.issues[town.release].id}",)))
    journal.close()
    return found


def test_while_slack_is_down_nobody_is_reproached_and_nothing_is_lost(
    town: Town, sync: Sync, evidence: Callable[..., str]
) -> None:
    sync()
    town.roll_out()
    town.jira.transition(town.release, "Closed", "Piet Jansen")
    town.servers["slack"].fail(DOWN)
    down = sync()
    assert verdicts(town)["ICR-12"] == "pending", "closed, and due: but on its way"
    said = text(town, town.release)
    assert said.startswith("▌ Nothing is asked of you now: a formal notification is on its way.")
    assert "Slack cannot be reached since" in said and "it is sent again by itself" in said
    assert "Needed next" not in said and "Not in order in time" not in said
    assert down.exit_code == 1 and down.undelivered >= 2
    assert any(line.startswith("slack: ") for line in down.problems)
    still = sync()
    assert (still.exit_code, still.undelivered >= 2) == (1, True)

    town.servers["slack"].faults.clear()
    back = sync(clock=lambda: datetime.now(UTC) + timedelta(minutes=16))
    assert [len(place) for place in notifications(town)] == [1, 1]
    assert (back.problems, back.undelivered, back.exit_code) == ([], 0, 0)
    assert verdicts(town)["ICR-12"] == "met"
    assert "receipt is not confirmed yet" in evidence()
    sync()
    assert [len(place) for place in notifications(town)] == [1, 1], "once"


def test_a_closed_channel_parks_the_notification_and_the_admin_hears_until_it_is_mended(
    town: Town, sync: Sync
) -> None:
    sync()
    town.roll_out()
    channel = town.slack.workspace.channels[town.channels["operations"]]
    channel.archived = True
    first = sync()
    assert [len(place) for place in notifications(town)] == [0, 1]
    assert verdicts(town)["ICR-12"] == "pending"
    assert "Slack has not taken it since" in text(town, town.release)
    (line,) = first.problems
    assert "the channel is archived (is_archived) — unarchive the channel" in line
    second = sync()
    (line,) = second.problems
    assert line.startswith("slack: 1 message waits until ") and "the channel is archived" in line
    assert (second.exit_code, second.undelivered) == (1, 1)
    channel.archived = False
    for _ in range(2):
        sync(clock=lambda: datetime.now(UTC) + timedelta(minutes=6))
    assert [len(place) for place in notifications(town)] == [1, 1]
    assert verdicts(town)["ICR-12"] == "met"


def test_what_slack_does_not_take_goes_by_mail_and_not_twice(
    town: Town,
    sync: Sync,
    letters: MailSandbox,
    evidence: Callable[..., str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    env = mail_env(letters)
    sync(**env)
    town.roll_out()
    channel = town.slack.workspace.channels[town.channels["operations"]]
    channel.archived = True
    done = sync(**env)
    (letter,) = letters.letters
    assert letter.recipient == "operations@example.org"
    assert letter.message["Subject"].startswith("Available in production: REL-1")
    body = letter.message.get_content()
    assert "The preview prints in black and white; agreed with operations." in body
    assert verdicts(town)["ICR-12"] == "met"
    assert "by e-mail on" in evidence()
    assert any("went by e-mail" in note for note in done.notes)
    channel.archived = False
    sync(**env, clock=lambda: datetime.now(UTC) + timedelta(hours=1))
    assert [len(place) for place in notifications(town)] == [0, 1]
    assert len(letters.letters) == 1
    assert "@example.org" not in caplog.text
    kept = (town.folder / "sluis.db").read_bytes()
    assert not [name for name in (b"operations@", b"rita.goossens@") if name in kept]


def test_killed_right_after_the_letter_went_slack_does_not_say_it_again(
    town: Town, sync: Sync, letters: MailSandbox
) -> None:
    """The journal as a process leaves it that is killed between the letter and the word that Slack need not say it."""
    env = mail_env(letters)
    sync(**env)
    town.roll_out()
    town.slack.workspace.channels[town.channels["operations"]].archived = True
    sync(**env)
    with sqlite3.connect(town.folder / "sluis.db") as journal:
        mailed = "SELECT kind FROM outbox WHERE target = 'mail'"
        reopened = journal.execute(
            f"UPDATE outbox SET closed = 0 WHERE target = 'slack' AND kind IN ({mailed})"
        )
        assert reopened.rowcount == 1
    journal.close()
    done = sync(full=True, **env)
    assert (done.exit_code, done.undelivered, done.problems) == (0, 0, [])
    town.slack.workspace.channels[town.channels["operations"]].archived = False
    sync(full=True, **env, clock=lambda: datetime.now(UTC) + timedelta(days=1))
    assert [len(place) for place in notifications(town)] == [0, 1]
    assert len(letters.letters) == 1


def test_a_service_that_is_out_of_reach_is_waited_for_before_mail_is_used(
    town: Town, sync: Sync, letters: MailSandbox
) -> None:
    env = mail_env(letters)
    sync(**env)
    town.roll_out()
    town.servers["slack"].fail(DOWN)
    sync(**env)
    assert letters.letters == []
    sync(**env, clock=lambda: datetime.now(UTC) + timedelta(minutes=31))
    assert sorted(letter.recipient for letter in letters.letters) == [
        "operations@example.org",
        "rita.goossens@example.org",
    ]
    town.servers["slack"].faults.clear()
    sync(**env, clock=lambda: datetime.now(UTC) + timedelta(minutes=40))
    assert [len(place) for place in notifications(town)] == [0, 0], "what was mailed is not said again"
    assert verdicts(town)["ICR-12"] == "met"


def test_a_second_letter_that_was_put_off_goes_out_although_nobody_touches_the_ticket(
    town: Town, sync: Sync, letters: MailSandbox
) -> None:
    env = mail_env(letters)
    town.slack.workspace.channels[town.channels["operations"]].archived = True
    town.roll_out()
    sync(**env)
    town.goes_operational()
    letters.answers["MAIL"] = [451]
    late = sync(**env)
    assert (late.exit_code, len(letters.letters)) == (1, 1)
    for _ in range(2):  # after the bot's own comment the ticket is looked at once more, and then no more
        sync(**env)
    done = sync(**env, clock=lambda: datetime.now(UTC) + timedelta(minutes=11))
    subjects = [letter.message["Subject"].partition(":")[0] for letter in letters.letters]
    assert (subjects, done.undelivered) == (["Available in production", "Fully operational"], 0)


def test_a_moment_told_in_advance_is_announced_when_it_comes(town: Town, sync: Sync) -> None:
    town.roll_out()
    town.jira.set_field(
        town.release, "Operational at", datetime.now(UTC) + timedelta(hours=2), "Rita Goossens"
    )
    for _ in range(3):  # after the bot's own comment the ticket is looked at once more, and then no more
        sync()
    assert [len(place) for place in notifications(town)] == [1, 1]
    sync(clock=lambda: datetime.now(UTC) + timedelta(hours=2, minutes=1))
    assert [len(place) for place in notifications(town)] == [2, 2]


def test_mail_alone_will_do(town: Town, sync: Sync, letters: MailSandbox) -> None:
    env = mail_env(letters)
    off = {name: "" for name in town.env() if name.startswith("SLACK_")}
    sync(**env | off)
    town.roll_out()
    done = sync(**env | off)
    assert len(letters.letters) == 2
    assert verdicts(town)["ICR-12"] == "met"
    assert done.exit_code == 0


def test_an_archived_team_channel_falls_back_on_the_default_one(town: Town, sync: Sync) -> None:
    place = town.slack.workspace.channels[town.channels["team-citizens"]]
    place.archived = True
    first = sync()
    shown = [m for m in town.slack.messages(town.channels["changes"]) if m.text.startswith(town.change)]
    assert len(shown) == 1
    assert any("goes to the default channel meanwhile" in line for line in first.problems)
    town.put_in_order()
    sync()
    thread = town.slack.thread(town.channels["changes"], shown[0].ts)
    assert len(thread) == 1, "the news follows its card"


def test_what_was_rolled_out_by_mistake_is_not_announced_after_all(town: Town, sync: Sync) -> None:
    sync()
    town.roll_out()
    town.slack.workspace.channels[town.channels["operations"]].archived = True
    sync()
    town.jira.set_field(town.release, "Actual end", None, "Piet Jansen")
    sync()
    town.slack.workspace.channels[town.channels["operations"]].archived = False
    sync(clock=lambda: datetime.now(UTC) + timedelta(hours=1))
    assert notifications(town)[0] == []


@pytest.fixture
def handed(world: World) -> World:  # noqa: F811
    world.town.roll_out()
    cycle(world.ctx)
    return world


def press(world: World, who: str, place: str, message: Message) -> str:  # noqa: F811
    before = len(world.told(who))
    world.kept(world.town.slack.people.press(world.user(who), place, message, "received"))
    return "\n".join(world.told(who)[before:])


def in_a_while(world: World, **by: float) -> Callable[[], datetime]:  # noqa: F811
    moment = datetime.now(UTC) + timedelta(**by)
    return lambda: moment


def test_receipt_is_confirmed_by_whom_it_is_for_and_is_evidence(handed: World) -> None:
    place = handed.town.channels["operations"]
    (sent,) = handed.town.slack.messages(place)
    assert "this notification is for Operations" in press(handed, "Dina Peeters", place, sent)
    assert "Noted on" in press(handed, "Rita Goossens", place, sent)
    assert "Rita Goossens confirmed receipt already" in press(handed, "Rita Goossens", place, sent)
    cycle(handed.ctx)
    cycle(handed.ctx)
    thread = [m.text for m in handed.town.slack.thread(place, sent.ts)]
    assert len(thread) == 1 and thread[0].startswith("Rita Goossens confirmed receipt on")
    said = seen_by(handed.ctx, handed.town)
    assert "Sent to 'Operations' on" in said and "'Rita Goossens' confirmed receipt on" in said
    issue = handed.town.jira.issues[handed.town.release].id
    outcomes = [d["outcome"] for d in handed.ctx.journal.interactions_of(f"jira:{issue}")]
    assert outcomes == ["not the recipient", "received", "received before"]


def test_a_receipt_that_is_delivered_again_is_on_record_once(handed: World) -> None:
    place = handed.town.channels["operations"]
    (sent,) = handed.town.slack.messages(place)
    assert "Noted on" in press(handed, "Rita Goossens", place, sent)
    for _ in range(3):
        handed.town.slack.people.again(1)
    cycle(handed.ctx)
    issue = handed.town.jira.issues[handed.town.release].id
    assert [d["outcome"] for d in handed.ctx.journal.interactions_of(f"jira:{issue}")] == ["received"]
    (notice,) = [n for n in handed.ctx.journal.notices("jira", issue) if n.receipt]
    assert notice.receipt and notice.receipt.person == "Rita Goossens"
    assert len(handed.town.slack.thread(place, sent.ts)) == 1
    assert list(handed.ctx.journal.audit_flaws({})) == []


def test_who_has_not_confirmed_is_reminded_in_the_thread_on_working_days(handed: World) -> None:
    place, calendar = handed.town.channels["operations"], handed.ctx.policy.calendar
    (sent,) = handed.town.slack.messages(place)
    rita = handed.user("Rita Goossens")
    (direct,) = handed.town.slack.direct(rita)
    press(handed, "Rita Goossens", handed.town.slack.workspace.open_im(rita)[0].id, direct)
    now = datetime.now(UTC)
    for days, reminded in ((0.5, 0), (1, 1), (1, 1), (2, 1), (3, 2), (8, 2)):
        later = calendar.working_days_after(now, int(days)) + timedelta(minutes=5)
        cycle(replace(handed.ctx, clock=lambda later=later: later))
        assert len(handed.town.slack.thread(place, sent.ts)) == reminded, f"after {days} days"
    last = handed.town.slack.thread(place, sent.ts)[-1]
    assert last.text.startswith("The formal notification of ")
    assert any(e.get("action_id") == "received" for b in last.blocks for e in b.get("elements", ()))
    told = [m.text for m in handed.town.slack.direct(rita)]
    assert not any("still waits" in line for line in told), "who confirmed is left in peace"
