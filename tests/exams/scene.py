"""Where the exams' story is set: the town with a mail server, and a clock that is moved from one moment to the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.mail import MailSandbox
from sandbox.town import Town
from tests.exams.process import SHIFT

ZONE = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 3, 2)
"""The day the story begins on, unless told otherwise: whenever the exam is held, it is the same story."""


class Scene(Town):
    """The clock runs on from the moment of the last `travel`, in the town and in every bot that gets `env`."""

    def __init__(self, folder: Path, first_day: date = MONDAY) -> None:
        self._first, self.shift = first_day, timedelta()
        self.travel(0, time(13, 35))
        super().__init__(folder, now=lambda: datetime.now(UTC) + self.shift)
        self.letters = MailSandbox()
        self._post = self.letters.start()
        self.jira.user("Nora Smet").email_visible = True  # and no account on Slack: she gets letters
        self.jira.set_field(self.release, "Stakeholders", ["Rita Goossens", "Nora Smet"], "Tom Willems")

    def travel(self, working_days: int, at: time) -> None:
        """It is now so many weekdays after the first day, at a local time."""
        day = self._first
        while working_days:
            day += timedelta(days=1)
            working_days -= day.weekday() < 5
        self.travel_to(datetime.combine(day, at, ZONE))

    def travel_to(self, moment: datetime) -> None:
        """It is now this moment (aware)."""
        self.shift = moment - datetime.now(UTC)

    def env(self) -> dict[str, str]:
        """The settings with which the bot works here, and its clock as it stands now."""
        return super().env() | {
            SHIFT: str(self.shift.total_seconds()),
            "MAIL_HOST": "127.0.0.1",
            "MAIL_PORT": str(self._post),
            "MAIL_SECURITY": "none",
            "MAIL_FROM_ADDRESS": "sluis@example.org",
            "SLUIS_DIGEST_AT": "08:30",
            "SLUIS_PREREAD_ON": "thu",
            "SLUIS_MODE": "act",
            "SLUIS_LANGUAGE": "en",
            "SLUIS_LOG_LEVEL": "ERROR",
        }

    def stop(self) -> None:
        """Stop the servers."""
        self.letters.stop()
        super().stop()
