"""What people of the town of `sandbox.town` write in their tickets and register, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Owners as "id|Name", with the id that the ticket system gives: a name alone proves no sign-off.
REGISTER = """\
id,name,confidentiality,integrity,availability,gdpr,ksz,nis2,owner,operations_group,service_hours
A1,{citizens},5,4,3,yes,no,no,acc-els.maes|Els Maes,{operations},24x7
A2,{permits},3,3,2,no,no,no,acc-els.maes|Els Maes,{operations},5x10
"""
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "change": "New address format in the citizen register",
        "release": "Permit portal 7.1: digital signature",
        "signature": "Sign permit applications with an identity card",
        "letters": "Letters of welcome from the citizen register",
        "payment": "Switch the payment service to the new provider",
        "citizens": "Citizen register",
        "permits": "Permit portal",
        "payments": "Payment service",
        "team": "Team Citizens",
        "finance": "Team Finance",
        "operations": "Operations",
    },
    "nl": {
        "change": "Nieuw adresformaat in het burgerregister",
        "release": "Vergunningenloket 7.1: digitale handtekening",
        "signature": "Vergunningsaanvragen ondertekenen met een identiteitskaart",
        "letters": "Welkomstbrieven uit het burgerregister",
        "payment": "Betaaldienst overzetten naar de nieuwe leverancier",
        "citizens": "Burgerregister",
        "permits": "Vergunningenloket",
        "payments": "Betaaldienst",
        "team": "Team Burgerzaken",
        "finance": "Team Financiën",
        "operations": "Technisch beheer",
    },
}

_DUTCH = {
    "Build log 1184": "Bouwlog 1184",
    "Runbook, chapter 3": "Draaiboek, hoofdstuk 3",
    "Runbook, chapter 4": "Draaiboek, hoofdstuk 4",
    "Restore the previous version; tested on Monday.": "Vorige versie terugzetten; maandag getest.",
    "Plan of 41 cases, agreed with the owner.": "Plan met 41 gevallen, afgesproken met de eigenaar.",
    "Smoke test and sign-in checked in production.": "Rooktest en aanmelden in productie nagekeken.",
    "Warm the cache before opening the portal.": "De cache opwarmen voordat het loket opengaat.",
    "None were needed.": "Er waren er geen nodig.",
    "The counter staff are content.": "De loketmedewerkers zijn tevreden.",
    "The preview prints in black and white; agreed with operations.": (
        "Het afdrukvoorbeeld is zwart-wit; afgesproken met het beheer."
    ),
    "Everybody who applies for a permit.": "Iedereen die een vergunning aanvraagt.",
    "Signing fails for older cards.": "Ondertekenen mislukt met oudere kaarten.",
    "Citizens and the counter staff.": "Burgers en de loketmedewerkers.",
    "Owner, then the CAB.": "Eigenaar, daarna de CAB.",
    "Older cards fall back to a code by post.": "Voor oudere kaarten komt er een code met de post.",
    "Five minutes, announced on the portal.": "Vijf minuten, aangekondigd op het loket.",
    "Database, signing service, portal.": "Databank, ondertekendienst, loket.",
    "citizen-register 4.2.0": "burgerregister 4.2.0",
    "citizen-letters 1.3.0": "burgerbrieven 1.3.0",
    "permit-portal 7.1.0": "vergunningenloket 7.1.0",
}


def in_dutch(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as somebody who writes Dutch fills them in; choices keep the names that the site gave them."""
    return {
        name: _DUTCH.get(value, value) if isinstance(value, str) else value for name, value in values.items()
    }
