"""`forced-exit`: the process ends as a success before the tests had their say."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import FileRule
from learnagent.lint.sham_tests import python_exits, test_exits
from learnagent.lint.shell import exits as shell_exits
from learnagent.lint.source_file import SourceFile

_MESSAGES = {
    True: "the run ends here as a success, whatever the tests say",
    False: "whoever imports this ends here, as a success",
}


def check(file: SourceFile) -> Iterator[Hit]:
    """Name exits with 0 in tests, in test scripts before their end, and in a module while it is imported.

    Why it hurts: the runner sees a success, and the tests behind it, or the failures before it, are not counted.

    Bad:
        def pytest_sessionfinish(session):
            os._exit(0)

    Good:
        def test_help_leaves_with_zero():
            with pytest.raises(SystemExit) as leaving:
                main(["--help"])
            assert leaving.value.code == 0

    It is fine in programs and their commands, under `if __name__ == "__main__"`, in a child that a test has
    started, where the test expects it, for a script that skips what it cannot run here, and with any other status.
    """
    if file.language == "python":
        found = python_exits.exits(file)
    elif file.language == "bash":
        found = shell_exits.exits(file)
    else:
        found = test_exits.exits(file)
    for node in found:
        yield Hit.at(node, _MESSAGES[file.is_test or file.language != "python"])


FORCED_EXIT = FileRule(
    name="forced-exit",
    level="error",
    languages=frozenset({"python", "javascript", "typescript", "go", "java", "rust", "bash"}),
    why="The runner sees a success, and the tests behind it, or the failures before it, are not counted.",
    ways=("let the run end by itself, with its own status", "skip what cannot run here, by the runner's own means"),
    check=check,
)
