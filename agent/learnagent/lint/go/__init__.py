"""Reads and weighs Go: which calls fail, what becomes of their errors, loops that try for ever."""
