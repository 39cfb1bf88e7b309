"""One writer of the crash test, a process of its own: appends lessons, says which are on disk, syncs, for ever.

`python writer.py LEDGER URL NUMBER`; the S3 endpoint and keys come from the environment, as a user's would.
After each sync it prints `sent` and the events that were in the ledger before it began: those are acknowledged.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from learnagent_memory.ledger import Ledger
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import Learned
from learnagent_memory.share.object_store import ObjectStore
from learnagent_memory.share.sync import sync

PAUSE_S = 0.2
"""After a sync: eight of these on two cores otherwise only fill the store, and the test takes minutes."""


def say(*words: str) -> None:
    """Print a line at once: what was said counts, whatever happens next."""
    sys.stdout.write(f"{' '.join(words)}\n")
    sys.stdout.flush()


def main(folder: Path, url: str, number: str) -> None:
    ledger = Ledger(folder, redact=str, own=False)
    remote = ObjectStore(url)
    written: list[str] = []
    while True:
        at = datetime.now(UTC).isoformat()
        lesson = Lesson(title=f"Writer {number} learned this at {at}")
        event = Learned(at=at, author=f"W{number} <w{number}@example.invalid>", lesson=lesson, origin="user")
        written.append(ledger.append(event))
        say("written", written[-1])
        if len(written) % 4 == 0:
            report = sync(ledger, remote)
            if not report.offline and not report.problems:
                say("sent", *written)
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
