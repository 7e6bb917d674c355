"""Why a rule does not apply to a ticket."""

from __future__ import annotations

from collections.abc import Sequence

from domain.asset import Subject
from domain.facts import Facts
from domain.lifecycle import State
from domain.sentence import Quote, Say, say
from rules.applicability import causes, declared_for, in_effect, judged_on
from rules.loading.loader import Applies, Item, Pack, Rule
from rules.loading.names import nearest, unknown
from rules.nonsense import believed
from rules.wording import DIMENSIONS, FLAGS, asset_name, classes_of, sentences


class UnknownRule(LookupError):
    """No pack has a rule of that id. `str()` is one line; `nearest` the id that looks most like it, if any."""

    def __init__(self, rule_id: str, known: Sequence[str]) -> None:
        super().__init__(unknown("rule", rule_id, known))
        self.nearest = nearest(rule_id, known)


def why_not(facts: Facts, packs: Sequence[Pack], rule_id: str) -> Say | None:
    """Why a known rule gives no finding on this ticket; None when it gives one. Raises UnknownRule."""
    facts = believed(facts)
    pack, rule = find_rule(facts, packs, rule_id)
    # From what holds for every ticket to what is this ticket's own, so that the most general reason is told.
    if not rule.asked:
        return _never_asked(rule.item, Quote(pack.cited(rule)))
    if facts.ticket.state is State.CANCELED:
        return say("Nothing is asked of a canceled ticket.")
    if not pack.effective(judged_on(facts)):
        return say(
            "{document} is not in force on the day this ticket is judged by.", document=Quote(pack.cite)
        )
    if facts.ticket.kind not in rule.applies.kinds:
        return say("Nothing is asked of this kind of ticket.")
    if not in_effect(rule, facts):
        return sentences(
            say("This is asked of tickets once the organisation has declared it."),
            declared_for(rule, facts).told,
        )
    return _not_called_for(facts, rule.applies)


def _not_called_for(facts: Facts, applies: Applies) -> Say | None:
    """What about the ticket's fields or its assets keeps a rule from applying; None when nothing does."""
    condition, unless = applies.when, applies.unless
    if unless and unless.holds(facts):
        return sentences(say("Not asked {when}.", when=unless.told), unless.seen(facts, True))
    if condition and condition.holds(facts) is False:
        return sentences(say("Asked {when}.", when=condition.told), condition.seen(facts, False))
    if any(True for subject in facts.subjects for _ in causes(applies, subject)):
        return None
    assets = tuple(_differs(applies, subject) for subject in facts.subjects)
    return say("Asked {when}; {assets}.", when=when(applies), assets=assets)


def _never_asked(item: Item, document: Quote) -> Say:
    match item:
        case Item.ATTESTATION:
            return say("This is declared once for the organisation and not asked of tickets.")
        case Item.REPORT:
            return say("This is reported for the organisation and not asked of tickets.")
        case _:
            return say("{document} reserves this and gives no measures yet.", document=document)


def find_rule(facts: Facts, packs: Sequence[Pack], rule_id: str) -> tuple[Pack, Rule]:
    """The rule in the edition that counts for the ticket, else in the latest one that has it.
    Raises UnknownRule.
    """
    rules = {rule.id: (pack, rule) for pack in packs for rule in pack.rules}
    day = judged_on(facts)
    rules |= {rule.id: (pack, rule) for pack in packs if pack.effective(day) for rule in pack.rules}
    if rule_id not in rules:
        raise UnknownRule(rule_id, tuple(rules))
    return rules[rule_id]


def when(applies: Applies) -> Say:
    """The condition in words: from which class in which dimensions, and/or for which data."""
    if applies.any:
        return applies.when.told if applies.when else say("for every asset")
    data = FLAGS[applies.flag] if applies.flag else None
    if not applies.dimensions:
        return say("for assets with {data}", data=data)
    first, *others = (DIMENSIONS[dimension] for dimension in applies.dimensions)
    where = first
    for other in others:
        where = say("{one} or {other}", one=where, other=other)
    if data is None:
        return say("from class {level} in {dimensions}", level=applies.from_class, dimensions=where)
    return say(
        "from class {level} in {dimensions}, for assets with {data}",
        level=applies.from_class,
        dimensions=where,
        data=data,
    )


def _differs(applies: Applies, subject: Subject) -> Say:
    """What about one asset keeps the rule from applying."""
    # A flag that cannot be seen is a reason to ask, so what comes here is a certain no.
    if applies.flag and not subject.flag(applies.flag):
        return say("{asset} has no {data}", asset=asset_name(subject.name), data=FLAGS[applies.flag])
    return classes_of(subject)
