from __future__ import annotations

import pytest

from learnagent.lint.rules import RULES
from learnagent.lint.running.selection import known_names, rules_named, selected_rules
from learnagent.lint.running.settings import LintSettings
from learnagent_memory.errors import UsageError


def names(*select: str, ignore: tuple[str, ...] = (), settings: LintSettings | None = None) -> set[str]:
    return {rule.name for rule in selected_rules(select, ignore, settings or LintSettings())}


def test_without_a_choice_all_rules_run() -> None:
    assert selected_rules((), (), LintSettings()) == RULES


def test_the_command_line_stands_above_what_the_settings_select_and_ignore() -> None:
    assert names("swallowed-error", settings=LintSettings(ignore=("swallowed-error",))) == {"swallowed-error"}
    assert names("swallowed-error", settings=LintSettings(select=("unused-allow",))) == {"swallowed-error"}


def test_what_either_ignores_does_not_run() -> None:
    assert names(ignore=("unused-allow",)) == set(known_names()) - {"unused-allow"}
    assert names(settings=LintSettings(ignore=("unused-allow",))) == set(known_names()) - {"unused-allow"}


@pytest.mark.parametrize(
    "settings",
    [
        LintSettings(select=("swalowed-error",)),
        LintSettings(ignore=("swalowed-error",)),
        LintSettings(per_path_ignores={"tests": ("swalowed-error",)}),
    ],
)
def test_a_name_that_no_rule_has_is_told_with_the_nearest(settings: LintSettings) -> None:
    with pytest.raises(UsageError, match=r"no rule 'swalowed-error': did you mean swallowed-error\?"):
        selected_rules((), (), settings)


def test_a_name_that_is_like_none_points_to_the_list() -> None:
    with pytest.raises(UsageError, match="lists the rules"):
        rules_named("\x1b[31m")


def test_with_no_rule_left_nothing_runs() -> None:
    with pytest.raises(UsageError, match="no rule is left"):
        selected_rules(("unused-allow",), ("unused-allow",), LintSettings())


def test_every_rule_has_a_page_and_ways_out() -> None:
    for rule in RULES:
        assert rule.page, rule.name
        assert rule.why, rule.name
        assert len(rule.ways_out) > 2, rule.name
