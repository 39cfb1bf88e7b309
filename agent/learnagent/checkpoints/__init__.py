"""Keeps the user's whole tree while the agent works in it, takes a run back, and makes the ordinary commit."""
