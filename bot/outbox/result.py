"""The account of a run's messages: what was posted, edited, refused, or left for the next run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class DeliveryResult:
    """What came of a run's messages.

    created, updated  posts and edits; `removed`: surplus copies taken away
    altered           messages that a person had edited: left as they are, and replaced by a fresh one
    adopted           messages of ours that were found outside, after a crash, a time-out or a lost journal
    unchanged         messages that stand as they should, at the end of the run
    ambiguous         writes of which it is not known whether they were done; the next run looks
    refused           definitely not taken; tried again with growing pauses
    failed            not done because the message channel, or this program, broke down
    held_back         left for the next run by the cap
    waiting           the message in whose thread they go is not there yet
    skipped           the message channel is off or out of service, or the run was stopped
    problems          one line each, for the report; `told` are the rows they are about
    turned            tickets ("source:id") that refuse a message they did not refuse before, or take it at last
    """

    created: int = 0
    updated: int = 0
    removed: int = 0
    altered: int = 0
    adopted: int = 0
    unchanged: int = 0
    ambiguous: int = 0
    refused: int = 0
    failed: int = 0
    held_back: int = 0
    waiting: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    turned: set[str] = field(default_factory=set)

    def tell(self, line: str) -> None:
        """Add a line for the report, once."""
        if line not in self.problems:
            self.problems.append(line)

    def counts(self) -> dict[str, int]:
        """The numbers by name."""
        others = ("problems", "told", "turned")
        names = [name for name in self.__dataclass_fields__ if name not in others]
        return {name: getattr(self, name) for name in names}
