"""Compares before and after: tests, expectations, what the task asked for."""
