"""Reads what silences a check, with its codes and reasons."""
