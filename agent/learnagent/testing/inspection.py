"""Keeps the requests a fake model received and what was wrong with them. Safe to use from several threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from learnagent.testing.invariants import PrefixWatch, request_problems
from learnagent.testing.request import ReceivedRequest


class Inspection:
    """Receives requests, checks each one, and remembers both."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._secrets = tuple(secrets)
        self._lock = threading.Lock()
        self._watch = PrefixWatch()
        self._requests: list[ReceivedRequest] = []
        self._problems: list[str] = []

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Requests so far, in the order received."""
        with self._lock:
            return list(self._requests)

    @property
    def problems(self) -> list[str]:
        """Problems so far, in the order found."""
        with self._lock:
            return list(self._problems)

    def receive(self, request: ReceivedRequest) -> tuple[int, list[str]]:
        """Check a request; return its number, from 1, and what is wrong with it."""
        with self._lock:
            self._requests.append(request)
            number = len(self._requests)
            found = [*request_problems(request, self._secrets), *self._watch.problems(request)]
            problems = [f"request {number}: {problem}" for problem in found]
            self._problems += problems
            return number, problems

    def note(self, problem: str) -> None:
        """Remember a problem found elsewhere."""
        with self._lock:
            self._problems.append(problem)

    def begin_anew(self, request: ReceivedRequest) -> None:
        """Let the conversation of this request begin again in another form."""
        with self._lock:
            self._watch.forget(request)

    def check(self) -> None:
        """Raise AssertionError that lists the problems, if there are any."""
        if problems := self.problems:
            raise AssertionError("\n".join(problems))
