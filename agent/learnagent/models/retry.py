"""When a failed request is sent again, and how long to wait first. What failed is judged elsewhere."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from learnagent_memory.errors import BudgetSpentError, ModelError

T = TypeVar("T")

LONGEST_WAIT_S = 600.0
"""A provider that asks for more than this has failed for good: the fallback is asked instead."""

_BACKOFF = wait_random_exponential(multiplier=1, min=0.5, max=30)


class TransientError(ModelError):
    """The request may succeed when it is sent again."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Patience:
    """How often, until when and how audibly a request is repeated."""

    max_attempts: int
    deadline: float | None
    """A time.monotonic() value."""
    sleep: Callable[[float], None]
    """Takes seconds."""
    on_notice: Callable[[str], None]
    """Is told of each wait in one line."""


def persist(send: Callable[[], T], patience: Patience) -> T:
    """Call `send` until it returns or fails for good.

    Raises what `send` raised last, or BudgetSpentError when the next wait would pass the deadline.
    """
    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        stop=stop_after_attempt(patience.max_attempts),
        wait=_wait_s,
        before_sleep=lambda state: _announce(state, patience),
        sleep=patience.sleep,
        reraise=True,
    )
    return retrying(_unless_too_long(send))


def retry_after_s(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Read the wait a server asked for, in seconds; None where it asked for none that makes sense.

    `headers` has lower-case names. Understands `retry-after-ms`, and `retry-after` as seconds or as
    an HTTP date.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    return seconds if seconds is not None else _seconds_until(value, now or datetime.now(UTC))


def _unless_too_long(send: Callable[[], T]) -> Callable[[], T]:
    def attempt() -> T:
        try:
            return send()
        except TransientError as error:
            if (error.retry_after_s or 0) <= LONGEST_WAIT_S:
                raise
            wait = f"{error.message}, and the provider asks to wait {error.retry_after_s:.0f} s"
            raise ModelError(wait, hint=error.hint) from error

    return attempt


def _wait_s(state: RetryCallState) -> float:
    asked = getattr(state.outcome and state.outcome.exception(), "retry_after_s", None)
    return float(asked) if asked is not None else _BACKOFF(state)


def _announce(state: RetryCallState, patience: Patience) -> None:
    wait = state.upcoming_sleep
    why = getattr(state.outcome and state.outcome.exception(), "message", "")
    if patience.deadline is not None and time.monotonic() + wait >= patience.deadline:
        raise BudgetSpentError(f"{why}, and the time left is shorter than the wait of {_show(wait)}")
    number = f"attempt {state.attempt_number + 1} of {patience.max_attempts}"
    patience.on_notice(f"{why}, waiting {_show(wait)} ({number})")


def _show(seconds: float) -> str:
    return f"{seconds:.1f}".removesuffix(".0") + " s"


def _number(value: str | None) -> float | None:
    with contextlib.suppress(ValueError):
        number = float(value or "")
        return max(0.0, number) if math.isfinite(number) else None
    return None


def _seconds_until(value: str | None, now: datetime) -> float | None:
    with contextlib.suppress(ValueError):
        moment = parsedate_to_datetime(value or "")
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - now).total_seconds())
    return None
