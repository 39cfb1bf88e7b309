"""Starts a program as a shell in a terminal would: Ctrl-C works, and limits hold from its first line on.

Run: python launch.py [--terminal] [--file-limit BYTES] PROGRAM ARGUMENT...
"""

from __future__ import annotations

import argparse
import fcntl
import os
import resource
import signal
import termios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--terminal", action="store_true", help="make stdin the controlling terminal")
    parser.add_argument("--file-limit", type=int, help="no file may grow beyond this, as on a full disk")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    # A background job of a script inherits SIGINT ignored, and so would everything it starts.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if arguments.terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    if arguments.file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (arguments.file_limit, arguments.file_limit))
    os.execv(arguments.program[0], arguments.program)


if __name__ == "__main__":
    main()
