"""Words by which a comment says that a value only stands in for the real one. It reads words and no code."""

from __future__ import annotations

import re

from learnagent.lint.syntax.patterns import lazy_pattern

_THING = (
    r"(?:values?|data|results?|responses?|answers?|implementations?|logic|scores?|tokens?|keys?|ids?|users?|numbers?|"
    r"rates?|prices?|urls?|lists?|items?|records?|rows?|entries|returns?|objects?|payloads?|replies|reply|output|"
    r"constants?|defaults?|balances?|amounts?|counts?|percentages?|metrics?|stats|statistics|embeddings?|vectors?|"
    r"predictions?|probabilit\w+|credentials?|passwords?|secrets?|addresses|address|emails?|names?|dates?|times?|"
    r"timestamps?|configs?|settings?|weights?|thresholds?|parameters?|coordinates?|locations?)"
)
_FAKE = (
    r"(?:placeholder|dummy|faked?|stub(?:bed)?|mock(?:ed)?|hard-?coded|sample|bogus|made[- ]up|canned|simulated|"
    r"fixed|static)"
)
_MISSING = (
    r"(?:implement|real|actual|comput(?:e|ation)|calculat(?:e|ion)|fetch|hook up|wire|integrat(?:e|ion)|proper|"
    r"quer(?:y|ies)|parse|connect|stub|replace (?:this|it|with|me)|(?:read|load|get|come) (?:this |it )?from|"
    r"determine|derive)"
)
ADMITS = lazy_pattern(
    r"\bfor now\b|\bfor the (?:time being|moment)\b|"
    rf"\b(?:TODO|FIXME|XXX)\b.{{0,40}}?\b{_MISSING}\b|"
    r"\btemporar(?:y|ily)\s+(?:hack|fix|workaround|value|solution|constant|measure|stub|answer|number|until|return\w*|"
    r"hard\w*|fixed|default\w*|set to|a\b|an\b)|\b(?:quick|dirty|ugly|temp|temporary)\s+hack\b|\bhack\s+until\b|"
    r"\buntil\s+.{0,40}?\b(?:is|are|gets?|has been|have been|was|be)\s+(?:implemented|wired|migrated|built|written)\b|"
    r"\bin\s+an?\s+(?:real|actual)\b|\bin (?:production|reality|practice),?\s+(?:we|this|you|it|use|replace)\b|"
    r"\b(?:real|actual|proper|full)\s+implementation\b|"
    r"\b(?:replace|swap)\b.{0,20}?\b(?:with|by|for)\s+(?:the\s+|an?\s+)?(?:real|actual|your|proper|own|correct)\b|"
    r"\bnot\s+(?:yet\s+)?implemented\b(?!\s+(?:by|in|for))|\bpretend\b|\bwould\s+(?:normally|actually)\b|"
    r"\bjust\s+(?:return|use)\s+(?:a\s+)?(?:fixed|constant|static|fake|dummy)\b|"
    rf"\b{_FAKE}\s+(?:\w+\s+)?{_THING}\b|"
    r"\breturn(?:s|ing)?\s+(?:an?\s+|some\s+)?(?:placeholder|dummy|fake|mock|stub)\b(?!\s+(?:if|when|for|on|in|so)\b)|"
    r"\bhard-?cod(?:ed?|ing)\b(?=\W*$|\s*[,.;:(\u2013\u2014-]|\s+(?:until|for|here|since|because|as|now|this|it)\b)|"
    r"\bplaceholder\s+(?:until|for\s+(?:the\s+)?(?:real|actual|now))\b",
    re.IGNORECASE | re.DOTALL,
)
"""Says that the value is not the real one."""
_ALONE = lazy_pattern(
    r"\W*(?:just\s+|only\s+)?(?:an?\s+|the\s+|this is an?\s+|this is\s+)?(?:placeholder|dummy|fake|stub|mock|mocked|"
    r"stubbed|temp|temporary|hack|bogus|wip|tbd)\W*(?:[-:;,.\u2013\u2014(].*)?",
    re.IGNORECASE | re.DOTALL,
)
"""Says nothing else."""
_BARE_TODO = lazy_pattern(r"\W*(?:TODO|FIXME|XXX)(?:\([^)]*\))?\W*")
WORDS = tuple(
    b"for now|for the time|for the moment|todo|fixme|xxx|temp|hack|until|in a real|in an actual|in production|"
    b"in practice|in reality|implement|replace|swap|pretend|would normally|would actually|just return|just use|"
    b"placeholder|dummy|fake|stub|mock|hard-cod|hardcod|sample|bogus|made up|made-up|canned|simulated|fixed|static|"
    b"wip|tbd".split(b"|")
)
"""What the words begin with, in lower case: most comments hold none."""
_DOMAIN = lazy_pattern(
    r"(?:dummy|placeholder|fake)\s+(?:for|of|in|text|attribute|string|token|character|variable|image|expansion|"
    r"style|syntax|node|head|entry|element|socket|row|column|argument|arg|parameter|index|user[- ]agent|root|name)s?\b"
    r"(?!\s+(?:the\s+)?(?:real|actual|now))|fixed\s+(?:size|point|width|length|bug|in|by|issue|number|list|set|time)|"
    r"static\s+(?:data|list|name|output|config|method|url|address|key)|sample\s+(?:rate|size|count|data|number|name|value)",
    re.IGNORECASE,
)
"""The same words for something else."""
_MEANT = lazy_pattern(r"\bintentional|\bdeliberate|\bon purpose|\bby design", re.IGNORECASE)


def is_placeholder(comment: str) -> bool:
    """Return whether a comment says that the value beside it only stands in for the real one."""
    plain = " ".join(re.sub(r"^[\s#/*!;-]+|[*/\s]+$", "", line) for line in comment.split("\n")).strip()
    if _MEANT.search(plain):
        return False
    if _ALONE.fullmatch(plain) or _BARE_TODO.fullmatch(plain):
        return True
    return any(not _DOMAIN.match(plain, match.start()) for match in ADMITS.finditer(plain))
