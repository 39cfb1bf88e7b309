"""Reads a script from a JSON file; docs/testing.md describes the format. It plays nothing."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from learnagent.testing.script import AnyTurn, Turn
from learnagent_memory.errors import UsageError

HINT = "docs/testing.md describes the format"


class _ScriptFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    turns: tuple[AnyTurn, ...]


def load_script(path: Path) -> tuple[Turn, ...]:
    """Return the turns in a file of the form `{"turns": [{"turn": "say", "text": "..."}, ...]}`.

    Raises UsageError, in one line, when the file cannot be read or a turn is wrong.
    """
    try:
        return _ScriptFile.model_validate_json(path.read_bytes()).turns
    except OSError as error:
        raise UsageError(f"cannot read the script {path} ({error.strerror})", hint="check the path") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path} is not a script: {where or 'file'}: {first['msg']}", hint=HINT) from error
