"""The languages whose tests are read."""

from __future__ import annotations

from learnagent.lint.rule import SCRIPT

TEST_LANGUAGES = SCRIPT | {"python", "go", "rust", "java"}
