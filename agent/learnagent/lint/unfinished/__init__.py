"""Reads code that does no work: stubs, placeholders, tables of answers."""
