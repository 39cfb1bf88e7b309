from __future__ import annotations

import pytest

from learnagent.models.endpoint import PLACEHOLDER_KEY, endpoint
from learnagent.models.provider_error import (
    Asked,
    Failure,
    RequestRefusedError,
    ToolsUnsupportedError,
    error_for,
    one_line,
)
from learnagent.models.retry import TransientError
from learnagent_memory.errors import ContextOverflowError, ModelError, UsageError

ASKED = Asked("openai/m", "host:1")


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "This model's maximum context length is 8192 tokens", ContextOverflowError),
        (400, "the request exceeds the available context size", ContextOverflowError),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", ContextOverflowError),
        (413, "Request Entity Too Large", ContextOverflowError),
        (400, "registry.ollama.ai/library/gemma:2b does not support tools", ToolsUnsupportedError),
        (404, "No endpoints found that support tool use", ToolsUnsupportedError),
        (
            400,
            '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser',
            ToolsUnsupportedError,
        ),
        (500, "tools param requires --jinja flag", ToolsUnsupportedError),
        (400, "messages: at least one message is required", RequestRefusedError),
        (422, "tool_calls.0.function.arguments: not valid JSON", RequestRefusedError),
        (429, "You exceeded your current quota", ModelError),
        (402, "Insufficient balance", ModelError),
        (401, "Incorrect API key provided", ModelError),
        (404, "model not found", ModelError),
        (429, "slow down", TransientError),
        (408, "", TransientError),
        (409, "", TransientError),
        (500, "boom", TransientError),
        (529, "overloaded", TransientError),
        (None, "who knows", TransientError),
    ],
)
def test_each_refusal_is_what_the_user_can_do_about_it(status: int | None, text: str, kind: type[ModelError]) -> None:
    error = error_for(Failure(status, text), ASKED)
    assert type(error) is kind
    assert error.hint


def test_an_overflow_told_in_the_stream_is_one() -> None:
    failure = Failure(text="the request exceeds the available context size", kind="broken", status=400)
    assert isinstance(error_for(failure, ASKED), ContextOverflowError)


def test_what_a_provider_said_is_one_line_without_keys_and_library_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MY_SERVICE_TOKEN", "plain-secret-words")
    text = "litellm.AuthenticationError: AuthenticationError: OpenAIException - Wrong key: sk-abc***xyz, "
    said = one_line(f"\n{text}plain-secret-words given-key\nmore", key="given-key")
    assert said == "Wrong key: [key], [key] [key]"


def test_a_provider_at_its_own_address_gets_the_key_of_the_environment() -> None:
    assert endpoint("openai", None, None).api_key is None
    own = endpoint("openai", "https://api.openai.com/v1", None)
    assert (own.api_key, own.guarded) == (None, False)
    azure = endpoint("azure", "https://mine.openai.azure.com", None)
    assert (azure.api_key, azure.guarded) == (None, False)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/v1",
        "http://api.openai.com/v1",
        "https://api.openai.com.evil.example/v1",
        "https://evil-openai.com/v1",
        "https://api.openai.com@evil.example/v1",
    ],
)
def test_any_other_address_gets_a_placeholder_and_a_guard(address: str) -> None:
    other = endpoint("openai", address, None)
    assert (other.api_key, other.guarded) == (PLACEHOLDER_KEY, True)
    assert endpoint("openai", address, "mine").api_key == "mine"


def test_a_cloud_account_signs_for_no_strange_address() -> None:
    with pytest.raises(ModelError, match="cloud account"):
        endpoint("bedrock", "http://127.0.0.1:8000", None)


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://x/", "http://", "", "http://[::1"])
def test_what_is_no_address_is_a_usage_error(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address"):
        endpoint("openai", address, None)
