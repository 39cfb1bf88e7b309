"""Finds an episode by its id, the start of its id, or as the last one."""

from __future__ import annotations

from learnagent_memory import journal
from learnagent_memory.errors import UsageError
from learnagent_memory.journal import Episode
from learnagent_memory.project import Project


def find_episode(project: Project, wanted: str | None) -> Episode:
    """Return the episode whose id begins with `wanted`, or the last. Raises UsageError."""
    ids = journal.list_ids(project.episodes)
    if not ids:
        raise UsageError("no episodes here yet", hint='learnagent do "TASK" makes one')
    if not wanted or wanted == "last":
        return journal.read(project.episodes / ids[-1])
    matches = [name for name in ids if name.startswith(wanted)]
    if len(matches) != 1:
        found = "no episode begins" if not matches else f"{len(matches)} episodes begin"
        raise UsageError(f"{found} with {wanted!r}", hint="learnagent episodes list shows them")
    return journal.read(project.episodes / matches[0])
