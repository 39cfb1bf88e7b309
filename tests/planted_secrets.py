"""Makes false secrets of 68 kinds at run time: from pieces, so that this repository holds nothing a scanner finds."""

from __future__ import annotations

import random
import string
import textwrap
from base64 import b64encode
from dataclasses import dataclass
from functools import cache

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URLSAFE = ALNUM + "_-"
BASE64 = ALNUM + "+/"


@dataclass(frozen=True, slots=True)
class Planted:
    """One false secret."""

    value: str
    """What must not be found anywhere."""
    written: str
    """As it stands in a file: with what gives it away, where it does not do that itself."""


_FORMS: dict[str, tuple[str | tuple[str, int], ...]] = {
    "openai key": ("sk", "-proj-", (URLSAFE, 60)),
    "openai key of old": ("sk", "-", (ALNUM, 48)),
    "anthropic key": ("sk", "-ant-", "api03-", (URLSAFE, 90)),
    "openrouter key": ("sk", "-or-", "v1-", (HEX, 64)),
    "google api key": ("AI", "za", (URLSAFE, 35)),
    "google oauth secret": ("GOC", "SPX-", (URLSAFE, 28)),
    "google oauth token": ("ya", "29.", (URLSAFE, 60)),
    "hugging face token": ("h", "f_", (ALNUM, 34)),
    "groq key": ("gs", "k_", (ALNUM, 52)),
    "xai key": ("xa", "i-", (ALNUM, 80)),
    "replicate token": ("r", "8_", (ALNUM, 37)),
    "perplexity key": ("pp", "lx-", (ALNUM, 48)),
    "nvidia key": ("nv", "api-", (URLSAFE, 64)),
    "aws key": ("AK", "IA", (UPPER, 16)),
    "aws session key": ("AS", "IA", (UPPER, 16)),
    "azure client secret": ("aB1", "8", "Q~", (ALNUM, 34)),
    "digitalocean token": ("do", "p_v1_", (HEX, 64)),
    "alibaba key": ("LT", "AI", (ALNUM, 20)),
    "vault token": ("hv", "s.", (URLSAFE, 90)),
    "terraform token": ((ALNUM, 14), ".atlas", "v1.", (URLSAFE, 64)),
    "databricks token": ("da", "pi", (HEX, 32)),
    "tailscale key": ("ts", "key-auth-", (ALNUM, 12), "-", (ALNUM, 32)),
    "github token": ("gh", "p_", (ALNUM, 36)),
    "github app token": ("gh", "s_", (ALNUM, 36)),
    "github fine token": ("github", "_pat_", (ALNUM, 22), "_", (ALNUM, 59)),
    "gitlab token": ("gl", "pat-", (URLSAFE, 20)),
    "bitbucket token": ("AT", "BB", (ALNUM, 32)),
    "atlassian token": ("AT", "ATT3", (ALNUM, 180)),
    "npm token": ("np", "m_", (ALNUM, 36)),
    "pypi token": ("py", "pi-", "AgEIcHlwaS5vcmc", (URLSAFE, 80)),
    "rubygems key": ("ruby", "gems_", (HEX, 48)),
    "docker token": ("dc", "kr_pat_", (URLSAFE, 27)),
    "sonar token": ("sq", "p_", (HEX, 40)),
    "slack token": ("xo", "xb-", (string.digits, 12), "-", (string.digits, 12), "-", (ALNUM, 24)),
    "slack app token": ("xa", "pp-1-", (UPPER, 11), "-", (string.digits, 13), "-", (HEX, 64)),
    "slack webhook": ("https://hooks.", "slack.com/services/T", (UPPER, 8), "/B", (UPPER, 8), "/", (ALNUM, 24)),
    "discord token": ("M", (ALNUM, 25), ".", (ALNUM, 6), ".", (URLSAFE, 38)),
    "discord webhook": ("https://discord.com", "/api/web", "hooks/", (string.digits, 18), "/", (URLSAFE, 68)),
    "telegram token": ((string.digits, 10), ":A", "A", (URLSAFE, 33)),
    "sendgrid key": ("S", "G.", (URLSAFE, 22), ".", (URLSAFE, 43)),
    "mailgun key": ("ke", "y-", (HEX, 32)),
    "mailchimp key": ((HEX, 32), "-u", "s12"),
    "twilio key": ("S", "K", (HEX, 32)),
    "stripe key": ("sk", "_live_", (ALNUM, 24)),
    "stripe test key": ("rk", "_test_", (ALNUM, 24)),
    "webhook secret": ("wh", "sec_", (ALNUM, 32)),
    "square token": ("sq", "0csp-", (URLSAFE, 43)),
    "shopify token": ("sh", "pat_", (HEX, 32)),
    "new relic key": ("NR", "AK-", (UPPER, 27)),
    "sentry token": ("sn", "trys_", (ALNUM, 60)),
    "grafana token": ("gl", "sa_", (ALNUM, 32), "_", (HEX, 8)),
    "linear key": ("li", "n_api_", (ALNUM, 40)),
    "notion token": ("nt", "n_", (ALNUM, 46)),
    "airtable token": ("pa", "t", (ALNUM, 14), ".", (HEX, 64)),
    "figma token": ("fi", "gd_", (URLSAFE, 43)),
    "postman key": ("PM", "AK-", (HEX, 24), "-", (HEX, 34)),
    "age key": ("AGE-", "SECRET-KEY-1", (UPPER, 58)),
}
"""By kind: fixed pieces, and (alphabet, length) for random ones."""

