"""A small municipality for the demo and the whole-run tests: people, assets, and three tickets with a story.

CHG-1 in Jira touches a class-5 register of citizens; a change in ServiceNow touches a class-4 payment service;
REL-1 in Jira is a release that gets rolled out. What people do is done as they would: sign-offs over the
service desk's and ServiceNow's own API, with the person's own credentials.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from sandbox.jira.app import JiraSandbox
from sandbox.jira.fields import FieldKind
from sandbox.server import Server
from sandbox.servicenow.app import INTEGRATION_PASSWORD, INTEGRATION_USER, ServiceNowSandbox
from sandbox.slack.app import SlackSandbox
from sandbox.slack.people import SIGNING_SECRET
from sandbox.town_texts import REGISTER, WORDS, in_dutch

BOT_TOKEN = "sandbox-token"
_TEXTS = (
    "Classification|Release package|Build documentation|Installation documentation|Procedures|Scripts|Test plan|"
    "Backout plan|Implementation plan|Acceptance criteria|Compensating measures|Procedure|Post-verification|"
    "Lessons learned|Impacted|Risks|Target group|Approval line|Target ready|Risks mitigated|Interruptions|"
    "Component order|Pilot scope|Pilot results|Requirements verified|Fixes done|Feedback|Reported back|Known errors|"
    "Incidents followed up"
)
_SELECTS = (
    "Change type|Release size|Rollout strategy|Test result|Acceptance result|Environments separated|"
    "Environments like production|Test data|Tested in production"
)
_MOMENTS = (
    "Planned start|Planned end|Pull until|Actual start|Actual end|Handed over at|Operational at|Tested at"
)
_PEOPLE = "Builders|Testers|Test validated by|Stakeholders|Application owner"
_GROUPS = "Responsible team|Handed over to"


def working_evening(today: datetime, days: int) -> datetime:
    """17:00 UTC on the `days`-th weekday after `today`."""
    moment = today.replace(hour=17, minute=0, second=0, microsecond=0)
    while days > 0:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


class Town:
    """The three systems, running on loopback until `stop`. `language` is that of what people wrote; where the town has
    no words in it, they read it and write English.
    """

    def __init__(self, folder: Path, language: str = "en", now: Callable[[], datetime] | None = None) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.words, self.folder, self.language = WORDS.get(language, WORDS["en"]), folder, language
        # In working days: told on a Friday the story must not begin its rollout on a Sunday.
        self.start = working_evening(self.now(), 2)
        self.jira, self.servicenow = JiraSandbox(), ServiceNowSandbox()
        # By the town's clock, so that messages and tickets tell one and the same time.
        self.slack = SlackSandbox(clock=lambda: self.now().timestamp())
        self.slack.workspace.locale = {"nl": "nl_BE", "en": "en_GB"}.get(language, language)
        self._people()
        self._channels()
        self.change = self._change()
        self.release = self._release()
        self.payment = self._payment()
        self.servicenow.grant(self.servicenow.integration_id, "sn_change_read", "sn_change_write")
        self.servers = {
            "jira": Server(self.jira.app),
            "servicenow": Server(self.servicenow.app),
            "slack": Server(self.slack.app),
        }
        folder.mkdir(parents=True, exist_ok=True)
        # The Jira tickets name assets that Jira knows no class of: they come from the register.
        (folder / "assets.csv").write_text(REGISTER.format_map(self.words), encoding="utf-8")

    def env(self) -> dict[str, str]:
        """The settings with which the bot works in this town."""
        team = self.words["team"].upper().replace(" ", "_")
        return {
            "JIRA_URL": self.servers["jira"].url,
            "JIRA_EMAIL": "sluis@example.org",
            "JIRA_API_TOKEN": BOT_TOKEN,
            "JIRA_PROJECTS": "CHG,REL",
            "JIRA_ASSETS_URL": self.servers["jira"].url,
            "SERVICENOW_URL": self.servers["servicenow"].url,
            "SERVICENOW_USER": INTEGRATION_USER,
            "SERVICENOW_PASSWORD": INTEGRATION_PASSWORD,
            "REGISTER_FILE": str(self.folder / "assets.csv"),
            "SLACK_API_URL": f"{self.servers['slack'].url}/api/",
            "SLACK_BOT_TOKEN": self.slack.token,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            # Any that is free: several towns may be served on one machine.
            "SLUIS_EVENTS_PORT": "0",
            "SLACK_CHANNEL": self.channels["changes"],
            f"SLACK_CHANNELS__{team}": self.channels["team-citizens"],
            "SLACK_CHANNELS__DPO": self.channels["privacy"],
            "SLACK_CHANNELS__OPERATIONS": self.channels["operations"],
            "SLUIS_DIGEST_AT": "off",  # a story is told in one go, whatever the hour
            "SLUIS_PREREAD_ON": "off",
            # In a demo nobody waits between two edits of a card.
            "SLUIS_CARD_REST": "0",
            "ROLES__CAB": "Change Advisory Board",
            "ROLES__DPO": "Data Protection",
            "ROLES__OPERATIONS": self.words["operations"],
            "SLUIS_DATABASE_URL": f"sqlite:///{self.folder / 'sluis.db'}",
            f"SLUIS_SERVICE_HOURS__{team}": "24x7",
        }

    def stop(self) -> None:
        """Stop the three servers."""
        self.slack.sockets.die()
        for server in self.servers.values():
            server.stop()

    # -- what people do -------------------------------------------------------------------------------------

    def replace_test_data(self) -> None:
        """The team replaces production data in the test environment by synthetic data."""
        self.jira.set_field(self.change, "Test data", "Synthetic", "Piet Jansen")

    def test_again(self) -> None:
        """Nora runs the tests again on what stands in the test environment now; she and Lotte validate the results."""
        self.jira.set_field(self.change, "Tested at", self.jira.now(), "Nora Smet")
        # The same two names over each other leave no trace in a history: they are taken out and put in again.
        for who in ([], ["Nora Smet", "Lotte Claes"]):
            self.jira.set_field(self.change, "Test validated by", who, "Nora Smet")

    def sign_again(self) -> None:
        """Owner and CAB approve the change as it stands now."""
        self.approved(self.change, "Owner", "Els Maes")
        self.approved(self.change, "Change Advisory Board", "Karim Aziz")

    def put_in_order(self) -> None:
        """All that it takes, minutes apart: other test data, tests on it, and after them everybody's approval."""
        clock = self.jira.clock
        for minutes, deed in ((4, self.replace_test_data), (3, self.test_again), (2, self.sign_again)):
            self._ago(timedelta(minutes=minutes))
            deed()
        self.jira.clock = clock
        self.dpo_signs()

    def begin_unsigned(self) -> str:
        """A change of the citizen register that began 15 hours ago, unsigned by the DPO, who approves it now."""
        fields = self.prepared(
            **{
                "Affected services": [self.words["citizens"]],
                "Release package": "citizen-letters 1.3.0",
                "Planned start": self.now() - timedelta(hours=15),
                "Planned end": self.now() + timedelta(hours=8),
            }
        )
        self._ago(timedelta(days=9))
        key = self.jira.add_issue("CHG", "[System] Change", self.words["letters"], fields, by="Tom Willems")
        self.tested(key)
        self.approved(key, "Owner", "Els Maes")
        self.approved(key, "Change Advisory Board", "Karim Aziz")
        step = self.jira.request_approval(key, "Data Protection", ["Dina Peeters"])
        self._ago(timedelta(hours=15))
        self.jira.set_field(key, "Actual start", self.jira.now(), "Piet Jansen")
        self.jira.clock = self.now
        self.jira.answer_approval(key, step, "Dina Peeters", "approve")
        self.jira.transition(key, "Implementing", "Dina Peeters")
        return key

    def dpo_signs(self) -> None:
        """The DPO approves in the service desk, as herself; the workflow then moves the change on."""
        url = f"{self.servers['jira'].url}/rest/servicedeskapi/request/{self.change}/approval/{self.dpo_step}"
        auth = ("dina.peeters@example.org", "sandbox-dina")
        # Over HTTP and not by the story's verbs: that nobody else can sign for her is part of what is shown.
        requests.post(url, json={"decision": "approve"}, auth=auth, timeout=10).raise_for_status()
        self.jira.transition(self.change, "Scheduled", "Dina Peeters")

    def choose_phased(self) -> None:
        """The ServiceNow change gets a rollout strategy that its class allows."""
        self.servicenow.set("change_request", self.payment, by="tom.willems", u_rollout_strategy="phased")

    def approve_again(self) -> None:
        """Owner and CAB approve the ServiceNow change as it stands now."""
        cab = self.servicenow.state.find("sys_user_group", name="Change Advisory Board")
        els, karim = (self.servicenow.state.find("sys_user", user_name=n) for n in ("els.maes", "karim.aziz"))
        for asked, approver in ((els, els), (cab, karim)):
            if asked and approver:
                self.servicenow.request_approval(self.payment, asked["sys_id"])
                self.servicenow.approve(self.payment, approver["sys_id"])

    def move_start(self, key: str, days: int = 2) -> None:
        """Tom plans a Jira ticket some days later."""
        self.jira.set_field(key, "Planned start", self.start + timedelta(days=days), "Tom Willems")

    def roll_out(self, key: str = "") -> None:
        """The release, or another ticket, is rolled out, verified and handed over to operations."""
        key = key or self.release
        now, who = self.now(), "Piet Jansen"
        values: dict[str, Any] = {
            "Actual start": now - timedelta(hours=2),
            "Actual end": now - timedelta(minutes=20),
            "resolution": "Successful",
            "Handed over to": self.words["operations"],
            "Handed over at": now,
            "Post-verification": "Smoke test and sign-in checked in production.",
            "Lessons learned": "Warm the cache before opening the portal.",
            "Requirements verified": "Yes",
            "Fixes done": "None were needed.",
            "Feedback": "The counter staff are content.",
            "Reported back": "Yes",
            "Known errors": "The preview prints in black and white; agreed with operations.",
            "Incidents followed up": "Yes",
        }
        for name, value in self._said(values).items():
            self.jira.set_field(key, name, value, who)
        self.jira.transition(key, "Post implementation review", who)

    def goes_operational(self) -> None:
        """Operations declares the release fully operational: service levels are in force."""
        self.jira.set_field(self.release, "Operational at", self.now(), "Rita Goossens")

    def _ago(self, passed: timedelta) -> None:
        """What is done in Jira from here on was done so long ago."""
        self.jira.clock = lambda: self.now() - passed

    # -- how it came to be so -------------------------------------------------------------------------------

    def _people(self) -> None:
        jira = self.jira
        jira.add_user("Sluiswachter", "acc-sluis", email="sluis@example.org", token=BOT_TOKEN)
        jira.add_user("Dina Peeters", token="sandbox-dina")
        for name in (
            "Karim Aziz",
            "Lotte Claes",
            "Els Maes",
            "Tom Willems",
            "Piet Jansen",
            "Nora Smet",
            "Rita Goossens",
        ):
            jira.add_user(name)
        for name in ("Rita Goossens", "Tom Willems", "Dina Peeters", "Karim Aziz"):
            # The others hide theirs, as accounts do by default: the bot then has to say whom it cannot reach.
            jira.user(name).email_visible = True
        jira.add_group("Change Advisory Board", "Karim Aziz", "Lotte Claes")
        jira.add_group("Data Protection", "Dina Peeters")
        jira.add_group(self.words["operations"], "Rita Goossens")
        jira.add_group(self.words["team"], "Tom Willems", "Piet Jansen", "Nora Smet")
        for names, kind in (
            (_TEXTS, FieldKind.TEXT),
            (_SELECTS, FieldKind.SELECT),
            (_MOMENTS, FieldKind.MOMENT),
            (_PEOPLE, FieldKind.USERS),
            (_GROUPS, FieldKind.GROUP),
        ):
            for name in names.split("|"):
                jira.add_field(name, kind)
        jira.add_field("Affected services", FieldKind.SERVICES)

    def _channels(self) -> None:
        names = ("changes", "team-citizens", "privacy", "operations")
        self.channels = {name: self.slack.add_channel(name) for name in names}
        everybody = ("Rita Goossens", "Tom Willems", "Dina Peeters", "Karim Aziz", "Els Maes", "Piet Jansen")
        self.people = {
            n: self.slack.add_user(n, f"{n.lower().replace(' ', '.')}@example.org") for n in everybody
        }
        for user in self.people.values():
            user.locale = {"nl": "nl-BE", "en": "en-GB"}.get(self.language, self.language)
        for channel in self.slack.channels():
            # Who is not in a channel cannot be told anything there for their eyes only.
            channel.members.update(user.id for user in self.people.values())

    def _said(self, values: dict[str, Any]) -> dict[str, Any]:
        """What people fill in, in their language."""
        return in_dutch(values) if self.language == "nl" else values

    def prepared(self, **more: Any) -> dict[str, Any]:
        """A ticket on which everything that is asked before the rollout is in place."""
        usual = {
            "assignee": "Piet Jansen",
            "Responsible team": self.words["team"],
            "Release size": "Minor",
            "Rollout strategy": "Phased",
            "Planned start": self.start,
            "Planned end": self.start + timedelta(hours=3),
            "Build documentation": "Build log 1184",
            "Installation documentation": "Runbook, chapter 3",
            "Procedures": "Runbook, chapter 4",
            "Scripts": "deploy.sh, migrate.sql",
            "Backout plan": "Restore the previous version; tested on Monday.",
            "Test plan": "Plan of 41 cases, agreed with the owner.",
            "Builders": ["Piet Jansen"],
            "Testers": ["Nora Smet"],
            "Environments separated": "Yes",
            "Environments like production": "Yes",
            "Test data": "Synthetic",
            "Stakeholders": ["Rita Goossens"],
        }
        return self._said(usual | more)

    def tested(self, key: str) -> None:
        """Nora tested it two days ago, and it was accepted."""
        # Testing lies between the making of the ticket and its sign-offs, as the rules want it.
        self._ago(timedelta(days=2))
        for name, value in {
            "Test result": "Passed",
            "Acceptance result": "Accepted",
            "Test validated by": ["Nora Smet", "Lotte Claes"],
        }.items():
            self.jira.set_field(key, name, value, "Nora Smet")

    def approved(self, key: str, step: str, *people: str) -> None:
        """A step of the service desk's approval, in which all of these people agree."""
        approval = self.jira.request_approval(key, step, people)
        for person in people:
            self.jira.answer_approval(key, approval, person, "approve")

    def _change(self) -> str:
        self._ago(timedelta(days=9))
        fields = self.prepared(
            **{
                "Affected services": [self.words["citizens"]],
                "Release package": "citizen-register 4.2.0",
                # The fault of this story: production data while the class forbids it.
                "Test data": "Production",
                "Classification": "C5 I4 A3 gdpr",
            }
        )
        key = self.jira.add_issue("CHG", "[System] Change", self.words["change"], fields, by="Tom Willems")
        self.tested(key)
        self.approved(key, "Owner", "Els Maes")
        self.approved(key, "Change Advisory Board", "Karim Aziz")
        self.jira.transition(key, "Awaiting approval", "Tom Willems")
        # Asked and not answered: the sign-off that the story waits for.
        self.dpo_step = self.jira.request_approval(key, "Data Protection", ["Dina Peeters"])
        self.jira.clock = self.now
        return key

    def _release(self) -> str:
        self._ago(timedelta(days=9))
        fields = self.prepared(
            **{
                "Affected services": [self.words["permits"]],
                "Release package": "permit-portal 7.1.0",
                "Planned start": self.now() - timedelta(hours=2),
                "Planned end": self.now() + timedelta(hours=1),
            }
        )
        plan = {
            "Impacted": "Everybody who applies for a permit.",
            "Risks": "Signing fails for older cards.",
            "Target group": "Citizens and the counter staff.",
            "Approval line": "Owner, then the CAB.",
            "Target ready": "Yes",
            "Risks mitigated": "Older cards fall back to a code by post.",
            "Interruptions": "Five minutes, announced on the portal.",
            "Component order": "Database, signing service, portal.",
        }
        key = self.jira.add_issue(
            "REL", "Release", self.words["release"], fields | self._said(plan), by="Tom Willems"
        )
        self.part = self.jira.add_issue(
            "CHG", "[System] Change", self.words["signature"], fields, by="Tom Willems"
        )
        self.jira.link(key, self.part)
        for ticket in (key, self.part):
            self.tested(ticket)
            self.approved(ticket, "Owner", "Els Maes")
            self.approved(ticket, "Change Advisory Board", "Karim Aziz")
            self.jira.transition(ticket, "Implementing", "Piet Jansen")
        self.jira.clock = self.now
        return key

    def _payment(self) -> str:
        sn = self.servicenow
        # Into the past, because approvals and plans have to be older than what they are compared with.
        sn.travel(self.now() - timedelta(days=9))
        tom, els, karim, lotte = (
            sn.add_user(n) for n in ("Tom Willems", "Els Maes", "Karim Aziz", "Lotte Claes")
        )
        piet, nora, dina = (sn.add_user(n) for n in ("Piet Jansen", "Nora Smet", "Dina Peeters"))
        cab = sn.add_group("Change Advisory Board", [karim, lotte])
        sn.add_group("Data Protection", [dina])
        team = sn.add_group(self.words["finance"], [tom, piet, nora])
        service = sn.add_ci(
            "cmdb_ci_service",
            name=self.words["payments"],
            u_confidentiality="4",
            u_integrity="4",
            u_availability="3",
            u_gdpr=False,
            u_ksz=False,
            u_nis2=False,
            owned_by=els,
            support_group=team,
            u_service_hours="24x7",
        )
        change = sn.add_change(
            short_description=self.words["payment"],
            cmdb_ci=service,
            state=-3,
            assignment_group=team,
            requested_by=tom,
            assigned_to=piet,
            start_date=self.start,
            end_date=self.start + timedelta(hours=2),
            u_release_size="minor",
            # The fault of this one: a class-4 service may not be rolled out so.
            u_rollout_strategy="pull",
            u_release_package="payments 2.0",
            u_build_doc="Build 77",
            u_install_doc="Runbook",
            u_procedures="Runbook",
            u_scripts="deploy.sh",
            test_plan="Plan of 12 cases",
            backout_plan="Switch back to the old provider",
            u_test_plan_fixed_at=self.now() - timedelta(days=9),
            u_test_result="passed",
            u_acceptance_result="accepted",
            u_test_validated_by=nora,
            u_test_validated_at=self.now() - timedelta(days=4),
            u_builders=[piet],
            u_testers=[nora],
            u_environments_separated=True,
            u_environments_like_production=True,
            u_test_data="synthetic",
        )
        sn.travel(self.now() - timedelta(days=3))
        sn.request_approval(change, els)
        sn.approve(change, els)
        sn.request_approval(change, cab)
        sn.approve(change, karim)
        sn.state.clock = self.now
        return change
