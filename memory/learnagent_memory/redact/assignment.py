"""Values that are assigned to a name: secret by what the name says, or by looking too random for anything else.

Commit hashes, digests, UUIDs, paths, identifiers, numbers and expressions are none.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re

from learnagent_memory.redact.context import is_placeholder
from learnagent_memory.redact.environment import is_secret_name
from learnagent_memory.redact.secret import Secret, entropy, steps

_NAME = re.compile(r"([A-Za-z_][\w.-]{0,80})\\*[\"'`\])]{0,3}(?: ?: ?(?:str|String|string|\w*\[?str\]?))?[ \t]{0,20}$")
_INNOCENT_NAME = re.compile(
    r"(?i)(?:sha\d*|h\d|md5|hash|digest|checksum|integrity|commit|rev|revision|ref|oid|etag|uuid|guid|fingerprint|version"
    r"|public|path|file|dir|url|uri|href|src|id|tag|image|nonce|seed|alphabet|charset|chars|regex|pattern|expected)"
)
_WORDS_IN_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_EXPRESSION = re.compile(r"[A-Za-z_$@&*!]?[\w$]*(?:(?:\.|::|->|/)[A-Za-z_]\w*)*[.,;:]*")
_HEX = re.compile(r"(?i)(?:0x)?[0-9a-f]+")
_DIGEST = re.compile(r"(?i)(?:sha\d+|md5|blake\w+|h1)[-:=].*")
_MIN_CHARS, _MAX_CHARS = 8, 512
_RANDOM_CHARS = range(32, 129)
"""Longer runs under innocent names are data, shorter ones too often words."""


def find_assigned(text: str) -> list[Secret]:
    """Return the values in assignments (`=`, `:`, `=>`) that are secrets."""
    found, place = [], 0
    while match := _candidates().search(text, place):
        secret = _judged(text, match)
        place = secret.end if secret else match.start() + 1
        found += [secret] if secret else []
    return found


def _judged(text: str, match: re.Match[str]) -> Secret | None:
    quoted = match["quote"] is not None
    value = match["quoted"] if quoted else match["bare"].rstrip(".,;:")
    if not (quoted or any(map(str.isdigit, value))):
        return None
    start = match.start("quoted" if quoted else "bare")
    name = _NAME.search(text, max(match.start() - 100, 0), match.start())
    if name is None or not _is_secret(name[1], value, quoted=quoted):
        return None
    return Secret(_kind(name[1]), start, start + len(value))


def is_secret_value(value: str) -> bool:
    """Return whether a value under a name that promises a secret is one, and no placeholder or expression."""
    if not _MIN_CHARS <= len(value) <= _MAX_CHARS or is_placeholder(value) or ("-" in value and _UUID.fullmatch(value)):
        return False
    if _HEX.fullmatch(value):
        return len(value) >= 16 and len(set(value)) >= 6 and not value.isdigit()
    return " " not in value and (_is_mixed(value) or (entropy(value) >= 3.0 and steps(value) >= 4))


def _is_secret(name: str, value: str, *, quoted: bool) -> bool:
    if not quoted and _EXPRESSION.fullmatch(value) and steps(value) < 5:
        return False
    if value.startswith(("/", "./", "../", "~/", "http:", "https:", "data:")):
        return False
    if is_secret_name(name):
        return is_secret_value(value) and not _DIGEST.fullmatch(value)
    innocent = any(_INNOCENT_NAME.fullmatch(word) for word in _WORDS_IN_NAME.findall(name))
    return not innocent and _is_random(value)


def _is_mixed(value: str) -> bool:
    """Tell passwords (`Tr0ub4dor&3`) from words and calls: three kinds of characters, no brackets."""
    kinds = (str.islower, str.isupper, str.isdigit, _is_special)
    return sum(any(map(kind, value)) for kind in kinds) >= 3 and steps(value) >= 2 and not set("(){}[]<>") & set(value)


def _is_special(character: str) -> bool:
    return character in "!#$%&*+?@^~"


def _is_random(value: str) -> bool:
    if len(value) not in _RANDOM_CHARS or _HEX.fullmatch(value) or _UUID.fullmatch(value) or _DIGEST.fullmatch(value):
        return False
    if not re.fullmatch(r"[A-Za-z0-9+/_=-]+", value) or re.search(r"[/_-][a-z]{4,}[/_-]|[a-z]{9,}|[A-Z]{9,}", value):
        return False
    return entropy(value) >= 4.2 and steps(value) >= len(value) / 3.5 and not _is_text_in_base64(value)


def _is_text_in_base64(value: str) -> bool:
    try:
        content = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_" if set("-_") & set(value) else None)
    except binascii.Error:
        return False
    return all(32 <= byte < 127 or byte in (9, 10, 13) for byte in content)


def _kind(name: str) -> str:
    word = name.lower()
    return next((kind for kind in ("password", "token", "secret") if kind in word), "secret value")


@functools.cache
def _candidates() -> re.Pattern[str]:
    return re.compile(
        r"[=:]>?[ \t]{0,8}\\*(?:[rbfu]?(?P<quote>[\"'`])(?P<quoted>[^\x00-\x20\"'`\\]{8,512})(?=\\*[\"'`])"
        r"|(?P<bare>[A-Za-z0-9_$+/.~!@#%^&*-][^\x00-\x20\"'`\\,;<>(){}\[\]]{7,511}))"
    )
