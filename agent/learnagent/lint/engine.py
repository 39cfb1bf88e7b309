"""Runs rules over a file or a change and turns their hits into findings. It reads no files and prints nothing."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from learnagent.lint.allow import Allow, allows
from learnagent.lint.change import Change, ChangeHit, FileChange, lines_of
from learnagent.lint.finding import Finding, Hit
from learnagent.lint.rule import AnyRule, ChangeRule, FileRule, LastRule, Rule
from learnagent.lint.rules import RULES
from learnagent.lint.source_file import SourceFile

CODE_CHARACTERS = 200
"""Of the code of a finding: enough to know it again."""

Raised = tuple[Rule, Hit, str]
"""A rule, the place it objects to, and a symbol where it names one itself."""


def lint_file(file: SourceFile, rules: Sequence[AnyRule] = RULES) -> list[Finding]:
    """Return the findings of the file rules, in the order of the text; those allowed with a reason are left out."""
    return _settle(file, _of_file(file, rules, in_change=False), rules)


def lint_change(change: Change, rules: Sequence[AnyRule] = RULES, *, trusts_new_comments: bool = True) -> list[Finding]:
    """Return what a change brought: findings on its lines that were not there before, and those of change rules.

    With `trusts_new_comments` off, a comment that the change itself adds allows nothing: the finding carries
    its reason as `claim`.
    """
    raised = _of_change(change, rules)
    found = [
        finding
        for one in change.files
        for finding in _lint_one(one, raised.get(one.path, ()), rules, trusts_new_comments=trusts_new_comments)
    ]
    return sorted(set(found), key=_place)


def _lint_one(
    one: FileChange,
    raised: Sequence[tuple[Rule, ChangeHit]],
    rules: Sequence[AnyRule],
    *,
    trusts_new_comments: bool,
) -> list[Finding]:
    """Return the findings in one file of a change."""
    gone = [(rule, hit) for rule, hit in raised if hit.in_old]
    here = [(rule, hit.hit, hit.symbol) for rule, hit in raised if not hit.in_old]
    if one.new is None:
        here_too = [_plain_finding(one, rule, hit) for rule, hit in raised if not hit.in_old]
        return [*here_too, *(_plain_finding(one, rule, hit) for rule, hit in gone)]
    doubted = frozenset[int]() if trusts_new_comments else one.added
    settled = _settle(one.new, [*here, *_of_file(one.new, rules, in_change=True)], rules, doubted=doubted)
    of_change = {_finding(one.new, rule, hit, symbol) for rule, hit, symbol in here}
    return [
        *_brought(one, settled, rules, of_change),
        *(_plain_finding(one, rule, hit) for rule, hit in gone if not _is_allowed_anywhere(one.new, rule, doubted)),
    ]


def _brought(
    one: FileChange, findings: Iterable[Finding], rules: Sequence[AnyRule], of_change: Set[Finding]
) -> list[Finding]:
    """Leave out what file rules say of lines that did not change, or said before as well.

    Two rules may share a name: what the change rule says of a place, the file rule need not say again.
    """
    compared = [finding for finding in findings if replace(finding, claim="") in of_change]
    said = {(finding.rule, finding.line) for finding in compared}
    touched = [
        finding
        for finding in findings
        if replace(finding, claim="") not in of_change
        and (finding.rule, finding.line) not in said
        and not one.added.isdisjoint(range(finding.line, finding.end_line + 1))
    ]
    if one.old is None or not touched:
        return [*compared, *touched]
    before = Counter(_same(finding) for finding in lint_file(one.old, rules))
    for finding in touched:
        if before[_same(finding)] > 0:
            before[_same(finding)] -= 1
        else:
            compared.append(finding)
    return compared


def _of_file(file: SourceFile, rules: Sequence[AnyRule], *, in_change: bool) -> list[Raised]:
    return [
        (rule, hit, "")
        for rule in _applicable(tuple(rules), file.language, file.is_test)
        if in_change or not rule.only_added
        for hit in rule.check(file)
    ]


@functools.lru_cache(maxsize=256)
def _applicable(rules: tuple[AnyRule, ...], language: str, is_test: bool) -> tuple[FileRule, ...]:
    """Return the file rules for files of this kind."""
    wanted = {"everywhere", "tests" if is_test else "product"}
    return tuple(
        rule for rule in rules if isinstance(rule, FileRule) and language in rule.languages and rule.where in wanted
    )


def _of_change(change: Change, rules: Iterable[AnyRule]) -> dict[str, list[tuple[Rule, ChangeHit]]]:
    """Return what change rules object to, by the path of the file."""
    found: dict[str, list[tuple[Rule, ChangeHit]]] = {}
    for rule in rules:
        if isinstance(rule, ChangeRule):
            for hit in rule.check(change):
                found.setdefault(hit.file.path, []).append((rule, hit))
    return found


def _settle(
    file: SourceFile, raised: Iterable[Raised], rules: Sequence[AnyRule], *, doubted: Set[int] = frozenset()
) -> list[Finding]:
    """Turn hits into findings, leave out those that a comment allows, and look at the comments themselves.

    A comment on a doubted line is needed, but allows nothing.
    """
    comments, used, kept = allows(file), set[Allow](), []
    for rule, hit, symbol in raised:
        line = file.line(hit.start)
        allow = next((one for one in comments if one.covers(rule.name, line)), None)
        if allow is None:
            kept.append(_finding(file, rule, hit, symbol))
            continue
        used.add(allow)
        if allow.line in doubted:
            kept.append(replace(_finding(file, rule, hit, symbol), claim=allow.reason))
    for last in rules:
        if isinstance(last, LastRule):
            kept += [_finding(file, last, hit, "") for hit in last.check(file, comments, used, _judged(tuple(rules)))]
    return sorted(set(kept), key=_place)


@functools.lru_cache(maxsize=16)
def _judged(rules: tuple[AnyRule, ...]) -> frozenset[str]:
    """Return the names of the rules whose silence says something: those that read whole files, and nothing else."""
    whole = {rule.name for rule in rules if isinstance(rule, FileRule) and not rule.only_added}
    return frozenset(whole - {rule.name for rule in rules if isinstance(rule, ChangeRule)})


def _is_allowed_anywhere(file: SourceFile, rule: Rule, doubted: Set[int]) -> bool:
    """Return whether a comment of the file allows a rule: what was deleted has no line of its own to speak for."""
    return any(one.has_reason and rule.name in one.rules and one.line not in doubted for one in allows(file))


def _finding(file: SourceFile, rule: Rule, hit: Hit, symbol: str) -> Finding:
    content = file.content
    line, end = file.line(hit.start), file.line(max(hit.start, hit.end - 1))
    begin = content.rfind(b"\n", 0, hit.start) + 1
    return Finding(
        path=file.path,
        line=line,
        column=len(content[begin : hit.start].decode("utf-8", "replace")) + 1,
        end_line=end,
        rule=rule.name,
        level=hit.level or rule.level,
        message=hit.message,
        symbol=symbol or file.symbol(hit.start),
        why=rule.why,
        ways_out=rule.ways_out,
        code=_folded(content[hit.start : hit.end].decode("utf-8", "replace")),
    )


def _plain_finding(one: FileChange, rule: Rule, hit: ChangeHit) -> Finding:
    """Return a finding in a file that is gone, or in a language that is not parsed."""
    if hit.in_old and one.old is not None:
        return _finding(one.old, rule, hit.hit, hit.symbol)
    content = (one.before if hit.in_old else one.after) or b""
    start, end = min(hit.hit.start, len(content)), min(hit.hit.end, len(content))
    return Finding(
        path=one.old_path if hit.in_old else one.path,
        line=content.count(b"\n", 0, start) + 1,
        column=len(lines_of(content[:start])[-1]) + 1,
        end_line=content.count(b"\n", 0, max(start, end - 1)) + 1,
        rule=rule.name,
        level=hit.hit.level or rule.level,
        message=hit.hit.message,
        symbol=hit.symbol,
        why=rule.why,
        ways_out=rule.ways_out,
        code=_folded(content[start:end].decode("utf-8", "replace")),
    )


def _folded(code: str) -> str:
    return " ".join(code.split())[:CODE_CHARACTERS]


def _same(finding: Finding) -> tuple[str, str, str]:
    return (finding.rule, finding.symbol, finding.code)


def _place(finding: Finding) -> tuple[str, int, int, str]:
    return (finding.path, finding.line, finding.column, finding.rule)
