"""`lookup-answers`: a function that is to compute, and only knows some answers by heart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.lookups import Lookup, lookups

_FEWEST = 3
_FEWEST_CONTAINERS = 2
_COMPUTES = lazy_pattern(
    r"comput|calculat|evaluat|parse|encod|decod|compress|convert|solv|sort|shortest|longest|path|distance|\bnth|n-th|_nth|"
    r"prime|fib|factor|binomial|choose|combin|permut|gcd|lcm|power|sqrt|square|cube|area|volume|perimeter|\bmean|median|"
    r"average|roman|palindrom|anagram|revers|checksum|hash|\bcrc|luhn|predict|estimat|levenshtein|similar|tokeni[sz]|"
    r"derivative|integral|matri|determinant|inverse|simulat|optimi[sz]|schedul|digit|collatz|partition|knapsack|"
    r"\bsum\b|_sum|sum_|Sum\b|\bcount|_count|count_|number of|how many|"
    r"is_?(?:prime|leap|even|odd|perfect|armstrong|balanced)|"
    r"to_?(?:roman|binary|hex|words)|rotate|transpose|search|\bfind_|tax|interest|price|cost|score",
    re.IGNORECASE,
)
"""Words, in the name or the documentation, for something that is worked out."""
_NAMES = lazy_pattern(
    r"status|code|level|priority|\bport|errno|month|weekday|\bday|kind|type|version|http|signal|exit|grade|tier|label|icon|"
    r"colou?r|title|locale|language|country|mime|extension|unit|currency|symbol|keyword|option|flag|\benum|state|mode|role|"
    r"names? (?:of|for)|key\b|opcode|token_?type|severity|category|text_?for|message_?for|describe|display",
    re.IGNORECASE,
)
"""Words for a table of names or codes."""
_MAPS = lazy_pattern(r"^_*map_|^_*map[A-Z]|_map$|Map$|mapping|lookup|alias")
_NUMBER = lazy_pattern(r"[-+]?\d[\w.]*")
_STRING = lazy_pattern(r"[rbuf&]?([\"'`])(.*)\1(?:\.\w+\(\))?", re.DOTALL)
_DATA = lazy_pattern(r"\d[\d\s]*[A-Za-z]|[-+*/^()=<>\[\]{}|,;]|^\d{2,}$|^$|\d\s+\d|\n")
_RUN = lazy_pattern(r"(.)\1\1")
_LABEL = lazy_pattern(r"[A-Za-z_]\w*(?:[-/.+][\w.+*-]+)*|\.\w+|[-+*/^%=<>!&|]{1,2}")
_MOST_CHARACTERS = 24
_SHARE = 0.5
_HTTP = lazy_pattern(r"[1-5]\d\d")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name functions that compute nothing: they know the answers for some inputs, and a constant for all others.

    Why it hurts: the tests pass, and every input that they do not hold gets a wrong answer.

    Bad:
        def nth_prime(n: int) -> int:
            if n == 1:
                return 2
            if n == 5:
                return 11
            if n == 10:
                return 29
            return 0

    Good: the function works its answer out.

    It is fine for tables of names and codes (status texts, units, media types, labels of an enumeration), for base
    cases before a computation, and where an unknown key is an error.
    """
    for lookup in lookups(file):
        if _stands_for_a_computation(lookup):
            named = lookup.function.child_by_field_name("name") or lookup.function
            yield Hit.at(named, f"`{lookup.name}` knows {len(lookup.entries)} answers by heart and computes none")


def _stands_for_a_computation(lookup: Lookup) -> bool:
    keys, results = [key for key, _ in lookup.entries], [result for _, result in lookup.entries]
    if lookup.fallback == "raises" or len(set(keys)) < _FEWEST_CONTAINERS or len(set(results)) < _FEWEST_CONTAINERS:
        return False
    if lookup.has_container_key:
        return True
    if len(keys) < _FEWEST:
        return False
    computes = _COMPUTES.search(f"{lookup.name} {lookup.documentation}") is not None
    if any(len(key) > 1 for key in keys):
        return computes or all(_NUMBER.fullmatch(part) for key in keys for part in key)
    plain = [key[0] for key in keys]
    if all(_NUMBER.fullmatch(key) for key in plain):
        return _are_arbitrary(lookup, plain, results, computes=computes)
    if _MAPS.search(lookup.name):
        return False
    texts = [match[2] for key in plain if (match := _STRING.fullmatch(key))]
    return len(texts) == len(plain) and sum(map(_is_data, texts)) >= _SHARE * len(texts)


def _are_arbitrary(lookup: Lookup, keys: list[str], results: list[str], *, computes: bool) -> bool:
    """Judge a table of numbers: gaps between them, or a name that promises a computation, against names and codes."""
    if _NAMES.search(lookup.name) or sum(bool(_HTTP.fullmatch(key)) for key in keys) > _SHARE * len(keys):
        return False
    whole = sorted(int(key) for key in keys if re.fullmatch(r"[-+]?\d+", key))
    has_gaps = len(whole) < len(keys) or whole[-1] - whole[0] >= len(whole)
    if any(_STRING.fullmatch(result) for result in results):
        return computes and has_gaps
    return computes or has_gaps


def _is_data(text: str) -> bool:
    """Return whether a text is an input to work on rather than a name."""
    if _LABEL.fullmatch(text):
        return _RUN.search(text) is not None
    return len(text) > _MOST_CHARACTERS or _DATA.search(text) is not None


LOOKUP_ANSWERS = FileRule(
    name="lookup-answers",
    level="warn",
    languages=frozenset({"python", "go", "rust", "java"}) | SCRIPT,
    why="The tests pass, and every input that they do not hold gets a wrong answer.",
    ways=("work the answer out", "raise an error for an input that is not known"),
    check=check,
    where="product",
)
