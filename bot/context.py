"""What a run works with, wired once by `bot.bootstrap`: systems, norms, journal, language, clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.journal import Journal
from bot.messages.i18n.languages import LANGUAGES
from bot.messages.i18n.speaker import Translator
from bot.messages.intent import DeliveryForm
from bot.policy.audience import Audience, OnTicket, Team
from bot.policy.speaking_times import SpeakingTimes
from bot.policy.waiver_terms import TERMS, Terms
from domain.people import Person, Role
from domain.ports.assets import AssetBook, Relations
from domain.ports.connector import Connector
from domain.ports.errors import SourceError
from domain.ports.interactions import InteractionGateway
from domain.ports.messaging import MessageChannel, RecipientDirectory
from domain.ports.source import Inbound, TicketSource
from domain.waiver import Declaration, Substitute
from domain.working_calendar import Calendar, fold
from rules.loading.loader import Pack


@dataclass(frozen=True, slots=True)
class OrganisationPolicy:
    """How this organisation wants it: from the settings.

    roles          group names or user ids per role
    service_hours  declared hours per team
    declarations   what the organisation declared once
    remind_days    working days before the planned start on which to remind
    max_share      percent of the open tickets about which one run may write unasked
    allow          messages that a person allowed this run to write
    since          what was over before this moment (UTC), and never looked at, is left alone
    max_children   most changes of one release that are read
    substitutes    bodies that stand in for one that a small organisation lacks
    emergency_days working days in which an emergency makes good what it skipped
    waivers        who may record a waiver, and for how long
    same_person    account ids to the one that stands for the person, where an admin declared several to be one
    calendars      of teams that keep other holidays, by `domain.working_calendar.fold` of the team
    talk           when and how much the bot speaks on the message service
    retain_days    days after which a closed ticket is forgotten; None for never
    """

    act: bool
    packs: tuple[Pack, ...]
    default_class: int
    max_writes: int
    roles: Mapping[Role, Sequence[str]]
    service_hours: Mapping[str, str]
    remind_days: tuple[int, ...]
    calendar: Calendar
    declarations: tuple[Declaration, ...] = ()
    max_children: int = 100
    max_share: int = 100
    allow: int = 0
    since: datetime | None = None
    substitutes: tuple[Substitute, ...] = ()
    emergency_days: int = 2
    waivers: Terms = TERMS
    same_person: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    talk: SpeakingTimes = field(default_factory=SpeakingTimes)
    retain_days: int | None = None

    def calendar_of(self, team: str) -> Calendar:
        """The calendar that a team keeps."""
        return self.calendars.get(fold(team), self.calendar)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a run needs. `clock` gives the present moment (aware, UTC); `stop` tells when to leave; `heard` the
    requests that came in since it was last asked, by system and outcome.
    """

    connectors: tuple[Connector, ...]
    journal: Journal
    policy: OrganisationPolicy
    speak: Translator
    clock: Callable[[], datetime]
    stop: Callable[[], bool] = lambda: False
    heard: Callable[[], Mapping[str, Mapping[str, int]]] = dict

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
    def mail_recipients(self) -> RecipientDirectory | None:
        """Where formal notifications go that the message service does not take."""
        return next((c.mail_recipients for c in self.connectors if c.mail_recipients), None)

    def title(self, name: str) -> str:
        """What people call a system; its name where it declares nothing else."""
        return next((c.title for c in self.connectors if c.name == name and c.title), name)

    @property
    def messenger(self) -> str:
        """Name of the message service's outlet; empty when there is none."""
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
        language = language.partition("-")[0].lower()
        return Translator(language, self.speak.timezone) if language in LANGUAGES else self.speak

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
