"""Prints recall and false alarms by rule on labelled cases, and what was missed or wrong.

Run: python tests/lint/measure.py [--cases FOLDER] [--rule NAME] [--verbose]
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from lint.case_files import CASES, Case, read_cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--rule", default="")
    parser.add_argument("--verbose", action="store_true", help="print what was found in each case that went wrong")
    asked = parser.parse_args()
    table: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    wrong: list[tuple[Case, list[str]]] = []
    for case in read_cases(asked.cases):
        if asked.rule and case.rule != asked.rule:
            continue
        found = case.findings()
        is_found = any(finding.rule == case.rule for finding in found)
        row = table[case.rule]
        row[0 if case.is_bad else 2] += 1
        row[1 if case.is_bad else 3] += is_found if case.is_bad else bool(found)
        if case.is_bad != (is_found if case.is_bad else bool(found)):
            wrong.append((case, [f"{f.path}:{f.line} {f.rule} ({f.level}): {f.message}" for f in found]))
    print(f"{'rule':28} {'found':>12} {'false alarms':>14}")
    for rule, (bad, found, good, alarms) in sorted(table.items()):
        print(f"{rule:28} {found:5} of {bad:3} {alarms:7} of {good:3}")
    bad, hits, good, alarms = (sum(row[n] for row in table.values()) for n in range(4))
    print(f"{'all':28} {hits:5} of {bad:3} {alarms:7} of {good:3}")
    print(f"recall {hits / max(bad, 1):.3f}, false alarms {alarms / max(good, 1):.3f}")
    for case, lines in wrong:
        print(f"{'missed' if case.is_bad else 'ALARM '}  {case.id}")
        for line in lines if asked.verbose or not case.is_bad else ():
            print(f"          {line}")


if __name__ == "__main__":
    main()
