"""Lessons that go to and come from other people: remotes, sync, signatures, what is published."""
