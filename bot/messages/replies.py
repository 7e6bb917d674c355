"""What the bot answers to somebody who presses a button or gives the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.messages.blockkit import blocks
from bot.messages.blockkit.limits import finished, text_of
from bot.messages.blockkit.mrkdwn import cut
from bot.messages.blockkit.parts import Message
from bot.messages.explanation import plain_tree, reasoning
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import demand, ids, seen, title, who, why
from bot.policy.snooze import Resolution
from bot.policy.ticket_summary import Overview
from domain.facts import Facts
from domain.finding import Finding
from domain.ports.interactions import Outsider
from domain.sentence import Quote, Say, say
from domain.snooze import Snooze, SnoozeKind
from rules.grouping import RequirementGroup
from rules.loading.loader import Pack

PIECE = 2900
"""Characters of literal text in one block."""


def plain_answer(*paragraphs: str) -> Message:
    """A few paragraphs, which only the person sees; of one with several lines the first is its title."""
    told = [text for text in paragraphs if text]
    built = [blocks.rich_text(_titled(cut(text, PIECE))) for text in told]
    return finished(text_of(told), built)


def _titled(text: str) -> list[blocks.Element]:
    title_, line, rest = text.partition("\n")
    return [blocks.words(title_, bold=bool(line)), *([blocks.words(line + rest)] if line else [])]


def paused(
    facts: Facts, pause: Snooze, others: Sequence[Snooze], shortened: bool, speak: Translator
) -> Message:
    """That somebody is left in peace, until when, and that no deadline moved."""
    ticket = Quote(facts.ticket.key)
    if pause.kind is SnoozeKind.SEEN:
        first = speak.say(
            "Noted that you are on it. You get no reminder of {ticket} before {moment}; the deadline stays as it is.",
            ticket=ticket,
            moment=pause.until,
        )
    else:
        first = speak.say(
            "You hear of {ticket} again on {moment}; the deadline stays as it is.",
            ticket=ticket,
            moment=pause.until,
        )
    early = speak.say("That is sooner than you chose: by then it is pressing.") if shortened else ""
    return plain_answer(first, early, _also(others, speak))


def seen_before(pause: Snooze, speak: Translator) -> Message:
    """That this person said so already."""
    return plain_answer(
        speak.say("You said so already, on {at}: no reminder before {until}.", at=pause.at, until=pause.until)
    )


def _also(others: Sequence[Snooze], speak: Translator) -> str:
    names = [Quote(other.person) for other in others if other.kind is SnoozeKind.SEEN]
    return speak.say("Also seen by {people}.", people=tuple(names)) if names else ""


def no_pause(facts: Facts, speak: Translator, again: datetime | None = None) -> Message:
    """That nothing can be put off any more: its time has come, or the next reminder comes `again` too soon."""
    ticket = Quote(facts.ticket.key)
    if again is not None:
        return plain_answer(
            speak.say(
                "{ticket} cannot be put off any more: the next reminder comes on {moment} in any case.",
                ticket=ticket,
                moment=again,
            )
        )
    return plain_answer(
        speak.say("{ticket} cannot be put off any more: its time has come. The ticket has it.", ticket=ticket)
    )


def already(facts: Facts, done: Sequence[Resolution], speak: Translator) -> Message:
    """That what was asked is in order by now, by whom and since when."""
    if not done:
        state = speak.say(
            "Nothing is left to settle in {ticket}: its status is {status}.",
            ticket=Quote(facts.ticket.key),
            status=Quote(facts.ticket.status),
        )
        return plain_answer(state)
    return plain_answer(*(_done(one, speak) for one in done))


def _done(one: Resolution, speak: Translator) -> str:
    what = Quote(title(one.line, speak))
    if one.person is None or one.at is None:
        done = speak.say("Already done: {what}", what=what)
        return f"{done} — {seen(one.line, speak)}"
    return speak.say(
        "Already done by {person} on {at}: {what}", person=Quote(one.person.name), at=one.at, what=what
    )


def explained(facts: Facts, view: Overview, speak: Translator) -> Message:
    """Why each open point is asked, what was seen, what would do, and who can settle it."""
    key = facts.ticket.key
    told = [_explained(line, facts, speak) for line in view.now]
    if view.unasked:
        return plain_answer(speak(view.unasked.told))
    if not told:
        return already(facts, (), speak)
    first = speak.say("Why {ticket} is asked this:", ticket=Quote(key))
    rule = view.now[0].ids[0]
    more = speak.say(
        "The whole reasoning of one point: {command}", command=Quote(f"/sluis explain {key} {rule}")
    )
    return plain_answer(first, *told, more)


def _explained(line: RequirementGroup, facts: Facts, speak: Translator) -> str:
    rows = [
        f"{demand(line, speak)} {ids(line)}",
        speak.say("Why: {why}", why=Quote(why(line, speak))),
        speak.say("Seen: {seen}", seen=Quote(seen(line, speak))),
        speak.say("Needed: {wanted}", wanted=Quote(" ".join(speak(w) for w in line.wanted))),
        speak.say("Who: {who}", who=Quote(who(line, facts, speak))),
    ]
    return "\n".join(rows)


def whole_reasoning(
    facts: Facts, finding: Finding, packs: Sequence[Pack], speak: Translator, system: str = ""
) -> Message:
    """The reasoning of one requirement, from the asset to who can settle it."""
    return plain_answer(plain_tree(reasoning(facts, finding, packs, speak, system)))


def not_asked(key: str, rule: str, reason: Say | None, speak: Translator) -> Message:
    """Why a requirement is not asked of a ticket."""
    nothing = say("Nothing is judged: this ticket is canceled.")
    return plain_answer(
        speak.say(
            "{rule} is not asked of {ticket}: {why}", rule=rule, ticket=Quote(key), why=reason or nothing
        )
    )


def no_rule(rule: str, near: str | None, speak: Translator) -> Message:
    """That no norm has such a requirement, and which one may have been meant."""
    meant = speak.say("Did you mean {what}?", what=Quote(near)) if near else ""
    return plain_answer(speak.say("There is no requirement called {rule}.", rule=Quote(cut(rule, 60))), meant)


def no_such(what: str, near: str | None, speak: Translator) -> Message:
    """That a ticket is not known, and which one may have been meant."""
    unknown = speak.say("{what} is not known here, or not visible to this app.", what=Quote(cut(what, 60)))
    meant = speak.say("Did you mean {what}?", what=Quote(near)) if near else ""
    return plain_answer(unknown, meant)


def helped(speak: Translator, misread: str = "") -> Message:
    """What the command can do."""
    odd = speak.say("This was not understood: {words}", words=Quote(cut(misread, 60))) if misread else ""
    stands = speak.say("how a ticket stands, what it still needs, and from whom")
    waits = speak.say("what waits for you")
    asked = speak.say("why it is asked what is asked of it")
    reasoned = speak.say("the whole reasoning of one requirement")
    return plain_answer(
        odd,
        f"/sluis CHG-12 — {stands}",
        f"/sluis mine — {waits}",
        f"/sluis explain CHG-12 — {asked}",
        f"/sluis explain CHG-12 ICR-17 — {reasoned}",
        speak.say("Nothing is approved here: sign-offs are given in the ticket."),
    )


def stranger(system: str, speak: Translator) -> Message:
    """That nobody knows who this person is in the ticket's system, so that nothing was done."""
    return plain_answer(
        speak.say(
            "Nothing was done: it cannot be told who you are in {system}. Your e-mail address here has to be visible"
            " there as well; otherwise an administrator can declare your two accounts to be one person.",
            system=Quote(system),
        )
    )


