"""Finds lessons again: a cache over the ledger that can be deleted at any time without loss."""
