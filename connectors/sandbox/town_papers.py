"""What is written in the town of the demo: its fields, its register of assets, its words in two languages."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS = (
    "Classification|Release package|Build documentation|Installation documentation|Procedures|Scripts|Test plan|"
    "Backout plan|Implementation plan|Acceptance criteria|Compensating measures|Procedure|Post-verification|"
    "Lessons learned|Impacted|Risks|Target group|Approval line|Target ready|Risks mitigated|Interruptions|"
    "Component order|Pilot scope|Pilot results|Requirements verified|Fixes done|Feedback|Reported back|Known errors|"
    "Incidents followed up"
)
SELECTS = (
    "Change type|Release size|Rollout strategy|Test result|Acceptance result|Environments separated|"
    "Environments like production|Test data|Tested in production"
)
MOMENTS = "Planned start|Planned end|Pull until|Actual start|Actual end|Handed over at|Operational at"
PEOPLE = "Builders|Testers|Test validated by|Stakeholders|Application owner"
GROUPS = "Responsible team|Handed over to"
REGISTER = """\
id,name,confidentiality,integrity,availability,gdpr,ksz,nis2,owner,operations_group,service_hours
A1,{citizens},5,4,3,yes,no,no,acc-els.maes|Els Maes,Operations,24x7
A2,{permits},3,3,2,no,no,no,acc-els.maes|Els Maes,Operations,5x10
"""
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "change": "New address format in the citizen register",
        "release": "Permit portal 7.1: digital signature",
        "signature": "Sign permit applications with an identity card",
        "payment": "Switch the payment service to the new provider",
        "citizens": "Citizen register",
        "permits": "Permit portal",
        "payments": "Payment service",
        "team": "Team Citizens",
        "finance": "Team Finance",
    },
    "nl": {
        "change": "Nieuw adresformaat in het burgerregister",
        "release": "Vergunningenloket 7.1: digitale handtekening",
        "signature": "Vergunningsaanvragen ondertekenen met een identiteitskaart",
        "payment": "Betaaldienst overzetten naar de nieuwe leverancier",
        "citizens": "Burgerregister",
        "permits": "Vergunningenloket",
        "payments": "Betaaldienst",
        "team": "Team Burgerzaken",
        "finance": "Team Financiën",
    },
}

PAYMENT_PAPERS: Mapping[str, str | bool] = {
    "u_release_size": "minor",
    "u_rollout_strategy": "pull",
    "u_release_package": "payments 2.0",
    "u_build_doc": "Build 77",
    "u_install_doc": "Runbook",
    "u_procedures": "Runbook",
    "u_scripts": "deploy.sh",
    "test_plan": "Plan of 12 cases",
    "backout_plan": "Switch back to the old provider",
    "u_test_result": "passed",
    "u_acceptance_result": "accepted",
    "u_environments_separated": True,
    "u_environments_like_production": True,
    "u_test_data": "synthetic",
}
"""What the ServiceNow change says before anybody approves it."""
