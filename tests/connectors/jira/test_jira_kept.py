"""What is kept for a while, and let go of."""

from __future__ import annotations

from connectors.jira.kept import MOST, Kept


def test_an_answer_is_kept_until_its_time_is_over():
    now, asked = [0.0], []
    kept = Kept(60, lambda: now[0])
    for moment in (0.0, 59.0, 60.0):
        now[0] = moment
        assert kept.ask("a", lambda: asked.append(now[0]) or len(asked)) == len(asked)
    assert asked == [0.0, 60.0]


def test_what_is_out_of_date_makes_room():
    now = [0.0]
    kept = Kept(60, lambda: now[0])
    for number in range(MOST):
        kept.put(number, number)
    now[0] = 61.0
    kept.put("new", 1)
    assert len(kept._held) == 1
