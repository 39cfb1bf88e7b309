"""Finds handlers of exceptions and weighs what they do with the error."""
