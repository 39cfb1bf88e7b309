"""What a model server can do wrong: a run gets over what passes, and ends in one plain line at what does not."""

from __future__ import annotations

import socket
from pathlib import Path

from e2e.conftest import Serve
from e2e.console import Ran, do, last, of, tree
from gitrepo import make_repository
from learnagent.testing import (
    Call,
    ContextOverflow,
    CutStream,
    HalfToolCall,
    Hang,
    HugeReply,
    ModelNotFound,
    RateLimited,
    Say,
    ServerError,
    ToolsUnsupported,
    ToolUse,
    Turn,
    Unauthorized,
    WrongContentType,
    call,
)
from learnagent_memory.episode import Observation, Replied

FINISH = call("finish", summary="Done")


def append(name: str, text: str = "Now.") -> Call:
    """A turn with a side effect that shows how often it was carried out."""
    return Call((ToolUse("bash", {"command": f"echo {name} >> log.txt"}),), text=text)


def test_faults_that_pass_are_got_over_and_nothing_is_done_twice(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    turns: list[Turn] = [
        RateLimited(retry_after_s=0.25),
        append("limited"),
        CutStream(append("cut", text="Half of this text arrives."), after_characters=60),
        append("cut"),
        HalfToolCall(append("half")),
        append("half"),
        WrongContentType(),
        append("page"),
        ServerError(503),
        append("overloaded"),
        ContextOverflow(),
        Say("Notes: four lines stand in log.txt."),
        HugeReply(300_000),
        FINISH,
    ]
    server = serve(turns)

    ran = do(root, server, env={"LEARNAGENT_CONTEXT_TOKENS": "200000"})

    assert ran.code == 0, ran
    assert server.turns_left == 0
    assert (root / "log.txt").read_text().split() == ["limited", "cut", "half", "page", "overloaded"]
    assert "rate limited, waiting 0.2 s (attempt 2 of 5)" in ran.err or "rate limited, waiting 0.3 s" in ran.err
    assert "overloaded, waiting" in ran.err
    assert "text/html" in ran.err
    texts = [reply.text for reply in of(Replied, last(root))]
    assert "Half of" not in "".join(texts)
    assert max(map(len, texts)) == 300_000


def ends(root: Path, ran: Ran, *parts: str) -> None:
    """Assert exit 3 with the reason in one line, and nothing of the tree touched."""
    assert ran.code == 3, ran
    reason = ran.out.splitlines()[0]
    assert reason.startswith("model error: ")
    for part in parts:
        assert part in reason
    assert "files changed: none" in ran.out
    assert set(tree(root)) == {"a.txt"}


def test_a_provider_that_stays_down_ends_with_3_in_one_line(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    server = serve([ServerError(500)] * 2)

    ran = do(root, server, env={"LEARNAGENT_REQUEST_ATTEMPTS": "2"})

    ends(root, ran, "500", "2 attempts")
    assert len(server.requests) == 2


def test_a_refused_key_is_not_tried_again(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    server = serve([Unauthorized()])

    ends(root, do(root, server, env={"LEARNAGENT_API_KEY": "sk-wrong-key-0123456789"}), "key")

    assert len(server.requests) == 1
    assert server.requests[0].headers["authorization"] == "Bearer sk-wrong-key-0123456789"


def test_a_silent_server_is_given_up_at_the_time_out(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    turns = [Hang(600), Hang(600, answer=Say("Some words, then nothing more."), after_chunks=2)]
    server = serve(turns)

    ran = do(root, server, env={"LEARNAGENT_REQUEST_TIMEOUT_S": "0.7", "LEARNAGENT_REQUEST_ATTEMPTS": "2"})

    ends(root, ran, "no answer", "in time")
    assert server.turns_left == 0


def test_a_server_that_is_not_there_is_named(here: Path) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = _Address(f"http://127.0.0.1:{port}/v1")

    ends(root, do(root, nobody, env={"LEARNAGENT_REQUEST_ATTEMPTS": "1"}), "cannot reach", f"127.0.0.1:{port}")


class _Address:
    def __init__(self, url: str) -> None:
        self.url = url


def test_a_fallback_goes_on_where_the_first_model_gives_up(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    server = serve([append("one"), ModelNotFound(), append("two"), FINISH])

    ran = do(root, server, env={"LEARNAGENT_FALLBACKS": "openai/second, openai/third"})

    assert ran.code == 0, ran
    assert [request.model for request in server.requests] == ["scripted", "scripted", "second", "second"]
    assert "going on with openai/second" in ran.err
    assert of(Replied, last(root))[-1].model == "openai/second"
    assert (root / "log.txt").read_text() == "one\ntwo\n"


def test_a_model_without_function_calling_works_in_fenced_blocks(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "old\n", "quotes.txt": "```\nfence\n```\n"})
    edit = "I change it.\n\n```tool edit\npath: a.txt\n<old>\nold\n</old>\n<new>\nnew\n</new>\n```\n"
    two = (
        "```tool bash\ncommand: cat quotes.txt\n```\n\n````tool write\npath: b.md\n"
        "<content>\n```python\nprint('b')\n```\n</content>\n````\n"
    )
    finish = "```tool finish\nsummary: Changed old to new\n```\n"
    server = serve([ToolsUnsupported(), Say(edit), Say(two), Say("```tool sing\n```"), Say(finish)])

    ran = do(root, server)

    assert ran.code == 0, ran
    assert (root / "a.txt").read_text() == "new\n"
    assert (root / "b.md").read_text() == "```python\nprint('b')\n```\n"
    assert "I change it." in ran.err
    assert "```tool" not in ran.err
    assert "has no function calling" in ran.err
    assert [event.status for event in of(Observation, last(root))] == ["ok", "ok", "ok", "malformed", "ok"]
    assert not any(request.tools for request in server.requests[1:])
