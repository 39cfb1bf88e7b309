"""SARIF 2.1.0, for code scanning: results with fingerprints that outlive moved lines, rules with their pages."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from learnagent import __version__
from learnagent.lint.finding import Finding, Level
from learnagent.lint.report.explanation import page_of
from learnagent.lint.rules import RULES
from learnagent.lint.running.selection import known_names

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Level, str] = {"error": "error", "warn": "warning"}


def as_sarif(findings: Sequence[Finding]) -> str:
    """Return the log of one run."""
    names = known_names()
    seen: Counter[tuple[str, ...]] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "learnagent lint",
                "semanticVersion": __version__,
                "rules": [_rule(name) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, names.index(one.rule), seen) for one in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(name: str) -> dict[str, Any]:
    rules = [rule for rule in RULES if rule.name == name]
    page = page_of(name)
    return {
        "id": name,
        "shortDescription": {"text": rules[0].page.partition("\n")[0]},
        "fullDescription": {"text": rules[0].why},
        "help": {"text": page, "markdown": f"```text\n{page}\n```"},
        "defaultConfiguration": {"level": _LEVELS["error" if any(rule.level == "error" for rule in rules) else "warn"]},
    }


def _result(finding: Finding, index: int, seen: Counter[tuple[str, ...]]) -> dict[str, Any]:
    seen[finding.key] += 1
    digest = hashlib.sha256("\0".join((*finding.key, str(seen[finding.key]))).encode("utf-8", "surrogateescape"))
    region = {"startLine": finding.line, "startColumn": finding.column, "endLine": finding.end_line}
    place = {"artifactLocation": {"uri": quote(os.fsencode(finding.path))}, "region": region}
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.level],
        "message": {"text": f"{finding.message}\n{finding.why}\n" + "\n".join(f"- {way}" for way in finding.ways_out)},
        "locations": [{"physicalLocation": place, **_logical(finding.symbol)}],
        "partialFingerprints": {"learnagentLint/v1": digest.hexdigest()},
    }


def _logical(symbol: str) -> dict[str, Any]:
    return {"logicalLocations": [{"fullyQualifiedName": symbol}]} if symbol else {}
