"""Words by which code admits that it is unfinished, and words by which it says that it means what it does."""

from __future__ import annotations

import re

from learnagent.lint.syntax.patterns import lazy_pattern

_UNDONE = (
    r"\b(?:is|are|was|be)?n[o']t\s+(?:yet\s+|been\s+|currently\s+|fully\s+)*implemented\b"
    r"(?!\s+(?:for|by|in|on|when|with|outside|as|because|since|due|here because)\b)|"
    r"\bunimplemented\b|\bto\s?be\s+implemented\b|\bTBD\b|\bTODO\b|\btodo\s*[:(]|^\s*todo\s*$|\bFIXME\b|\bXXX\b|"
    r"\bimplement\s+(?:me|this|it|later)\b|\bneeds?\s+(?:an\s+)?implement(?:ation|ing)\b|"
    r"\bimplementation\s+(?:is\s+)?(?:pending|missing|goes|needed|comes|omitted|left)\b|"
    r"\bstub(?:bed)?\b(?!\s+files?)|"
    r"\bcoming\s+soon\b|\bNYI\b|\bnot\s+(?:yet\s+)?(?:supported|available|ready|done|written)\s+yet\b|"
    r"\bnot\s+yet\s+(?:supported|available|ready|done|written)\b|\bWIP\b|\bunder\s+construction\b|"
    r"\bauto-generated\s+(?:method|function|constructor|catch)\b"
)
UNDONE = lazy_pattern(_UNDONE, re.IGNORECASE)
"""Says that something is not there yet."""
_LEFT_OUT = lazy_pattern(
    r"\bplaceholder\b(?!\s+for\s+(?:sub|child|derived))|\bfor now\b|"
    r"\b(?:your|code|logic|implementation|body)\s+(?:\w+\s+)?(?:here|goes here)\b|\bfill\s+(?:this|me|it)?\s*in\b|"
    r"\bto be (?:done|written|added|filled|completed|continued)\b|"
    r"\bwill be (?:implemented|added|written|done|filled)\b|"
    r"\b(?:implement|add|write|do|finish)\w*\s+(?:\w+\s+)?later\b|"
    r"\brest of the (?:code|function|implementation)\b|\bsame as (?:before|above)\b|\bremains? the same\b",
    re.IGNORECASE,
)
PENDING = lazy_pattern(
    r"\byet\b|\bTODO\b|\bFIXME\b|\bTBD\b|\bstub\b|\bpending\b|\bsoon\b|\blater\b|\bfuture\b|\bWIP\b|"
    r"\bimplement (?:me|this|it)\b",
    re.IGNORECASE,
)
"""Says that it is to come: nobody writes that about an abstract method."""
TO_WRITE = lazy_pattern(
    r"\b(?:implement|stub|auto-generated|actual|real|proper|logic|comput|calculat|generat|pars|fetch|query|load|send|"
    r"validat|writ|build|connect|add|handl|finish|complet|fill|hook up|wire|draw|creat|render|read|integrat|call)\w*",
    re.IGNORECASE,
)
"""Says what is missing, behind a TODO."""
REMOVES = lazy_pattern(
    r"\b(?:TODO|FIXME|XXX)\b\W*(?:\([^)]*\)\W*)?(?:\w+\W+){0,3}?(?:remove|delete|drop|deprecate|get rid|rename|move|"
    r"clean|inline|change|replace|coverage|tests?|typing|annotat\w+|document\w*|"
    r"make (?:this )?(?:abstract|private|public))\b",
    re.IGNORECASE,
)
"""A TODO about what is there."""
GONE = lazy_pattern(r"\bno longer\b|\bremoved\b|\bdeprecated\b|\bobsolete\b", re.IGNORECASE)
"""Says that something was there once."""
_OTHERS_FILL = (
    r"\bsub-?class|\boverr[iy]d|\boverload|\babstract|\bbase class|\binterface\b|\bhooks?\b|\bcallback|"
    r"\bextension point|"
    r"\b(?:must|should|needs? to|ha(?:s|ve) to|to be|can be|may be)\s+(?:be\s+)?(?:implement|defin|provid)|"
    r"\bimplement(?:ers?|ors?)\b|\bimplement(?:ed|s)?\s+(?:by|in)\b|\bplaceholder for (?:sub|child|derived)|"
    r"\bcall(?:ed|s)?\s+(?:before|after|when|whenever|by|on|once|for|at|from|during|with|if|just|right|every|each)\b|"
    r"\binvoked\b|\bby default\b|\bdefault implementation"
)
_NOTHING_TO_DO = (
    r"\bno-?op\b|\bnothing\b|\bnobody\b|\bnot\s+supported\b(?!\s+yet)|\bunsupported|\bdo(?:es)? not\b|\bdoesn't\b|"
    r"\bcannot\b|\bby design|\bon purpose|\bintentional|\bdeliberate|\bread-?only|\bimmutable|\bignor|\bnever\b|"
    r"\bunused|\bnot meant\b|\bdiscards?\b|\bnull object|\bdummy\b|\bmarker\b|\bdeprecated|\bcompat"
)
_REFUSES = (
    r"\b(?:derived|child|concrete|inheriting|parent)\s+(?:class|type)|\bimplementations?\b|\bmixin|"
    r"\b(?:must|should|needs? to|ha(?:s|ve) to)\s+set|\b(?:can't|(?:is|are|does|do|can|could|will)\s?(?:not|n't))\b"
    r"(?!\s+(?:yet\s+)?(?:implement|do anything yet))|\bonly\s+(?:available|supported|for|on|in|when|if)|\brequires?\b|"
    r"\binstead\b|\b[Uu]se\s+(?:the\s+)?\w+[._(:]|\bunreachable|\bnot\s+(?:applicable|needed|necessary|used|required|allowed|possible|relevant)|"
    r"\bdefault\b|\boptional|\bsatisf|\bplugin|\bevents?\b|\bnotif|\bempty\b"
)
MEANT = lazy_pattern(f"{_OTHERS_FILL}|{_NOTHING_TO_DO}", re.IGNORECASE)
"""Says in documentation who fills a function, or why it does nothing."""
BY_DESIGN = lazy_pattern(f"{_OTHERS_FILL}|{_NOTHING_TO_DO}|{_REFUSES}", re.IGNORECASE)
"""Says so in the error or in a comment, where fewer words would only describe what is promised."""


OTHERS_FILL = lazy_pattern(_OTHERS_FILL, re.IGNORECASE)
"""Says who fills a function."""
_AT_FIRST = lazy_pattern(r"^\W*(?:TODO|FIXME|stub|placeholder|not (?:yet )?implemented)\b", re.IGNORECASE)
_SHORT = 120


def is_unfinished_by_documentation(text: str) -> bool:
    """Return whether documentation says first of all, or says nothing but, that something is not there yet."""
    return _AT_FIRST.match(text) is not None or (
        len(text) <= _SHORT and admits(text) and PENDING.search(text) is not None
    )


def admits(text: str) -> bool:
    """Return whether words say that something is not there yet, and do not speak of removing what is."""
    return UNDONE.search(text) is not None and REMOVES.search(text) is None


def leaves_out(notes: str) -> bool:
    """Return whether comments in a body that does no work say that the work is left out."""
    return (admits(notes) or _LEFT_OUT.search(notes) is not None) and REMOVES.search(notes) is None


def is_by_design(text: str) -> bool:
    """Return whether words say why there is nothing, or who fills it."""
    return BY_DESIGN.search(text) is not None
