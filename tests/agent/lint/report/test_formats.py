from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from learnagent.lint.finding import Finding
from learnagent.lint.report import Format, render
from learnagent.lint.report.explanation import page_object, page_of
from learnagent.lint.report.statistics import statistics_json, statistics_text
from learnagent.lint.rules import RULES
from learnagent_memory.errors import UsageError

FINDING = Finding(
    path="src/app.py",
    line=4,
    column=5,
    end_line=4,
    rule="swallowed-error",
    level="error",
    message="every error becomes a default here",
    symbol="App.load",
    why="Nobody can find out why.",
    ways_out=("handle it", "let it fail", "say so"),
    code="0123",
)
WARNING = replace(FINDING, level="warn", line=9, end_line=11)
ODD = replace(
    FINDING,
    path=os.fsdecode(b"caf\xe9 a,b:c%\n.py"),
    message="100% of <b>&\"'\n::error::x\x1b[31m\r\u202e",
    symbol="a\0b",
)
MANY = (FINDING, WARNING, ODD)
FORMATS: tuple[Format, ...] = ("text", "json", "sarif", "github", "junit")


@pytest.mark.parametrize("form", FORMATS)
def test_no_findings_are_a_sound_document_too(form: Format) -> None:
    document = render((), form)

    if form == "json":
        assert json.loads(document) == []
    elif form == "sarif":
        assert json.loads(document)["runs"][0]["results"] == []
    elif form == "junit":
        assert ElementTree.fromstring(document).get("failures") == "0"
    else:
        assert document == ""


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_repository_wrote_cannot_leave_its_place(form: Format) -> None:
    document = render(MANY, form)

    assert "\x1b" not in document
    assert "\r" not in document
    document.encode("utf-8")


def test_text_is_a_line_a_finding_and_a_way_out() -> None:
    assert render((FINDING, WARNING), "text") == (
        "src/app.py:4:5: error swallowed-error: every error becomes a default here\n"
        "    handle it\n"
        "src/app.py:9:5: warn swallowed-error: every error becomes a default here\n"
        "    handle it\n"
    )
    assert len(render(MANY, "text").splitlines()) == 6


def test_json_is_a_list_of_findings_with_these_fields() -> None:
    found = json.loads(render(MANY, "json"))

    assert [list(one) for one in found] == [
        ["path", "line", "column", "end_line", "rule", "level", "message", "symbol", "why", "ways_out"]
    ] * 3
    assert found[0]["ways_out"] == ["handle it", "let it fail", "say so"]
    assert found[2]["path"] == "caf\\xe9 a,b:c%\\n.py"
    assert found[2]["message"] == ODD.message


def test_github_commands_are_escaped() -> None:
    first, second, third = render(MANY, "github").splitlines()

    assert first == (
        "::error file=src/app.py,line=4,endLine=4,title=swallowed-error,col=5"
        "::every error becomes a default here (handle it)"
    )
    assert second.startswith("::warning file=src/app.py,line=9,endLine=11,title=swallowed-error::")
    assert third.startswith("::error file=caf\\xe9 a%2Cb%3Ac%25\\n.py,line=4,")
    assert "::100%25 of <b>" in third


def test_junit_has_a_suite_a_file_and_a_failed_case_a_finding() -> None:
    root = ElementTree.fromstring(render(MANY, "junit"))

    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "3")
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [
        ("src/app.py", "2"),
        ("caf\\xe9 a,b:c%\\n.py", "1"),
    ]
    failure = root.find("./testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == FINDING.message


def sarif(*findings: Finding) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render(findings, "sarif"))
    return log


def test_sarif_has_the_parts_that_the_standard_demands() -> None:
    log = sarif(*MANY)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    assert [rule["id"] for rule in rules] == sorted({rule.name for rule in RULES})
    for rule in rules:
        assert rule["help"]["text"].startswith(rule["id"])
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning"}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
        assert result["message"]["text"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        assert region["startColumn"] >= 1


def test_sarif_names_files_by_uri() -> None:
    (result,) = sarif(ODD)["runs"][0]["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "caf%E9%20a%2Cb%3Ac%25%0A.py"


def test_sarif_fingerprints_outlive_moved_lines_and_tell_twins_apart() -> None:
    def prints(*findings: Finding) -> list[str]:
        results = sarif(*findings)["runs"][0]["results"]
        return [result["partialFingerprints"]["learnagentLint/v1"] for result in results]

    moved = replace(FINDING, line=40, end_line=40)

    assert prints(FINDING) == prints(moved)
    assert len(set(prints(FINDING, moved))) == 2
    assert prints(FINDING) != prints(replace(FINDING, symbol="other"))


def test_statistics_count_by_rule_and_level() -> None:
    found = (FINDING, WARNING, FINDING, replace(FINDING, rule="forced-exit"))

    assert statistics_text(found) == (
        "     2  error  swallowed-error\n     1  error  forced-exit\n     1  warn   swallowed-error\n"
    )
    assert json.loads(statistics_json(found))[0] == {"rule": "swallowed-error", "level": "error", "count": 2}
    assert (statistics_text(()), statistics_json(())) == ("", "[]\n")


@pytest.mark.parametrize("name", sorted({rule.name for rule in RULES}))
def test_every_rule_can_be_explained(name: str) -> None:
    page = page_of(name)

    assert page.startswith(f"{name} (")
    assert "Why it hurts:" in page
    assert "Ways out:" in page
    assert page_object(name)["page"] == page


def test_a_rule_that_is_not_there_cannot_be_explained() -> None:
    with pytest.raises(UsageError, match="no rule"):
        page_of("nothing")
