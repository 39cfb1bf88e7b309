"""Reads and weighs Rust: which calls return a Result, what becomes of its error."""
