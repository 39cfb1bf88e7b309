"""Reads what silences a check: comments, attributes and pragmas of any checker, with their codes and reasons.

It judges none of them. This linter's own comments are not here: `allow` reads those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from learnagent.lint.allow import is_alone
from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.forms import BLANKET_CODES, FORMS, WORDS, Form
from learnagent.lint.suppression.reasons import remarks, said, statement_rows
from learnagent.lint.syntax.comment_rows import comment_words, rows
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_STRING = lazy_pattern(r'"((?:[^"\\]|\\.)*)"')
_REASON = lazy_pattern(r'(?i)\b(?:justification|reason)\s*=\s*@?"((?:[^"\\]|\\.)*)"')
_RUST = lazy_pattern(r"\b(?P<kind>allow|expect)\s*\((?P<codes>[^()]*)\)")
_RUST_HEAD = lazy_pattern(r"#!?\[\s*(?:allow|expect|cfg_attr)\b")
_RUST_COVERAGE = lazy_pattern(r"\bcoverage\s*\(\s*off\s*\)|\btarpaulin_include\b|\bno_coverage\b")
_ANNOTATION = lazy_pattern(
    r"@(?:\w+:)?\[?\s*(?:\w+\.)*(SuppressWarnings|Suppress|SuppressFBWarnings|SuppressLint|SuppressWarnings)\b"
)
_ATTRIBUTE = lazy_pattern(
    r"(?:\w+\.)*(SuppressMessage|UnconditionalSuppressMessage|ExcludeFromCodeCoverage)(?:Attribute)?\b"
)
_CSHARP = lazy_pattern(r"#\s*pragma\s+warning\s+disable\b(?P<codes>[^\n/]*)")
_CPP = lazy_pattern(
    r"#\s*pragma\s+(?:(?P<tool>GCC|clang)\s+diagnostic\s+ignored\s+\"(?P<flag>[^\"]*)\""
    r"|warning\s*\(\s*(?:push\s*,\s*(?P<level>0)\s*\)|(?:push\s*;\s*)?disable\s*:\s*(?P<numbers>[\d ]+)))"
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One place that silences a check."""

    kind: str
    """What its users call it: `noqa`, `type: ignore`, `@SuppressWarnings`."""
    codes: tuple[str, ...]
    """What it silences, as written; empty where it does not say."""
    reason: str
    """Why, in words; empty for none, or for words that say nothing."""
    is_blanket: bool
    """Whether it silences everything, or does not say what."""
    node: Node
    """The comment, attribute or pragma."""
    start: int
    end: int
    """Bytes of the directive itself."""


def suppressions(file: SourceFile) -> list[Suppression]:
    """Return the suppressions of a file in the order of the text."""
    return file.once(_read)


def _read(file: SourceFile) -> list[Suppression]:
    found = [*_in_comments(file), *_in_code(file)]
    if not found:
        return []
    alike = Alike(found)
    return sorted((_explained(file, one, alike) for one in found), key=lambda one: one.start)


class Alike:
    """The rows of suppressions of the same kind and code: a reason that is given once serves the group."""

    def __init__(self, found: Iterable[Suppression]) -> None:
        """Sort them by what they silence."""
        self._rows: dict[tuple[str, str], dict[int, Node]] = {}
        for one in found:
            for code in one.codes or ("",):
                self._rows.setdefault((one.kind, code), {})[rows(one.node)[0]] = one.node

    def rows(self, one: Suppression) -> dict[int, Node]:
        """Return where the same is silenced."""
        if len(one.codes) < 2:
            return self._rows[one.kind, one.codes[0] if one.codes else ""]
        return {row: node for code in one.codes for row, node in self._rows[one.kind, code].items()}


def _in_comments(file: SourceFile) -> Iterator[Suppression]:
    whole, content, is_open = comment_words(file), file.content, False
    words = [word for word in WORDS[file.language] if word in whole]
    for comment in file.comments if words else ():
        text = content[comment.start_byte : comment.end_byte].lower()
        if any(word in text for word in words):
            for one in _of_comment(file, comment):
                if one.kind == ":nocov:":  # the same mark opens and closes
                    is_open = not is_open
                if one.kind != ":nocov:" or is_open:
                    yield one


def silences(file: SourceFile, comment: Node) -> bool:
    """Return whether a comment tells a checker to be silent."""
    return any(one.node.id == comment.id for one in suppressions(file))


def _of_comment(file: SourceFile, comment: Node) -> Iterator[Suppression]:
    text = file.text(comment)
    lower = text.lower()
    taken: list[tuple[int, int]] = []
    for form in FORMS[file.language]:
        if form.word not in lower:
            continue
        for match in form.pattern.finditer(text):
            start, end = match.span("directive")
            if _is_spoken_of(file, comment, text[:start]):
                continue
            if all(end <= first or start >= last for first, last in taken):
                taken.append((start, end))
                yield _of_match(comment, form, match)


def _is_spoken_of(file: SourceFile, comment: Node, before: str) -> bool:
    """Return whether a directive is only spoken of: quoted, escaped, or behind code that is commented out."""
    if before.endswith(("'", '"', "`")) or before.rstrip(" ").endswith("\\#"):
        return True
    return file.language == "python" and before.count("#") > 1 and is_alone(file, comment)


