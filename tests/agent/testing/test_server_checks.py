"""Each thing that must hold in a request, broken on purpose; and what must not be taken for a break."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from learnagent.testing import ModelServer, ReceivedRequest, Say, ToolsUnsupported, Turn, TurnsByTask, call

Body = dict[str, Any]

SYSTEM: Body = {"role": "system", "content": "Be brief."}
TASK: Body = {"role": "user", "content": "Fix the test."}
TOOL: Body = {
    "type": "function",
    "function": {"name": "bash", "description": "", "parameters": {"type": "object"}},
}
OPENING = (SYSTEM, TASK)
SECRET = 'pa"ss\\wörd'


def called(id_: str = "c1", arguments: str = "{}", *, text: str = "") -> Body:
    function = {"name": "bash", "arguments": arguments}
    return {
        "role": "assistant",
        "content": text,
        "tool_calls": [{"id": id_, "type": "function", "function": function}],
    }


def result(id_: str = "c1", text: str = "ok") -> Body:
    return {"role": "tool", "tool_call_id": id_, "content": text}


STEP = (called(), result())


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(lambda _: Say("ok"), secrets=["", SECRET]) as running:
        yield running


def send(server: ModelServer, messages: Sequence[Body], **changes: object) -> None:
    body = {"model": "m", "messages": list(messages), "tools": [TOOL], **changes}
    sent = {key: value for key, value in body.items() if value is not None}
    response = httpx.post(f"{server.url}/chat/completions", json=sent, timeout=20)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ((*OPENING, called()), "call 'c1' is not answered"),
        ((*OPENING, called(), TASK), "call 'c1' is not answered before message 4"),
        ((*OPENING, called(), TASK, result()), "message 5 answers 'c1', which no call is waiting for"),
        ((*OPENING, *STEP, result()), "message 5 answers 'c1', which no call is waiting for"),
        ((*OPENING, result("zz")), "message 3 answers 'zz', which no call is waiting for"),
        ((*OPENING, *STEP, *STEP), "call id 'c1' is used twice"),
        ((*OPENING, called(""), result("")), "a call of bash has no id"),
        (
            (*OPENING, called(arguments='{"a": '), result()),
            "the arguments of call 'c1' are not a JSON object",
        ),
        ((*OPENING, called(arguments="[]"), result()), "the arguments of call 'c1' are not a JSON object"),
        ((SYSTEM,), "the first message after the system message is not the user's"),
        ((SYSTEM, *STEP), "the first message after the system message is not the user's"),
        ((TASK, SYSTEM), "a system message stands after the start"),
        ((*OPENING, {"role": "assistant", "content": "a"}), "the conversation ends with an answer"),
        (
            (*OPENING, {"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}, TASK),
            "two answers follow each other",
        ),
        ((*OPENING, called(), result(text=f"the password is {SECRET}.")), "secret 2 of 2 is in the body"),
        ((*OPENING, called(arguments=json.dumps({"x": SECRET})), result()), "secret 2 of 2 is in the body"),
    ],
)
def test_a_broken_conversation_is_a_problem(server: ModelServer, messages: Sequence[Body], problem: str) -> None:
    send(server, messages)
    assert f"request 1: {problem}" in server.problems
    with pytest.raises(AssertionError, match="request 1: "):
        server.check()


def test_a_secret_is_never_repeated_in_a_problem(server: ModelServer) -> None:
    send(server, (*OPENING, {"role": "user", "content": SECRET}))
    assert SECRET not in "".join(server.problems)


def test_streaming_without_usage_is_a_problem(server: ModelServer) -> None:
    send(server, OPENING, stream=True)
    assert server.problems == ["request 1: it streams without stream_options.include_usage"]


def test_a_conversation_that_grows_has_no_problem(server: ModelServer) -> None:
    send(server, OPENING)
    send(server, OPENING)
    send(server, (*OPENING, *STEP))
    send(
        server,
        (*OPENING, *STEP, called("c2"), result("c2")),
        stream=True,
        stream_options={"include_usage": True},
    )
    server.check()


def test_several_calls_may_be_answered_in_any_order(server: ModelServer) -> None:
    both = {**called("a"), "tool_calls": called("a")["tool_calls"] + called("b")["tool_calls"]}
    send(server, (*OPENING, both, result("b"), result("a")))
    server.check()


CHANGED = "changed although the conversation was not condensed"


@pytest.mark.parametrize(
    ("first", "second", "changes", "problem"),
    [
        ((*OPENING, *STEP), (*OPENING, called(), result(text="OK"), TASK), {}, f"message 4 {CHANGED}"),
        ((*OPENING, *STEP), (*OPENING, TASK, *STEP), {}, f"message 3 {CHANGED}"),
        ((*OPENING, *STEP), ({**SYSTEM, "content": "12:00"}, TASK, *STEP), {}, "message 1 changed within"),
        ((*OPENING, *STEP), (SYSTEM, SYSTEM, TASK, *STEP), {}, "message 2 changed within a conversation"),
        ((*OPENING, *STEP), (*OPENING, *STEP), {"tools": [TOOL, TOOL]}, "the set of tools changed within"),
        (
            (*OPENING, *STEP, TASK, TASK),
            ({**SYSTEM, "content": ""}, TASK, *STEP),
            {},
            "message 1 changed within",
        ),
    ],
)
def test_a_changed_prefix_is_a_problem(
    server: ModelServer, first: Sequence[Body], second: Sequence[Body], changes: Body, problem: str
) -> None:
    send(server, first)
    server.check()
    send(server, second, **changes)
    assert len(server.problems) == 1
    assert server.problems[0].startswith(f"request 2: {problem}")


def test_the_order_of_keys_belongs_to_the_prefix(server: ModelServer) -> None:
    send(server, (*OPENING, *STEP))
    send(server, (*OPENING, called(), dict(reversed(result().items())), TASK))
    assert server.problems == [f"request 2: message 4 {CHANGED}"]


def test_cache_marks_that_move_are_no_change(server: ModelServer) -> None:
    def marked(message: Body) -> Body:
        mark = {"type": "ephemeral"}
        return {**message, "content": [{"type": "text", "text": message["content"], "cache_control": mark}]}

    send(server, (marked(SYSTEM), marked(TASK)))
    send(server, (marked(SYSTEM), TASK, called(), marked(result())))
    send(server, (SYSTEM, TASK, called(), {**result(), "cache_control": {"type": "ephemeral"}}, TASK))
    server.check()


def test_a_condensed_conversation_that_is_smaller_is_no_change(server: ModelServer) -> None:
    send(server, (*OPENING, called(), result(text="x" * 1000)))
    notes = {"role": "user", "content": "Notes."}
    send(server, (*OPENING, notes, called("c2"), result("c2")))
    send(server, (*OPENING, notes, called("c2"), result("c2"), called("c3"), result("c3")))
    server.check()


def test_a_request_for_a_summary_excuses_what_follows_it(
    server: ModelServer,
) -> None:
    send(server, (*OPENING, *STEP))
    send(server, (*OPENING, {"role": "user", "content": "Sum up."}), tools=None)
    send(server, (*OPENING, {"role": "user", "content": "Long notes. " * 50}, *STEP))
    server.check()


def test_a_request_for_a_summary_excuses_it_only_once(server: ModelServer) -> None:
    send(server, (*OPENING, *STEP))
    send(server, (*OPENING, {"role": "user", "content": "Sum up."}), tools=None)
    send(server, (*OPENING, {"role": "user", "content": "Long notes. " * 50}, *STEP))
    send(server, (*OPENING, {"role": "user", "content": "Other notes. " * 50}, *STEP))
    assert server.problems == [f"request 4: message 3 {CHANGED}"]


def test_a_conversation_that_never_had_tools_is_followed_too(server: ModelServer) -> None:
    send(server, OPENING, tools=None)
    send(server, (*OPENING, {"role": "assistant", "content": "a"}, TASK), tools=None)
    server.check()
    send(server, (*OPENING, {"role": "assistant", "content": "b"}, TASK), tools=None)
    assert server.problems == [f"request 3: message 3 {CHANGED}"]


def test_a_run_may_begin_anew_without_tools_once_they_were_refused() -> None:
    with ModelServer([ToolsUnsupported(), Say("a"), Say("b")]) as server:
        body = {"model": "m", "messages": list(OPENING), "tools": [TOOL]}
        assert httpx.post(f"{server.url}/chat/completions", json=body).status_code == 400
        told = ({**SYSTEM, "content": "Write calls in fenced blocks."}, TASK)
        send(server, told, tools=None)
        send(server, (*told, {"role": "assistant", "content": "a"}, TASK), tools=None)
        server.check()


def test_the_same_task_may_be_run_again_elsewhere(server: ModelServer) -> None:
    send(server, (SYSTEM, TASK))
    send(server, (SYSTEM, TASK, *STEP))
    elsewhere = {**SYSTEM, "content": "Another folder, and a longer system message."}
    send(server, (elsewhere, TASK))
    send(server, (elsewhere, TASK, called("d1"), result("d1")))
    send(server, (SYSTEM, TASK, *STEP, called("c2"), result("c2")))
    server.check()


def run(server: ModelServer, task: str, steps: int) -> list[Body]:
    """Do what a run does: answer each call until there is none."""
    messages: list[Body] = [SYSTEM, {"role": "user", "content": task}]
    with httpx.Client(base_url=server.url, timeout=20) as client:
        for _ in range(steps):
            body = {"model": "m", "messages": messages, "tools": [TOOL]}
            message = client.post("/chat/completions", json=body).json()["choices"][0]["message"]
            messages.append({key: message[key] for key in ("role", "content", "tool_calls") if key in message})
            messages += [result(made["id"], f"{task} done") for made in message.get("tool_calls", ())]
    return messages


def test_several_runs_at_once_each_play_their_own_turns() -> None:
    def turns(task: str) -> list[Turn]:
        return [*[call("bash", command=task)] * 5, Say(f"{task} over", expect=(f"{task} done",))]

    tasks = [f"task {number}" for number in range(8)]
    script = TurnsByTask({task: turns(task) for task in tasks})
    with ModelServer(script) as server, ThreadPoolExecutor(len(tasks)) as pool:
        conversations = list(pool.map(lambda task: run(server, task, 6), tasks))
        server.check()
        assert len(server.requests) == 48
    assert [messages[-1]["content"] for messages in conversations] == [f"{task} over" for task in tasks]
    ids = [made["id"] for messages in conversations for m in messages for made in m.get("tool_calls", ())]
    assert len(ids) == len(set(ids)) == 40


def test_several_runs_of_one_task_at_once_are_told_apart() -> None:
    with ModelServer([call("bash")] * 40) as server, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: run(server, "the same", 5), range(8)))
        server.check()
        assert server.turns_left == 0


def test_a_task_without_turns_and_a_used_up_task_are_problems() -> None:
    with ModelServer(TurnsByTask({"known": [Say("x")]})) as server:
        for task in ("known", "known", "strange"):
            body = {"model": "m", "messages": [{"role": "user", "content": task}]}
            httpx.post(f"{server.url}/chat/completions", json=body)
        assert server.problems == [
            "request 2: the script of 'known' is exhausted: all 1 turns were played",
            "request 3: no turns for the task 'strange'",
        ]


def usage(server: ModelServer, messages: Sequence[Body], **changes: object) -> tuple[int, int]:
    """Return all tokens of the prompt, and the cached ones."""
    body = {"model": "m", "messages": list(messages), "tools": [TOOL], **changes}
    told = httpx.post(f"{server.url}/chat/completions", json=body).json()["usage"]
    return told["prompt_tokens"], told["prompt_tokens_details"]["cached_tokens"]


def test_cached_tokens_are_those_of_the_prefix_sent_before(server: ModelServer) -> None:
    first, nothing = usage(server, OPENING)
    second, cached = usage(server, (*OPENING, *STEP))
    other, shared = usage(server, (SYSTEM, {**TASK, "content": "Another task."}))
    _, none = usage(server, OPENING, tools=[])
    assert nothing == none == 0
    assert cached == first < second
    assert 0 < shared < other


def test_a_function_can_look_at_what_came_last() -> None:
    def script(request: ReceivedRequest) -> Turn:
        return Say("seen") if request.latest[-1].role == "tool" else call("bash", command="ls")

    with ModelServer(script) as server:
        assert run(server, "look", 2)[-1]["content"] == "seen"
        server.check()
