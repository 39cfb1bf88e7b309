"""Decides what may be read, written and run, and what the user is asked. It does none of it."""
