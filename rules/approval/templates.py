"""The template of a standard change, by which it was approved beforehand."""

from __future__ import annotations

from domain.fields import Field
from domain.parsing import shorten
from domain.sentence import Quote, Say, say


def by_template(template: Field) -> Say:
    """That it was, by which template, and who set that."""
    name = Quote(shorten(str(template.value)))
    if template.by is None or template.at is None:
        return say("Pre-approved as standard change: {template}.", template=name)
    return say(
        "Pre-approved as standard change: {template}, set by {person} on {moment}.",
        template=name,
        person=template.by,
        moment=template.at,
    )


def no_template(readable: bool) -> Say:
    """Why nothing is approved beforehand: no template is named, or it is out of sight."""
    if readable:
        return say(
            "The change is called standard, but no approved template is named; that alone proves nothing."
        )
    return say("The change is called standard, but it cannot be read under which approved template.")
