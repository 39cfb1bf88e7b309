from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from learnagent.testing import (
    Call,
    CutStream,
    HalfToolCall,
    Hang,
    HugeReply,
    RateLimited,
    Say,
    ServerError,
    Tokens,
    ToolUse,
    load_script,
)
from learnagent_memory.errors import UsageError


def write(folder: Path, content: object) -> Path:
    path = folder / "script.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_every_kind_of_turn_can_be_written_in_json(tmp_path: Path) -> None:
    use = {"name": "bash", "arguments": {"command": "ls"}}
    turns = [
        {"turn": "say", "text": "hi", "expect": ["x"], "tokens": {"prompt": 1, "reported": False}},
        {"turn": "call", "calls": [use, {"name": "read", "arguments": "{", "id": "c"}], "text": "t"},
        {"turn": "huge_reply", "characters": 5, "finish_reason": "length"},
        {"turn": "rate_limited", "retry_after_s": 0.5},
        {"turn": "server_error", "status": 503},
        {"turn": "cut_stream", "answer": {"turn": "say", "text": "hi"}, "after_characters": 1},
        {"turn": "half_tool_call", "answer": {"turn": "call", "calls": [use]}},
        {"turn": "hang", "seconds": 1, "answer": {"turn": "huge_reply", "characters": 1}, "after_chunks": 2},
        *({"turn": kind} for kind in ("unauthorized", "model_not_found", "context_overflow")),
        *({"turn": kind} for kind in ("tools_unsupported", "wrong_content_type")),
    ]
    loaded = load_script(write(tmp_path, {"turns": turns}))
    listing = ToolUse("bash", {"command": "ls"})
    assert loaded[:8] == (
        Say("hi", expect=("x",), tokens=Tokens(prompt=1, reported=False)),
        Call((listing, ToolUse("read", "{", id="c")), text="t"),
        HugeReply(5, finish_reason="length"),
        RateLimited(0.5),
        ServerError(503),
        CutStream(Say("hi"), 1),
        HalfToolCall(Call((listing,))),
        Hang(1, HugeReply(1), after_chunks=2),
    )
    assert len(loaded) == len(turns)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Invalid JSON"),
        ("[]", "script.json is not a script: file: "),
        ({}, "turns: Field required"),
        ({"turns": [], "more": 1}, "more: Extra inputs are not permitted"),
        ({"turns": [{"text": "hi"}]}, "turns.0: Unable to extract tag"),
        ({"turns": [{"turn": "sing"}]}, "turns.0: Input tag 'sing'"),
        ({"turns": [{"turn": "say", "text": "a"}, {"turn": "say"}]}, "turns.1.say.text: Field required"),
        ({"turns": [{"turn": "say", "text": "a", "txt": "b"}]}, "turns.0.say.txt: Unexpected keyword"),
        ({"turns": [{"turn": "call", "calls": [{"name": "a", "arguments": 3}]}]}, "arguments"),
        ({"turns": [{"turn": "call", "calls": []}]}, "turns.0.call.calls"),
        ({"turns": [{"turn": "hang", "seconds": -1}]}, "turns.0.hang.seconds"),
        ({"turns": [{"turn": "hang", "seconds": 1, "answer": {"turn": "unauthorized"}}]}, "answer"),
    ],
)
def test_a_wrong_script_is_refused_in_one_line(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(UsageError, match=r"script\.json is not a script") as caught:
        load_script(write(tmp_path, content))
    assert words in str(caught.value)
    assert "docs/testing.md" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_script_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the script .*missing\.json"):
        load_script(tmp_path / "missing.json")


def test_the_examples_of_the_page_work(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "testing.md").read_text()
    blocks = re.findall(r"```(json|python)\n(.*?)```", page, re.DOTALL)
    assert [language for language, _ in blocks] == ["python", "python", "json"]
    for language, block in blocks:
        if language == "json":
            assert len(load_script(write(tmp_path, block))) == 4
        else:
            subprocess.run([sys.executable, "-c", block], check=True, timeout=60)
