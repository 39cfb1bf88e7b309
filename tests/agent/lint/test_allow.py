from __future__ import annotations

import pytest

from learnagent.lint.change import Change, FileChange
from learnagent.lint.engine import lint_change
from linting import changed, findings

SWALLOW = "def f():\n    try:\n        g()\n    except Exception:{comment}\n        pass\n"
REASON = "the plug-in may do anything"


def rules(code: str, path: str = "src/app.py") -> list[str]:
    return [finding.rule for finding in findings(code, path)]


@pytest.mark.parametrize(
    "comment",
    [
        f"  # learnagent: allow[swallowed-error] {REASON}",
        f"  # learnagent: allow[swallowed-error]: {REASON}",
        f"  # learnagent: allow[discarded-stderr, swallowed-error] \u2014 {REASON}",
        f"  # noqa: BLE001 {REASON}",
        f"  # noqa: E722, S110 - {REASON}",
    ],
)
def test_a_comment_with_a_reason_on_the_line_allows(comment: str) -> None:
    assert rules(SWALLOW.format(comment=comment)) == []


def test_a_comment_above_allows_through_the_rest_of_its_block() -> None:
    comment = f"    # learnagent: allow[swallowed-error] {REASON}\n    # and it is not ours\n"

    assert rules(SWALLOW.format(comment="").replace("    except", f"{comment}    except")) == []


def test_a_comment_behind_code_does_not_speak_for_the_next_line() -> None:
    code = SWALLOW.format(comment="").replace("g()", f"g()  # learnagent: allow[swallowed-error] {REASON}")

    assert rules(code) == ["unused-allow", "swallowed-error"]


def test_another_rule_is_not_allowed() -> None:
    code = SWALLOW.format(comment=f"  # learnagent: allow[stub-body] {REASON}")

    assert sorted(rules(code)) == ["swallowed-error", "unused-allow"]


@pytest.mark.parametrize("reason", ["", " ", " !", " #"])
def test_without_words_nothing_is_allowed(reason: str) -> None:
    code = SWALLOW.format(comment=f"  # learnagent: allow[swallowed-error]{reason}")

    assert sorted(rules(code)) == ["swallowed-error", "unexplained-suppression"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.ts", "try { f() } catch (e) { // learnagent: allow[swallowed-error] it may be closed\n}\n"),
        ("a.js", "/* learnagent: allow[swallowed-error] it may be closed */\ntry { f() } catch (e) {\n}\n"),
        (
            "a.go",
            "package a\nfunc f() {\n\tif err := g(); err != nil { // learnagent: allow[swallowed-error] gone\n\t}\n}\n",
        ),
    ],
)
def test_comments_of_other_languages_allow_too(path: str, code: str) -> None:
    assert rules(code, path) == []


def test_a_reason_that_the_change_adds_is_a_claim_where_its_author_is_not_trusted() -> None:
    after = SWALLOW.format(comment=f"  # learnagent: allow[swallowed-error] {REASON}")
    change = Change((FileChange("a.py", b"", after.encode(), "a.py"),))

    assert lint_change(change) == []
    (found,) = lint_change(change, trusts_new_comments=False)
    assert (found.rule, found.claim) == ("swallowed-error", REASON)


def test_a_reason_that_was_there_before_is_trusted() -> None:
    before = SWALLOW.format(comment=f"  # learnagent: allow[swallowed-error] {REASON}")
    after = before.replace("g()", "g(1)")
    change = Change((FileChange("a.py", before.encode(), after.encode(), "a.py"),))

    assert lint_change(change, trusts_new_comments=False) == []


def test_a_comment_that_nothing_needs_any_more_is_told() -> None:
    code = f"# learnagent: allow[swallowed-error] {REASON}\nx = 1\n"

    assert [(one.rule, one.level, one.line) for one in findings(code)] == [("unused-allow", "warn", 1)]


def test_what_only_a_change_shows_is_not_called_unused_in_a_file_alone() -> None:
    code = "# learnagent: allow[deleted-test] the format is gone\ndef test_a():\n    assert f() == 1\n"

    assert findings(code, "tests/test_a.py", rule="unused-allow") == []


def test_a_deleted_test_is_allowed_anywhere_in_its_file() -> None:
    gone = "def test_b():\n    assert f(2) == 2\n"
    kept = "def test_a():\n    assert f(1) == 1\n\n\n"
    comment = "# learnagent: allow[deleted-test] f of two is undefined now\n"

    assert changed({"tests/test_a.py": kept + gone}, {"tests/test_a.py": comment + kept}, rule="deleted-test") == []
    assert changed({"tests/test_a.py": kept + gone}, {"tests/test_a.py": kept}, rule="deleted-test") != []
