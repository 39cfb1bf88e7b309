from __future__ import annotations

from pathlib import Path

import pytest

from learnagent.remembered import CheckMemory, RememberedCheck
from learnagent_memory.errors import UsageError


def test_a_check_is_remembered_by_project(here: Path) -> None:
    memory = CheckMemory({"LEARNAGENT_HOME": str(here)})
    assert memory.get("p") is None
    memory.put("p", RememberedCheck(command="make test", source="Makefile"))
    found = memory.get("p")
    assert found is not None
    assert (found.check.command, found.allowed) == ("make test", False)
    assert memory.get("q") is None


@pytest.mark.parametrize("text", ["{", '{"p": 5}', '{"p": {"command": 1}}', "[" * 100_000])
def test_a_damaged_file_is_one_line_that_names_it(here: Path, text: str) -> None:
    (here / "checks.json").write_text(text)
    with pytest.raises(UsageError, match=r"checks\.json is damaged"):
        CheckMemory({"LEARNAGENT_HOME": str(here)}).get("p")