def _of_match(comment: Node, form: Form, match: re.Match[str]) -> Suppression:
    codes = _codes(match.groupdict().get("codes") or "")
    text = match.string
    start = comment.start_byte + len(text[: match.start("directive")].encode())
    end = comment.start_byte + len(text[: match.end("directive")].encode())
    is_blanket = form.blanket == "always" or (form.blanket in {"uncoded", "silent"} and _is_everything(codes))
    return Suppression(form.kind, codes, "", is_blanket, comment, start, end)


def _is_everything(codes: tuple[str, ...]) -> bool:
    return not codes or any(code.lower() in BLANKET_CODES for code in codes)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for code in re.split(r"[\s,]+", text.strip().strip("\"'")) if code)


def _in_code(file: SourceFile) -> Iterator[Suppression]:
    """Yield what the languages themselves have for it."""
    if file.language == "rust":
        for node in file.nodes("attribute_item", "inner_attribute_item"):
            yield from _of_rust(file, node)
    elif file.language in {"java", "kotlin"}:
        kinds = ("annotation",) if file.language == "java" else ("annotation", "file_annotation")
        yield from (one for node in file.nodes(*kinds) if (one := _of_annotation(file, node)) is not None)
    elif file.language == "csharp":
        yield from (one for node in file.nodes("attribute") if (one := _of_attribute(file, node)) is not None)
        yield from (one for node in file.nodes("preproc_pragma") if (one := _of_csharp(file, node)) is not None)
    elif file.language == "cpp":
        yield from (one for node in file.nodes("preproc_call") if (one := _of_cpp(file, node)) is not None)


def _at(node: Node, kind: str, codes: tuple[str, ...], reason: str = "", *, is_blanket: bool = False) -> Suppression:
    return Suppression(kind, codes, reason, is_blanket, node, node.start_byte, node.end_byte)


def _of_rust(file: SourceFile, node: Node) -> Iterator[Suppression]:
    text = file.text(node)
    if _RUST_COVERAGE.search(text):
        yield _at(node, "coverage(off)", ())
    if not _RUST_HEAD.match(text):
        return
    reason = _REASON.search(text)
    for match in _RUST.finditer(_REASON.sub("", text)):
        codes = _codes(match["codes"])
        yield _at(node, f"#[{match['kind']}]", codes, reason[1] if reason else "", is_blanket=_is_everything(codes))


def _of_annotation(file: SourceFile, node: Node) -> Suppression | None:
    text = file.text(node)
    match = _ANNOTATION.match(text)
    if match is None:
        return None
    reason = _REASON.search(text)
    rest = _REASON.sub("", text[match.end() :])
    codes = tuple(_STRING.findall(rest)) or tuple(re.findall(r"[A-Za-z_][\w.]*", rest))
    is_blanket = bool(codes) and _is_everything(codes)
    return _at(node, f"@{match[1]}", codes, reason[1] if reason else "", is_blanket=is_blanket)


def _of_attribute(file: SourceFile, node: Node) -> Suppression | None:
    text = file.text(node)
    match = _ATTRIBUTE.match(text)
    if match is None:
        return None
    reason = _REASON.search(text)
    codes = tuple(_STRING.findall(_REASON.sub("", text)))[1:2]
    return _at(node, f"[{match[1]}]", codes, reason[1] if reason else "")


def _of_csharp(file: SourceFile, node: Node) -> Suppression | None:
    text = file.text(node)
    match = _CSHARP.match(text)
    if match is None:
        return None
    codes = _codes(match["codes"])
    reason = text[match.end() :]
    return _at(node, "#pragma warning disable", codes, reason, is_blanket=_is_everything(codes))


def _of_cpp(file: SourceFile, node: Node) -> Suppression | None:
    text = file.text(node)
    match = _CPP.match(text)
    if match is None:
        return None
    codes = (match["flag"],) if match["flag"] else _codes(match["numbers"] or match["level"])
    kind = "#pragma diagnostic ignored" if match["tool"] else "#pragma warning"
    return _at(node, kind, codes, text[match.end() :].strip(" )\n"), is_blanket=_is_everything(codes))


def _explained(file: SourceFile, one: Suppression, alike: Alike) -> Suppression:
    """Return a suppression with its reason; what silences everything without a code may get away with one."""
    reason = next((words for text in _texts(file, one, alike) if (words := said(*text))), "")
    is_silent_form = any(form.kind == one.kind and form.blanket == "silent" for form in FORMS[file.language])
    return replace(one, reason=reason, is_blanket=one.is_blanket and not (is_silent_form and reason))


def _texts(file: SourceFile, one: Suppression, alike: Alike) -> Iterator[tuple[str, Iterable[str], str]]:
    """Yield the texts that may hold the reason, each with what it must not merely repeat."""
    found, row = remarks(file), rows(one.node)[0]
    names = (*one.codes, one.kind)
    code = file.line_text(row + 1)[: one.node.start_point[1]]
    yield one.reason, names, ""
    yield found.beside(one.node), names, code
    like = alike.rows(one)
    is_comment = "comment" in one.node.type
    if is_comment and not found.is_alone(one.node):
        starts: Iterable[int] = {row, *statement_rows(file, one.node)}
    else:
        yield found.after(one.node), names, file.line_text(rows(one.node)[1] + 2)
        starts = {row}
    for start in sorted(starts, reverse=True):
        yield found.before(start, like.keys()), names, file.line_text(start + 1).partition("#")[0]
    row -= 1
    while row in like:
        yield found.beside(like[row]), names, file.line_text(row + 1)[: like[row].start_point[1]]
        row -= 1