def kept_out(why: Outsider, speak: Translator) -> Message:
    """That only the organisation's own people do anything here, so that nothing was done."""
    match why:
        case Outsider.ELSEWHERE:
            told = say("Nothing was done: your account here is of another organisation.")
        case Outsider.GUEST:
            told = say("Nothing was done: you are here as a guest, and only members can do this.")
        case Outsider.UNCONFIRMED:
            told = say("Nothing was done: confirm the e-mail address of your account here first.")
    return plain_answer(speak(told))


def not_theirs(facts: Facts, speak: Translator) -> Message:
    """That this person has no part in the ticket."""
    key = Quote(facts.ticket.key)
    return plain_answer(
        speak.say(
            "Nothing was done: you have no part in {ticket}, as far as its system tells: neither its team, nor its"
            " people, nor a role that decides on it.",
            ticket=key,
        )
    )


def out_of_reach(system: str, speak: Translator) -> Message:
    """That a system did not answer, so that nothing was done."""
    return plain_answer(
        speak.say(
            "Nothing was done: {system} does not answer as it should. Try again in a while.",
            system=Quote(system),
        )
    )


def too_late(speak: Translator) -> Message:
    """That a dialog could not be opened in time."""
    return plain_answer(speak.say("That took too long, so no form could be opened. Please press again."))


def received(key: str, at: datetime, speak: Translator) -> Message:
    """That receipt of a formal notification is on record."""
    return plain_answer(
        speak.say("Noted on {at}: you have received the notification of {ticket}.", at=at, ticket=Quote(key))
    )


def received_before(person: str, at: datetime, speak: Translator) -> Message:
    """That receipt was confirmed already, by whom and when."""
    return plain_answer(
        speak.say("{person} confirmed receipt already, on {at}.", person=Quote(person), at=at)
    )


def not_for_you(recipients: Sequence[str], speak: Translator) -> Message:
    """That this notification is for others to confirm."""
    names = tuple(Quote(name) for name in recipients)
    return plain_answer(
        speak.say(
            "Nothing was noted: this notification is for {names}, as far as the ticket's system tells.",
            names=names or say("somebody else"),
        )
    )


def why_you(speak: Translator) -> str:
    """Why the reader gets a card that they asked for."""
    return speak.say("You get this because you asked for it; only you can see it.")


def said(shown: Mapping[str, Any]) -> str:
    """The words of an answer, or of a dialog that only says something, unescaped."""
    sections = (part for block in shown["blocks"] for part in block["elements"])
    return "\n".join("".join(element["text"] for element in part["elements"]) for part in sections)
