"""The check commands that were discovered, and whether the user allowed them, kept in the user's state.

Not in the repository: what lies there could allow itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from learnagent.discovery import CheckCommand
from learnagent_memory.errors import UsageError
from learnagent_memory.project import state_home, write_private
from learnagent_memory.reading import parse_json, read_own


class RememberedCheck(BaseModel):
    """The check command of one project."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    command: str
    source: str
    allowed: bool = False
    """Whether the user said that it may always run."""

    @property
    def check(self) -> CheckCommand:
        """The command and where it came from."""
        return CheckCommand(self.command, self.source)


class CheckMemory:
    """What is remembered, by project identity."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._path = state_home(environ) / "checks.json"

    def get(self, identity: str) -> RememberedCheck | None:
        """Return what is remembered for a project; None for a new one."""
        entry = self._load().get(identity)
        if entry is None:
            return None
        try:
            return RememberedCheck.model_validate(entry)
        except ValidationError as error:
            raise UsageError(f"{self._path} is damaged", hint="delete it; checks are discovered again") from error

    def put(self, identity: str, remembered: RememberedCheck) -> None:
        """Remember the check command of a project."""
        content = {**self._load(), identity: remembered.model_dump()}
        write_private(self._path, json.dumps(content, indent=2, sort_keys=True))

    def _load(self) -> dict[str, object]:
        try:
            content = parse_json(read_own(self._path) or "{}")
        except ValueError as error:
            raise UsageError(f"{self._path} is damaged", hint="delete it; checks are discovered again") from error
        return content if isinstance(content, dict) else {}
