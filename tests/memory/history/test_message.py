from __future__ import annotations

import pytest

from learnagent_memory.history.message import MAX_BODY, clean_body, noise_in


def test_what_tools_and_templates_add_is_cut_and_prose_is_kept() -> None:
    body = """Closes #12: the parser lost a line.

## Description
<!-- Tell us
why -->
- [x] I ran the tests
- the tokenizer counts from 1 now

Note: callers need not change.
(cherry picked from commit 0123456789abcdef)
Signed-off-by: A <a@example.org>
Co-Authored-By: B <b@example.org>
Change-Id: I0123
git-svn-id: https://svn.example.org/trunk@1 deadbeef
"""

    assert clean_body(body) == (
        "Closes #12: the parser lost a line.\n\n- the tokenizer counts from 1 now\n\nNote: callers need not change."
    )


def test_a_long_body_is_cut() -> None:
    assert len(clean_body("word " * 100_000)) <= MAX_BODY


@pytest.mark.parametrize(
    ("subject", "noise"),
    [
        ("Bump version to 1.2", "release"),
        ("Bump requests from 2.1 to 2.2", "release"),
        ("v1.2.3", "release"),
        ("Release 2.0", "release"),
        ("Prepare release version 8.1.0", "release"),
        ("Back to development", "release"),
        ('Revert "Add cart"', "revert"),
        ("Run black", "format"),
        ("[pre-commit.ci] auto fixes", "format"),
        ("Fix crash when the version is missing", ""),
        ("Release the lock before waiting", ""),
        ("Update version check for Python 3.12", ""),
        ("Reverse the order of hooks", ""),
        ("Bump the retry count when a host is slow", ""),
        ("Add black to the palette", ""),
        ("Use prettier names", ""),
    ],
)
def test_a_subject_tells_noise(subject: str, noise: str) -> None:
    assert noise_in(subject, author="Ann", address="ann@example.org") == noise


@pytest.mark.parametrize("author", ["dependabot[bot]", "pre-commit-ci[bot]", "renovate", "pyup-bot"])
def test_a_machine_is_told_by_its_name(author: str) -> None:
    assert noise_in("Fix it", author=author, address="") == "bot"


def test_a_person_whose_name_holds_bot_is_no_machine() -> None:
    assert noise_in("Fix it", author="Abbott Talbot", address="talbot@example.org") == ""
