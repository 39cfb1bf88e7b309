"""Runs commands: confined where the system can, bounded in time and output, without the user's keys."""
