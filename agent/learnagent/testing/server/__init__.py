"""A fake model server over HTTP; `python -m learnagent.testing.server SCRIPT.json` runs one."""

from learnagent.testing.server.model_server import ModelServer

__all__ = ["ModelServer"]
