"""The checks: one pure, total function per file, each with the parameters it takes. A pack names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.checks import (
    approved_by_owner,
    approved_by_role,
    classified,
    filled,
    not_one_person,
    not_tested_in_production,
    notified,
    rollout_allowed,
    says_yes,
    service_hours,
    test_data_allowed,
    test_data_or_environment,
    tested_and_accepted,
    validated_tests,
)
from rules.demand import Check

CHECKS: Mapping[str, Check[Any]] = {
    "approved_by_owner": Check(approved_by_owner.check, approved_by_owner.PARAMS),
    "approved_by_role": Check(approved_by_role.check, approved_by_role.PARAMS),
    "classified": Check(classified.check, classified.PARAMS),
    "filled": Check(filled.check, filled.PARAMS),
    "not_one_person": Check(not_one_person.check, not_one_person.PARAMS),
    "not_tested_in_production": Check(not_tested_in_production.check, not_tested_in_production.PARAMS),
    "notified": Check(notified.check, notified.PARAMS),
    "rollout_allowed": Check(rollout_allowed.check, rollout_allowed.PARAMS),
    "says_yes": Check(says_yes.check, says_yes.PARAMS),
    "service_hours": Check(service_hours.check, service_hours.PARAMS),
    "test_data_allowed": Check(test_data_allowed.check, test_data_allowed.PARAMS),
    "test_data_or_environment": Check(test_data_or_environment.check, test_data_or_environment.PARAMS),
    "tested_and_accepted": Check(tested_and_accepted.check, tested_and_accepted.PARAMS),
    "validated_tests": Check(validated_tests.check, validated_tests.PARAMS),
}
