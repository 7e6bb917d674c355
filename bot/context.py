"""What a run works with, wired once by `bot.bootstrap`: systems, norms, journal, language, clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from bot.journal import Journal
from bot.messages.i18n.languages import LANGUAGES
from bot.messages.i18n.speaker import Translator
from bot.messages.intent import DeliveryForm
from bot.policy.anchoring import Anchoring
from bot.policy.audience import Audience, OnTicket, Team
from bot.policy.escalation_ladder import Ladders
from bot.policy.intake_terms import IntakeTerms
from bot.policy.judging_terms import JudgingTerms
from bot.policy.reminder_steps import ReminderSteps
from bot.policy.retention import Retention
from bot.policy.same_person import pinned
from bot.policy.speaking_times import SpeakingTimes
from bot.policy.waiver_terms import WaiverTerms
from bot.policy.working_hours import WorkingHours
from bot.policy.write_limits import WriteLimits
from domain.people import Person, Role
from domain.ports.assets import AssetBook, Relations
from domain.ports.connector import Connector
from domain.ports.errors import SourceError
from domain.ports.interactions import InteractionGateway
from domain.ports.messaging import MessageChannel, RecipientDirectory
from domain.ports.source import Inbound, TicketSource
from domain.waiver import Declaration
from domain.working_calendar import Calendar
from rules.loading.loader import Pack


@dataclass(frozen=True, slots=True)
class OrganisationPolicy:
    """How this organisation wants it: its settings, in the groups that declare them, and what was loaded by them.

    act           whether it speaks; else it reads everything and writes nothing outside
    packs         the norms that apply
    declarations  what the organisation declared once
    roles         group names or user ids per role
    """

    act: bool
    packs: tuple[Pack, ...]
    declarations: tuple[Declaration, ...]
    roles: Mapping[Role, Sequence[str]]
    hours: WorkingHours
    ladders: Ladders
    talk: SpeakingTimes
    reminders: ReminderSteps
    writes: WriteLimits
    intake: IntakeTerms
    judging: JudgingTerms
    waivers: WaiverTerms
    retention: Retention
    anchoring: Anchoring

    @property
    def calendar(self) -> Calendar:
        """The calendar of the office."""
        return self.hours.office

    def calendar_of(self, team: str) -> Calendar:
        """The calendar that a team keeps."""
        return self.hours.of(team)

    @property
    def since(self) -> datetime | None:
        """The moment (UTC) before which what was over is left alone: when that day begins in the office."""
        return self.calendar.at(self.intake.since, time()) if self.intake.since else None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a run needs. `clock` gives the present moment (aware, UTC); `stop` tells when to leave; `heard` the
    requests that came in since it was last asked, by system and outcome; `allow` is how many messages a person allowed
    this run to write.
    """

    connectors: tuple[Connector, ...]
    journal: Journal
    policy: OrganisationPolicy
    speak: Translator
    clock: Callable[[], datetime]
    stop: Callable[[], bool] = lambda: False
    heard: Callable[[], Mapping[str, Mapping[str, int]]] = dict
    allow: int = 0

    @property
    def sources(self) -> tuple[TicketSource, ...]:
        """Where tickets come from."""
        return tuple(c.source for c in self.connectors if c.source)

    @property
    def books(self) -> tuple[AssetBook, ...]:
        """Where assets are described."""
        return tuple(c.book for c in self.connectors if c.book)

    @property
    def relations(self) -> tuple[Relations, ...]:
        """Where it is told which assets depend on which; none unless an admin asked for it."""
        return tuple(c.relations for c in self.connectors if c.relations)

    @property
    def channels(self) -> Mapping[str, MessageChannel]:
        """Where the bot can speak, by name."""
        return {c.channel.name: c.channel for c in self.connectors if c.channel}

    @property
    def inbounds(self) -> Mapping[str, Inbound]:
        """Who understands what outside systems say of their own accord, by name."""
        return {c.inbound.name: c.inbound for c in self.connectors if c.inbound}

    @property
    def recipients(self) -> RecipientDirectory | None:
        """The message service, if there is one."""
        return next((c.recipients for c in self.connectors if c.recipients), None)

    @property
    def interactions(self) -> InteractionGateway | None:
        """Where people press buttons and give commands, if anywhere."""
        return next((c.interactions for c in self.connectors if c.interactions), None)

    @property
    def pinned(self) -> frozenset[str]:
        """Whose account in the message service an admin declared (see `bot.policy.same_person`)."""
        desk = self.interactions
        return pinned(self.policy.judging.same_accounts, desk.is_account) if desk else frozenset()

    @property
    def mail_recipients(self) -> RecipientDirectory | None:
        """Where formal notifications go that the message service does not take."""
        return next((c.mail_recipients for c in self.connectors if c.mail_recipients), None)

    def title(self, name: str) -> str:
        """What people call a system; its name where it declares nothing else."""
        return next((c.title for c in self.connectors if c.name == name and c.title), name)

    @property
    def messenger(self) -> str:
        """Name of the message service's channel; empty when there is none."""
        return next((c.channel.name for c in self.connectors if c.recipients and c.channel), "")

    def voice(self, source: str, team: str = "") -> DeliveryForm:
        """Where and how the findings of a source's tickets are told, of which `team` is responsible."""
        outlet = self.channels.get(source)
        editable = outlet.editable if outlet else True
        form = outlet.format if outlet else None
        slack, aloud = self.recipients is not None, self.speaker_to(Team(team), team)
        mail = self.mail_recipients is not None
        return DeliveryForm(self.speak, form, editable, slack, self.interactions is not None, aloud, mail)

    def apart(self, audience: Audience, team: str) -> str:
        """The team by which messages to an audience are kept apart: none but for a role without a channel of its own,
        which may be reached where the team is.
        """
        # One message goes to one channel. A role with a channel reads all teams there; asked where each team is, one
        # message about several teams would show the one what is about the other, or would not reach it at all.
        if not isinstance(audience, Role) or self.recipients is None:
            return ""
        return "" if self.recipients.channel(audience.value) else team

    def speaker_to(self, audience: Audience, team: str) -> Translator:
        """Speaks as an audience reads: the language set for its channel, a person's own, else the one that was set.
        A role without a language of its own is addressed where the `team` is.
        """
        language = self._language(audience, team) or ""
        # Told as "nl-BE" or so; a catalogue is of a language alone.
        language = language.partition("-")[0].lower()
        return self.speak.to(language) if language in LANGUAGES else self.speak

    def _language(self, audience: Audience, team: str) -> str | None:
        if self.recipients is None or isinstance(audience, OnTicket):
            return None
        if isinstance(audience, Person):
            try:
                return self.recipients.locale(audience)
            except SourceError:  # a language is no reason to keep a message back
                return None
        name = audience.value if isinstance(audience, Role) else audience.name
        return self.recipients.language(name) or self.recipients.language(team)
