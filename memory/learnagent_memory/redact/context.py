"""Secrets that the text around them gives away: key blocks, passwords in addresses, headers, login lines, flags."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

from learnagent_memory.redact.secret import Secret, entropy, steps

_MAX_BLOCK = 24_000
"""Characters of the largest key looked for: RSA of 16384 bits has 13,000, a PGP ring rarely more."""
_END_OF_LINE = re.compile(r"\n|\\r|\\n")
_KEY_LINE = re.compile(r"(?:[\s\\\"'>|:+,#-]|\d+[\t:|] ?)*[A-Za-z0-9+/=]{12,}[\s\\\"',+]*")
_HEADER_LINE = re.compile(r"[\s\\\"'>|:+,#]*(?:[A-Z][A-Za-z-]+: [^\\\n]*|[\s\\\"',+]*)")
_PLACEHOLDER = re.compile(
    r"(?i)[$<{%*].*|(?:user)?pass(?:word|wd)?\d*|pwd?|secret|user(?:name)?|guest|postgres|mysql|root|admin|test(?:ing)?"
    r"|example|changeme|foo|bar|baz|token|key|x+|\.+|mypass(?:word)?|your[_-].*|(?:[a-z]+[_-]){1,3}(?:secret|key|pass|password|token)|none|null|true|false"
)


def find_in_context(text: str) -> list[Secret]:
    """Return the secrets that their surroundings give away."""
    low = text.lower()
    return [secret for hints, find in _FINDERS if any(hint in low for hint in hints) for secret in find(text)]


def is_placeholder(value: str) -> bool:
    """Return whether a value only stands for a secret (`password`, `$TOKEN`, `<key>`)."""
    return _PLACEHOLDER.fullmatch(value) is not None


def _pem_keys(text: str) -> Iterator[Secret]:
    """Find blocks from BEGIN to END; where one is cut off, the lines that can be of a key."""
    place = 0
    for match in _compiled(r"-----(BEGIN|END) [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").finditer(text):
        start, end = match.span()
        if start < place:
            continue
        if match[1] == "BEGIN":
            closing = _compiled(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").search(text, end, end + _MAX_BLOCK)
            place = closing.end() if closing else _key_lines_after(text, end)
            yield Secret("private key", start, place)
        else:
            yield Secret("private key", _key_lines_before(text, start, place), end)
            place = end


def _key_lines_after(text: str, start: int) -> int:
    end = start
    for line in _lines(text[start : start + _MAX_BLOCK]):
        if not (_KEY_LINE.fullmatch(line) or _HEADER_LINE.fullmatch(line)):
            leading = _compiled(r"[\s\\\"'nr]*[A-Za-z0-9+/=]{12,}").match(line)
            return end + (leading.end() if leading else 0)
        end += len(line)
    return min(end, len(text))


def _key_lines_before(text: str, end: int, lowest: int) -> int:
    start = end
    for line in reversed(list(_lines(text[max(end - _MAX_BLOCK, lowest) : end]))):
        if not _KEY_LINE.fullmatch(line.rstrip("nr\\\n")) and line.strip():
            trailing = _compiled(r"[A-Za-z0-9+/=]{12,}\s*$").search(line)
            return start - (len(line) - trailing.start() if trailing else 0)
        start -= len(line)
    return start


def _lines(text: str) -> Iterator[str]:
    """Cut a text after its line ends, those of JSON's and C's escapes too."""
    place = 0
    for match in _END_OF_LINE.finditer(text):
        yield text[place : match.end()]
        place = match.end()
    if place < len(text):
        yield text[place:]


def _putty_keys(text: str) -> Iterator[Secret]:
    pattern = _compiled(r"(?s)PuTTY-User-Key-File-\d.{0,12000}?(?:Private-MAC: ?[0-9a-f]{40,64}|\Z)")
    for match in pattern.finditer(text):
        yield Secret("private key", *match.span())


def _passwords_in_urls(text: str) -> Iterator[Secret]:
    pattern = _compiled(r"://[^\s/:@\"'`<>\\]{0,100}:([^\s@\"'`<>]{3,300})@(?=[\w\[$%{.-])")
    for match in pattern.finditer(text):
        value = match[1]
        if not is_placeholder(value) and not value[0].isspace() and not _compiled(r"\d{1,5}(?:/.*)?").fullmatch(value):
            yield Secret("password in a url", *match.span(1))
    for match in _compiled(r"://([A-Za-z0-9_-]{20,})@[\w.-]").finditer(text):
        if _is_random(match[1]):
            yield Secret("token in a url", *match.span(1))


def _headers(text: str) -> Iterator[Secret]:
    pattern = _compiled(
        r"(?i)(?:bearer|(?:authorization[\"']?\s?[:=,]\s?\\*[\"']?|auth\s)(?:basic|token|apikey|bearer))"
        r"\s+([A-Za-z0-9+/_.=~-]{12,})"
    )
    for match in pattern.finditer(text):
        if _is_random(match[1]):
            yield Secret("authorization header", *match.span(1))


def _cookies(text: str) -> Iterator[Secret]:
    pattern = _compiled(
        r"(?i)cookie[\"']?\s?[:=]\s?[\"']?[^\n]{0,200}?(?:sess|sid|auth|token)[\w.-]*=([^\s;\"'\\]{16,})"
    )
    for match in pattern.finditer(text):
        if _is_random(match[1]):
            yield Secret("cookie", *match.span(1))


def _logins(text: str) -> Iterator[Secret]:
    """Find `machine H login U password P`, `--password P`, `curl -u U:P` and `IDENTIFIED BY 'P'`."""
    for expression in (
        r"(?i)\blogin\s+\S+\s+password\s+(\S{4,})",
        r"(?i)--?(?:[a-z-]{0,20}(?:password|token|secret)|api-?key|passwd|requirepass)[ =]\\*[\"']?([^\s\"'\\]{6,})",
        r"(?:\s-u|--user)[ =]?\\*[\"']?[\w.@-]+:([^\s\"'\\]{6,})",
        r"(?i)identified\s+by\s+[\"']([^\s\"']{4,})[\"']",
    ):
        for match in _compiled(expression).finditer(text):
            if not is_placeholder(match[1]) and (_is_random(match[1]) or _is_password(match[1])):
                yield Secret("password", *match.span(1))


def _signatures(text: str) -> Iterator[Secret]:
    pattern = _compiled(r"[?&](?:X-Amz-Signature|X-Goog-Signature|sig|Signature)=([A-Za-z0-9%+/=_-]{30,})")
    for match in pattern.finditer(text):
        yield Secret("signed url", *match.span(1))


def _is_random(value: str) -> bool:
    return any(c.isdigit() for c in value) and entropy(value) >= 3.0 and steps(value) >= 4


def _is_password(value: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return len(value) >= 8 and sum(any(map(kind, value)) for kind in kinds) >= 3 and "(" not in value


_FINDERS: tuple[tuple[tuple[str, ...], Callable[[str], Iterator[Secret]]], ...] = (
    (("private key",), _pem_keys),
    (("putty-user-key-file",), _putty_keys),
    (("://",), _passwords_in_urls),
    (("bearer", "authorization"), _headers),
    (("cookie",), _cookies),
    (
        ("password", "token", "secret", "api-key", "apikey", "passwd", " -u", "--user", "requirepass", "identified"),
        _logins,
    ),
    (("signature=", "sig="), _signatures),
)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
