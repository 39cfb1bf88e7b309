"""The shortcut linter: names swallowed errors, weakened tests, hard-coded answers and silenced checks."""
