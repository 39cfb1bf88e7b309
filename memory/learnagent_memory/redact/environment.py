"""Knows the names under which secrets are kept, and the values that an environment keeps under them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from urllib.parse import quote

from learnagent_memory.redact.secret import Secret

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    {
        *("password", "passwords", "passwd", "passphrase", "pass", "pwd", "pw", "passcode", "secret", "secrets"),
        *("token", "credential", "credentials", "creds", "apikey", "authtoken", "accesstoken", "secretkey"),
        *("authorization", "bearer", "pat", "accesskey", "privatekey", "authkey", "clientsecret", "dbpassword"),
    }
)
_SECRET_ENDS = ("token", "secret", "password", "passwd", "apikey", "secretkey")
_KEY_WORDS = frozenset({"key", "keys", "auth", "salt", "cookie", "session", "dsn", "pepper"})
"""Secret in the name of a variable; in code only beside one of the next."""
_KEY_QUALIFIERS = frozenset(
    {
        *("api", "access", "secret", "private", "auth", "encryption", "signing", "account", "master", "client"),
        *("shared", "storage", "app", "license", "service", "webhook", "hmac", "aws", "azure", "django", "flask"),
    }
)
_NOT_VALUES = frozenset(
    {
        *(
            "file",
            "path",
            "dir",
            "url",
            "uri",
            "sock",
            "pid",
            "name",
            "id",
            "ttl",
            "type",
            "method",
            "md",
            "sha",
            "hash",
        ),
        *("digest", "fingerprint", "length", "count", "limit", "size", "expires", "expiry", "index", "field", "header"),
        *("prefix", "regex", "pattern", "class", "error", "version"),
    }
)
"""As the last word: it tells where a secret is, or of what kind."""
_PASSWORD_IN_URL = re.compile(r"://[^\s/:@]*:([^\s@]+)@")
_PLAIN = frozenset(
    {
        *("password", "disabled", "required", "optional", "anonymous", "production", "development", "localhost"),
        *("keychain", "username", "changeme", "external", "internal", "undefined", "redacted"),
    }
)
_MIN_CHARS = 8
"""Shorter values would be found in words and numbers everywhere."""


def is_secret_name(name: str, *, variable: bool = False) -> bool:
    """Return whether a name says that its value is a secret; `variable`: of an environment, not of code."""
    words = [word.lower() for word in _WORD.findall(name) if not word.isdigit()]
    if not words or words[-1] in _NOT_VALUES:
        return False
    if any(word in _SECRET_WORDS or word.endswith(_SECRET_ENDS) for word in words):
        return True
    qualified = variable or any(word in _KEY_QUALIFIERS for word in words)
    return qualified and any(word in _KEY_WORDS for word in words)


def secret_values(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the kinds and the spellings of secret values, the longest first."""
    spelled: dict[str, str] = {}
    for name, value in environ.items():
        kind = f"value of {name}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,60}", name) else "environment variable"
        for secret in _secrets_of(name, value.strip()):
            spelled |= dict.fromkeys(_spellings(secret), kind)
    return tuple(sorted(((kind, text) for text, kind in spelled.items()), key=lambda pair: -len(pair[1])))


def find_values(text: str, values: tuple[tuple[str, str], ...]) -> list[Secret]:
    """Return where the values stand; one that looks like a word, only where it stands alone."""
    found = []
    for kind, value in values:
        place = text.find(value)
        while place >= 0:
            end = place + len(value)
            if not value.isalpha() or _stands_alone(text, place, end):
                found.append(Secret(kind, place, end))
            place = text.find(value, end)
    return found


def _secrets_of(name: str, value: str) -> list[str]:
    in_urls = _PASSWORD_IN_URL.findall(value)
    named = [value] if is_secret_name(name, variable=True) and not value.startswith(("/", "~/", "./")) else []
    return [one for one in (*named, *in_urls) if len(one) >= _MIN_CHARS and one.lower() not in _PLAIN]


def _spellings(value: str) -> set[str]:
    """Return a value as it stands, in JSON, in a URL and in base64."""
    raw = value.encode("utf-8", "surrogateescape")
    return {value, json.dumps(value)[1:-1], quote(raw, safe=""), base64.b64encode(raw).decode().rstrip("=")}


def _stands_alone(text: str, start: int, end: int) -> bool:
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return not any(character.isalnum() or character == "_" for character in around)
