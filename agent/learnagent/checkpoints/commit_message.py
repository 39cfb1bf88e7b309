"""Writes a commit message in the style of a history: a pure function of its subjects and a summary."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Sequence

MAX_SUBJECT = 72
BODY_WIDTH = 72
DEFAULT_SUMMARY = "Apply the requested change"

_CONVENTIONAL = re.compile(r"^([a-z]{2,12})(?:\([^()]*\))?!?: (.+)$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s|\s{4}")

_KINDS = {
    "fix": ("fix", "repair", "correct", "prevent", "handle", "resolve", "restore", "avoid"),
    "feat": ("add", "implement", "introduce", "support", "allow", "create", "enable"),
    "docs": ("document", "describe", "explain"),
    "test": ("test", "cover"),
    "refactor": ("refactor", "rename", "move", "simplify", "extract", "remove", "replace"),
}
_PAST = {
    past: verb
    for verb in (*(verb for verbs in _KINDS.values() for verb in verbs), "change", "check", "make", "update")
    for past in (f"{verb}ed", f"{verb}d", f"{verb[:-1]}ied")
} | {"made": "make"}


def commit_message(subjects: Sequence[str], summary: str) -> str:
    """Return a message for `summary`, in the style of the latest `subjects`.

    The style: conventional prefixes, first letter, final period, imperative or past. The first
    sentence becomes the subject, of 72 characters at most; the rest becomes the body, and so does the
    whole of a first sentence that had to be cut.
    """
    text = _CONTROL.sub("", summary).strip() or DEFAULT_SUMMARY
    line, _, further = text.partition("\n")
    sentence, *more = _SENTENCE_END.split(line.strip("#* "), maxsplit=1)
    subject = _in_style(subjects, sentence)
    body = "\n".join([*more, further]).strip()
    if len(subject) > MAX_SUBJECT:
        subject, body = _cut(subject), f"{sentence}\n\n{body}".strip()
    return f"{subject}\n\n{_wrapped(body)}\n" if body else f"{subject}\n"


def _in_style(subjects: Sequence[str], sentence: str) -> str:
    matches = [match for subject in subjects if (match := _CONVENTIONAL.match(subject))]
    if not _most(len(matches), subjects):
        return _worded(subjects, sentence)
    own = _CONVENTIONAL.match(sentence)
    text = _worded([match[2] for match in matches], own[2] if own else sentence)
    return f"{own[1] if own else _kind(text, [match[1] for match in matches])}: {text}"


def _worded(examples: Sequence[str], sentence: str) -> str:
    """Return a sentence with the mood, first letter and period that most examples have."""
    text = sentence.rstrip(". ")
    if not _most(sum(_first_word(example) in _PAST for example in examples), examples):
        text = _imperative(text)
    if _first_word(text) == text.partition(" ")[0].lower():  # a name such as parse_args() keeps its case
        upper = not examples or _most(sum(example[:1].isupper() for example in examples), examples)
        first = text[:1].upper() if upper else text[:1].lower()
        text = text if text[1:2].isupper() else first + text[1:]
    return f"{text}." if _most(sum(example.endswith(".") for example in examples), examples) else text


def _most(count: int, of: Sequence[str]) -> bool:
    return count * 2 > len(of)


def _first_word(text: str) -> str:
    return re.split(r"[^a-zA-Z]", text, maxsplit=1)[0].lower()


def _imperative(text: str) -> str:
    """Turn "I fixed the parser" and "Fixed the parser" into "Fix the parser"."""
    said = re.match(r"(?:(?:I|We)(?:'ve| have)? )?(\w+)\b", text)
    verb = _PAST.get(said[1].lower()) if said else None
    return f"{verb.capitalize()}{text[said.end() :]}" if said and verb else text


def _kind(text: str, used: Sequence[str]) -> str:
    """Choose among the prefixes in use the one that the first word suggests, else the most frequent."""
    suggested = (kind for kind, verbs in _KINDS.items() if kind in used and _first_word(text) in verbs)
    return next(suggested, Counter(used).most_common(1)[0][0])


def _cut(subject: str) -> str:
    return (
        textwrap.shorten(subject, MAX_SUBJECT, placeholder="…") if " " in subject else subject[: MAX_SUBJECT - 1] + "…"
    )


def _wrapped(body: str) -> str:
    """Wrap each paragraph; items of a list and indented lines keep a line of their own."""
    paragraphs = (paragraph.splitlines() for paragraph in re.split(r"\n\s*\n", body))
    return "\n\n".join("\n".join(_wrapped_lines(lines)) for lines in paragraphs)


def _wrapped_lines(lines: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for line in lines:
        if joined and not _LIST_ITEM.match(line):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line.rstrip())
    return [
        wrapped
        for line in joined
        for wrapped in textwrap.wrap(
            line,
            BODY_WIDTH,
            subsequent_indent="  " if _LIST_ITEM.match(line) else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
