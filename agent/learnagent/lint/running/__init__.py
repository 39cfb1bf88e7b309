"""Runs the linter: which files and changes, settings, child processes, cache, baseline."""
