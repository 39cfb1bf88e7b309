from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from learnagent.models.retry import Patience, TransientError, persist, retry_after_s
from learnagent_memory.errors import BudgetSpentError, ModelError

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


class Recorder:
    """Fails a number of times, then answers; waits and notices are recorded."""

    def __init__(self, failures: int, *, retry_after_s: float | None = None) -> None:
        self.left = failures
        self.calls = 0
        self.waits: list[float] = []
        self.notices: list[str] = []
        self._retry_after_s = retry_after_s

    def send(self) -> str:
        self.calls += 1
        if self.calls <= self.left:
            raise TransientError("rate limited", hint="try later", retry_after_s=self._retry_after_s)
        return "answer"

    def patience(self, *, deadline: float | None = None) -> Patience:
        return Patience(5, deadline, self.waits.append, self.notices.append)


def test_an_answer_at_once_waits_for_nothing() -> None:
    recorder = Recorder(0)
    assert persist(recorder.send, recorder.patience()) == "answer"
    assert (recorder.calls, recorder.waits, recorder.notices) == (1, [], [])


def test_waits_grow_but_stay_within_half_a_minute() -> None:
    recorder = Recorder(4)
    assert persist(recorder.send, recorder.patience()) == "answer"
    assert len(recorder.waits) == 4
    assert all(0.5 <= wait <= 30 for wait in recorder.waits)


def test_the_last_failure_is_raised_after_all_attempts() -> None:
    recorder = Recorder(9)
    with pytest.raises(TransientError, match="try later"):
        persist(recorder.send, recorder.patience())
    assert (recorder.calls, len(recorder.waits)) == (5, 4)


def test_a_lasting_failure_is_raised_at_once() -> None:
    recorder = Recorder(0)

    def refuse() -> str:
        recorder.calls += 1
        raise ModelError("wrong key")

    with pytest.raises(ModelError, match="wrong key"):
        persist(refuse, recorder.patience())
    assert recorder.calls == 1


def test_a_wait_past_the_deadline_is_not_begun() -> None:
    recorder = Recorder(9, retry_after_s=30)
    with pytest.raises(BudgetSpentError):
        persist(recorder.send, recorder.patience(deadline=time.monotonic() + 10))
    assert (recorder.calls, recorder.waits) == (1, [])


def test_a_provider_that_wants_an_hour_has_failed_for_good() -> None:
    recorder = Recorder(9, retry_after_s=3600)
    with pytest.raises(ModelError, match="wait 3600 s") as caught:
        persist(recorder.send, recorder.patience())
    assert not isinstance(caught.value, TransientError)
    assert recorder.calls == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "3"}, 3),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
    ],
)
def test_the_wait_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, now=NOW) == seconds
