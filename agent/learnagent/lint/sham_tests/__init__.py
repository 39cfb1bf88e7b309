"""Reads what makes a test pass whatever the code does: waits, stand-ins, dropped failures, exits, patched reports."""