_IN_CONTEXT: dict[str, tuple[str, tuple[str | tuple[str, int], ...]]] = {
    "aws secret": ("aws_secret_access_key = {}", ((BASE64, 40),)),
    "azure storage key": ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={}", ((BASE64, 86), "==")),
    "password": ("DB_PASSWORD={}", ("xK7", (ALNUM, 12), "9q")),
    "hexadecimal secret": ("client_secret: {}", ((HEX, 40),)),
    "random value": ("blob = {}", ("kJ8s", (ALNUM, 44))),
    "bearer token": ("Authorization: Bearer {}", ("q7R", (ALNUM, 40))),
    "basic login": ("Authorization: Basic {}", ("dXNlcjpwYXNz", (ALNUM, 24), "1Q==")),
    "postgres password": ("postgres://app:{}@db.internal/app", ("pX4", (ALNUM, 14))),
    "mongodb password": ("mongodb+srv://app:{}@cluster0.example.net/", ("mX4", (ALNUM, 14))),
    "redis password": ("redis://:{}@cache:6379/0", ("rX4", (ALNUM, 14))),
    "amqp password": ("amqp://app:{}@queue:5672/", ("aX4", (ALNUM, 14))),
    "netrc password": ("machine h login me password {}", ("nX4", (ALNUM, 14))),
    "npm registry login": ("//registry.npmjs.org/:_authToken={}", ("8b2X", (ALNUM, 32))),
}


@cache
def made(kind: str) -> Planted:
    """Return the false secret of a kind: the same in every process."""
    dice = random.Random(kind)
    if kind in _FORMS:
        value = _drawn(_FORMS[kind], dice)
        return Planted(value, value)
    if kind in _IN_CONTEXT:
        frame, pieces = _IN_CONTEXT[kind]
        value = _drawn(pieces, dice)
        return Planted(value, frame.format(value))
    return _LONG[kind](dice)


def _drawn(pieces: tuple[str | tuple[str, int], ...], dice: random.Random) -> str:
    return "".join(one if isinstance(one, str) else "".join(dice.choices(one[0], k=one[1])) for one in pieces)


def _web_token(dice: random.Random) -> Planted:
    head, body = (b64encode(text).decode().rstrip("=") for text in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"12345"}'))
    value = f"{head}.{body}.{_drawn(((URLSAFE, 43),), dice)}"
    return Planted(value, value)


def _key_block(name: str, dice: random.Random) -> Planted:
    body = "\n".join(textwrap.wrap(_drawn(((BASE64, 1_000),), dice), 64))
    value = f"-----BEGIN {name}-----\n{body}\n-----END {name}-----"
    return Planted(value, value)


def _putty_key(dice: random.Random) -> Planted:
    body = "\n".join(textwrap.wrap(_drawn(((BASE64, 300),), dice), 64))
    value = f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 5\n{body}\nPrivate-MAC: {_drawn(((HEX, 64),), dice)}"
    return Planted(value, value)


_LONG = {
    "json web token": _web_token,
    "private key": lambda dice: _key_block("RSA PRIVATE KEY", dice),
    "openssh key": lambda dice: _key_block("OPENSSH PRIVATE KEY", dice),
    "pgp key": lambda dice: _key_block("PGP PRIVATE KEY BLOCK", dice),
    "putty key": _putty_key,
}
KINDS = (*_FORMS, *_IN_CONTEXT, *_LONG)
