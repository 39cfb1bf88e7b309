from __future__ import annotations

import pytest

from learnagent.lint.shell.lines import masked_check, masked_check_of_line


@pytest.mark.parametrize(
    "line",
    [
        "      - run: pytest -q",
        "\t-rm -rf build",
        "\t@echo pytest || true",
        "RUN apt-get update || true",
        "RUN pip install pytest",
        '    "start": "node server.js || true",',
        "      - name: run pytest",
        "",
    ],
)
def test_a_line_of_a_build_that_hides_nothing_is_fine(line: str) -> None:
    assert masked_check_of_line(line) is None


@pytest.mark.parametrize(
    ("line", "mask"),
    [
        ("      - run: pytest -q || true", "|| true"),
        ("    run: npm test || exit 0", "|| exit 0"),
        ("  - cargo test || :", "|| :"),
        ("RUN make test; exit 0", "; exit 0"),
        ("\truff check . || true", "|| true"),
        ("\t-pytest tests", "-"),
        ('    "test": "jest --ci || true",', "|| true"),
    ],
)
def test_a_line_of_a_build_that_hides_a_check_is_told(line: str, mask: str) -> None:
    found = masked_check_of_line(line)

    assert found is not None
    assert found.mask == mask


def test_the_place_of_the_mask_is_told() -> None:
    shell = "cd web && npm test || true"

    found = masked_check(shell)

    assert found is not None
    assert (found.command, shell[found.start : found.end]) == ("npm test", "|| true")


def test_the_place_of_a_mask_in_a_group_is_that_of_the_whole_text() -> None:
    shell = "cd web && (npm test || true) && echo done"

    found = masked_check(shell)

    assert found is not None
    assert shell[found.start : found.end] == "|| true"


@pytest.mark.parametrize("shell", ["'", "(((", "||", "pytest ||", "$(", "\\", "{ pytest || true"])
def test_broken_shell_is_no_crash(shell: str) -> None:
    masked_check(shell)
    masked_check_of_line(shell)
