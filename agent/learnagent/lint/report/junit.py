"""For CI systems that read JUnit XML: a suite a file, a failed case a finding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from learnagent.lint.finding import Finding
from learnagent.lint.report.shown import printable_path
from learnagent.lint.syntax.patterns import lazy_pattern

NAME = "learnagent lint"
_NO_XML = lazy_pattern("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(findings: Sequence[Finding]) -> str:
    """Return the document; without findings it has one case that passed, for empty ones count as broken."""
    count = str(len(findings))
    root = ElementTree.Element("testsuites", name=NAME, tests=str(max(1, len(findings))), failures=count, errors="0")
    for path, group in groupby(findings, key=lambda one: one.path):
        _add_suite(root, _clean(printable_path(path)), list(group))
    if not findings:
        suite = ElementTree.SubElement(root, "testsuite", name=NAME, tests="1", failures="0", errors="0")
        ElementTree.SubElement(suite, "testcase", name="no findings", classname=NAME)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add_suite(root: ElementTree.Element, path: str, findings: Sequence[Finding]) -> None:
    count = str(len(findings))
    suite = ElementTree.SubElement(root, "testsuite", name=path, tests=count, failures=count, errors="0")
    for one in findings:
        place = f"{one.rule} {one.line}:{one.column}"
        case = ElementTree.SubElement(suite, "testcase", name=place, classname=path, file=path, line=str(one.line))
        failure = ElementTree.SubElement(case, "failure", message=_clean(one.message), type=one.level)
        ways = "\n".join(f"- {way}" for way in one.ways_out)
        failure.text = _clean(f"{path}:{one.line}:{one.column}: {one.message}\n{one.why}\n{ways}")


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
