"""Redaction: what must go, what must stay, and that doing it twice is doing it once."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnagent_memory.episode import Action, Checkpointed, Event, Observation, Replied, ToolCall
from learnagent_memory.journal import Journal, read
from learnagent_memory.redact import find_secrets, redact, redact_event, redact_value, redactor
from learnagent_memory.redact.providers import FORMS
from learnagent_memory.redact.stream import HOLD_CHARS, RedactedStream
from planted_secrets import KINDS, made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "around",
    ["{}", "x = {}\n", 'say "{}" twice', '{"a": "b\\n{}"}', "https://h/?q=%3D{}", "\x1b[31m{}\x1b[0m", "({})", "`{}`"],
)
def test_every_kind_of_secret_is_found_wherever_it_stands(kind: str, around: str) -> None:
    secret = made(kind)
    clean = redact(around.replace("{}", secret.written))
    assert secret.value not in clean
    assert "[redacted: " in clean


def test_no_form_is_hinted_at_by_what_its_tokens_lack() -> None:
    assert all(form.hint for form in FORMS)
    assert len({form.kind for form in FORMS}) >= 60


STAYS = [
    "commit 3d5020c9a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "rev: 0397b68f6f88c024f1d2b355a9818779f6336d16",
    'HEAD_COMMIT = "c60c980e561ed3e73101667fe8365c609d19a438"',
    "sha256 = 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    '"integrity": "sha512-6DDdnRLkB2R9h3Zx0zq8fGQ9mZq0GQxO0M1p6p9l9rJtJ6hQ2b3h7bWn2v0v1bq7cWzYgk0lQ1u9Jm0c8w8Q2A=="',
    "github.com/go-spew v1.1.1 h1:vj9j/u1bqnvCEfJOwUhtlOARqs3+rkHYY13jYWTU97c=",
    "id: 123e4567-e89b-12d3-a456-426614174000",
    'token = "123e4567-e89b-12d3-a456-426614174000"',
    "token_count = 1234567890123456",
    "max_tokens=16384, api_key=api_key_from_environment(name)",
    "password = get_password(user_id)",
    "self.access_token = response.json()['access_token_v2']",
    "def login(user: str, password: str = DEFAULT_PASSWORD_2) -> Token: ...",
    'API_KEY = os.environ["OPENAI_API_KEY"]',
    "password: ${DB_PASSWORD_1}",
    'secret = "{{ vault_secret_2 }}"',
    "postgres://user:password@localhost/db",
    "http://user:pass@example.org/ and https://$USER:$TOKEN@host",
    "git@github.com:pallets/click.git",
    'path = "/usr/lib/python3.11/site-packages/learnagent_memory/redact"',
    'class_name = "test_that_the_2nd_value_of_a_3rd_list_is_4"',
    'data = "aGVsbG8gd29ybGQsIHRoaXMgaXMgb25seSB0ZXN0IGRhdGE="',
    "!function(e,t){var n=t.a1,r=n.b2;e.exports=r(n.c3)}(this,window);",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "class sk-folding-cube-with-many-words-behind",
    "disk-abcdefghij0123456789klmnop",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----",
    "the bearer of this letter is recommended by the authorization committee",
    "pip install --token-file=/run/secrets/token_1",
    "alphabet = ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
]


@pytest.mark.parametrize("text", STAYS)
def test_what_an_agent_needs_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ('password = "Tr0ub4dor&3"', "Tr0ub4dor&3"),
        ("DB_PASSWORD=Tr0ub4dor&3x", "Tr0ub4dor&3x"),
        ("  client_secret: 9f86d081884c7d659a2feaa0c55ad015", "9f86d081884c7d659a2feaa0c55ad015"),
        ('{"api_key": "Zx81kQp0aB7cR2mN"}', "Zx81kQp0aB7cR2mN"),
        ('"{\\"api_key\\": \\"Zx81kQp0aB7cR2mN\\"}"', "Zx81kQp0aB7cR2mN"),
        ("export SESSION_TOKEN='q8Zr3Lw9Tt5Vb1Yk'", "q8Zr3Lw9Tt5Vb1Yk"),
        ('blob = "kJ8s2Lq0Zx7Vb4Nm1Pw9Rt6Yc3Hd5Gf8Aa"', "kJ8s2Lq0Zx7Vb4Nm1Pw9Rt6Yc3Hd5Gf8Aa"),
        ("mysql --password=hU7tr4cWq9 db", "hU7tr4cWq9"),
        ("curl -u me:hU7tr4cWq9z https://h", "hU7tr4cWq9z"),
        ("machine h login me password hU7tr4cWq9", "hU7tr4cWq9"),
    ],
)
def test_values_are_secret_by_their_name_or_their_randomness(line: str, secret: str) -> None:
    clean = redact(line)
    assert secret not in clean
    assert clean.split("[")[0] == line.split(secret)[0]


def test_secrets_are_told_with_kind_and_place() -> None:
    key = made("github token").value
    (found,) = find_secrets(f"use {key} now")
    assert (found.kind, found.start, found.end) == ("github token", 4, 4 + len(key))


def test_values_of_secret_variables_go_in_every_spelling() -> None:
    value = 'plain words "and" ünïcode/1'
    clean = redactor({"DEPLOY_TOKEN": value, "LANG": "de_DE.UTF-8"})
    for spelled in (value, json.dumps(value)[1:-1], quote(value, safe=""), b64encode(value.encode()).decode()):
        assert clean(f"a {spelled} z").startswith("a [redacted: value of DEPLOY_TOKEN]")
    assert clean("de_DE.UTF-8") == "de_DE.UTF-8"


@pytest.mark.parametrize(
    "environ",
    [
        {"PWD": "/work/project", "SSH_AUTH_SOCK": "/tmp/ssh-1/agent.7"},
        {"TOKEN": "", "API_KEY": "short", "DB_PASSWORD": "password", "AUTH_METHOD": "trusted-publishing"},
        {"GITHUB_TOKEN_FILE": "relative-file-name", "MONKEY": "jungle-book", "KEYBOARD": "neo-layout"},
    ],
)
def test_variables_that_hold_no_secret_change_nothing(environ: dict[str, str]) -> None:
    text = " ".join(["password short", *environ.values()])
    assert redactor(environ)(text) == text


def test_a_secret_that_looks_like_a_word_goes_only_where_it_stands_alone() -> None:
    clean = redactor({"PASSWORD": "elephant"})
    assert clean("elephants and elephant") == "elephants and [redacted: value of PASSWORD]"


def test_a_password_within_an_address_of_the_environment_goes_alone_too() -> None:
    clean = redactor({"DATABASE_URL": "postgres://me:winter-is-near@db/x"})
    assert "winter" not in clean("the password is winter-is-near")


PEM = made("private key").value


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        json.dumps({"content": PEM}),
        json.dumps({"arguments": json.dumps({"content": PEM})}),
        PEM.rsplit("-----END", 1)[0],
        "".join(f"{n:6}\t{line}\n" for n, line in enumerate(PEM.splitlines(), 1)),
        "\n".join(f"> {line}" for line in PEM.splitlines()),
    ],
)
def test_a_private_key_goes_whole_or_cut_numbered_quoted_or_escaped(text: str) -> None:
    clean = redact(text)
    assert not any(line in clean for line in PEM.splitlines()[1:-1])


def test_the_end_of_a_key_whose_beginning_was_cut_off_goes() -> None:
    clean = redact("all is well\n" + "\n".join(PEM.splitlines()[3:]) + "\nafter")
    assert not any(line in clean for line in PEM.splitlines()[3:-1])
    assert clean.startswith("all is well\n")
    assert clean.endswith("\nafter")


ATOMS = st.sampled_from(
    [*(made(kind).written for kind in KINDS), "password = ", '"', "[redacted: ", "]", "\\n", "://", "-"]
)
TEXTS = st.lists(st.one_of(ATOMS, st.text(max_size=12)), max_size=8).map("".join)


@given(TEXTS)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    clean = redactor({"A_TOKEN": "redacted: x", "B_SECRET": "edacted", "C_KEY": "aws key] [r"})
    once = clean(text)
    assert clean(once) == once
    assert find_secrets(redact(text)) == []


@given(TEXTS, st.integers(1, 50))
def test_a_stream_in_pieces_gives_what_the_whole_gives(text: str, size: int) -> None:
    assert streamed(text, size, redact) == redact(text)


def streamed(text: str, size: int, clean: Callable[[str], str]) -> str:
    stream = RedactedStream(clean)
    out = [stream.feed(text[place : place + size]) for place in range(0, len(text), size)]
    return "".join([*out, stream.end()])


@pytest.mark.parametrize("filler", ["a line of words\n", "one long line without an end, ", "x"])
@pytest.mark.parametrize("kind", ["private key", "github token", "json web token"])
def test_a_secret_at_any_border_of_a_long_stream_goes(kind: str, filler: str) -> None:
    secret = made(kind).written
    for back in range(0, 2 * len(secret), max(len(secret) // 5, 1)):
        head = (filler * (131_072 // len(filler) + 1))[: 131_072 - back] + "\n"
        out = streamed(head + secret + "\n" + filler * (2 * HOLD_CHARS // len(filler)), 8_191, redact)
        assert secret not in out
        assert out.count("[redacted: ") == 1


@pytest.mark.parametrize(
    "text", ["eyJ-" * 20_000, "sk-" * 20_000, "A" * 60_000, "-" * 60_000, "://a:" * 10_000, "key=" * 15_000]
)
def test_hostile_text_ends(text: str) -> None:
    redact(text)


def test_nested_values_are_redacted_with_their_keys_in_mind() -> None:
    secret = made("aws key").value
    value = {"deep": [{"note": f"use {secret}"}], "password": "Tr0ub4dor&3", "n": 3, "ok": None}
    assert redact_value(value, redact) == {
        "deep": [{"note": "use [redacted: aws key]"}],
        "password": "[redacted: secret]",
        "n": 3,
        "ok": None,
    }


def test_events_lose_secrets_and_keep_ids_commits_and_paths() -> None:
    secret = made("openai key").value
    escaped = "".join(f"\\u{ord(character):04x}" for character in secret)
    call = ToolCall(id=secret, name="bash", arguments=f'{{"command": "echo {escaped}"}}')
    reply = redact_event(Replied(step=1, text=f"with {secret}", tool_calls=(call,)), redact)
    assert secret not in reply.text
    assert reply.tool_calls[0].id == secret
    assert json.loads(reply.tool_calls[0].arguments) == {"command": "echo [redacted: openai key]"}
    kept = Checkpointed(step=1, commit="a" * 40, ref=f"refs/x/{secret}", changed=(f"{secret}.txt",))
    assert redact_event(kept, redact) == kept
    action = redact_event(Action(step=1, call_id="c", tool="bash", arguments={"command": secret}), redact)
    assert action.arguments == {"command": "[redacted: openai key]"}


def test_a_journal_writes_and_tells_redacted_and_returns_the_event_as_it_was(here: Path) -> None:
    told: list[Event] = []
    secret, value = made("slack token").value, "a value of the environment"
    writer = Journal(here / "e", listeners=(told.append,), redact=redactor({"MY_SECRET": value}))
    text = f"{secret} and {value}"

    kept = writer.append(Observation(step=1, call_id="c", tool="bash", text=text))
    writer.close()

    assert kept.text == text
    written = (here / "e" / "episode.jsonl").read_text()
    assert secret not in written
    assert value not in written
    assert list(read(here / "e").events) == told
