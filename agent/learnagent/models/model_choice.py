"""Which model a run asks when the user names none, or names one without saying where. Asks no model.

Given, else the provider whose key is in the environment, else a model server on loopback.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from learnagent.models.endpoint import host_of
from learnagent_memory.errors import UsageError

DEFAULT_MODELS = (
    ("ANTHROPIC_API_KEY", "anthropic/claude-sonnet-5-5"),
    ("OPENAI_API_KEY", "openai/gpt-5.6"),
    ("GEMINI_API_KEY", "gemini/gemini-3.8-flash"),
    ("GOOGLE_API_KEY", "gemini/gemini-3.8-flash"),
    ("OPENROUTER_API_KEY", "openrouter/openrouter/auto"),
    ("MISTRAL_API_KEY", "mistral/devstral-latest"),
    ("DEEPSEEK_API_KEY", "deepseek/deepseek-v4-pro"),
    ("XAI_API_KEY", "xai/grok-4.7"),
    ("GROQ_API_KEY", "groq/openai/gpt-oss-120b"),
    ("TOGETHER_API_KEY", "together_ai/zai-org/GLM-5.3"),
    ("TOGETHERAI_API_KEY", "together_ai/zai-org/GLM-5.3"),
    ("MOONSHOT_API_KEY", "moonshot/kimi-k3"),
    ("ZAI_API_KEY", "zai/glm-5.3"),
    ("CEREBRAS_API_KEY", "cerebras/gpt-oss-120b"),
    ("FIREWORKS_API_KEY", "fireworks_ai/glm-5p3"),
)
"""Variable and model, the first one set wins. Known to litellm 1.105.3 with function calling (2026-11)."""

LOCAL_SERVERS = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
)
"""Name and usual address; the first one that answers wins."""

PROVIDERS = frozenset(
    {
        *(
            "ai21",
            "anthropic",
            "azure",
            "azure_ai",
            "baseten",
            "bedrock",
            "cerebras",
            "cloudflare",
            "codestral",
        ),
        *("cohere", "cohere_chat", "custom_openai", "dashscope", "databricks", "deepinfra", "deepseek"),
        *(
            "fireworks_ai",
            "friendliai",
            "gemini",
            "github",
            "groq",
            "hosted_vllm",
            "huggingface",
            "hyperbolic",
        ),
        *("lambda_ai", "litellm_proxy", "llamafile", "lm_studio", "local", "minimax", "mistral", "moonshot"),
        *("nebius", "novita", "nscale", "nvidia_nim", "ollama", "ollama_chat", "openai", "openai_like"),
        *(
            "openrouter",
            "ovhcloud",
            "perplexity",
            "replicate",
            "sagemaker",
            "sambanova",
            "scaleway",
            "snowflake",
        ),
        *("together_ai", "vertex_ai", "volcengine", "wandb", "watsonx", "xai", "zai"),
    }
)
"""First parts of a litellm name; anything else before a slash belongs to the model (`Qwen/Qwen3-8B`)."""

_PROBE_TIMEOUT_S = 0.5
_ASKED_TIMEOUT_S = 10.0
_LARGEST_LIST_BYTES = 4_000_000
_NOT_FOR_CHAT = ("embed", "rerank", "whisper", "tts", "bge-", "bert", "clip")

Probe = Callable[[str, float], bytes | None]
"""Gets an address and a time-out in seconds; returns what a plain GET gave, None for any failure."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The model of a run."""

    name: str
    """A litellm name."""
    api_base: str | None
    """None: the provider's own address."""
    source: str
    """`given`, or where the choice came from, as the user is told."""


@dataclass(frozen=True, slots=True)
class _Served:
    """A model that a server lists."""

    model: str
    api_base: str


def fetch(address: str, timeout_s: float) -> bytes | None:
    """Get an address without proxies, redirects or keys; None for anything but a 200 in time."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        connection.request("GET", parts.path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        return answer.read(_LARGEST_LIST_BYTES) if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def choose(explicit: str | None, api_base: str | None, environ: Mapping[str, str], probe: Probe = fetch) -> Choice:
    """Choose the model of a run.

    `explicit` and `api_base` are what flags, settings and LEARNAGENT_MODEL say. Raises UsageError
    where the address is none, and where nothing is given and nothing is found.
    """
    if api_base:
        host_of(api_base)
    if explicit:
        return Choice(_full_name(explicit.strip(), api_base), api_base, "given")
    if api_base:
        return _first_served_at(api_base, probe)
    for variable, model in DEFAULT_MODELS:
        if environ.get(variable, "").strip():
            return Choice(model, None, f"{variable} is set")
    return _first_on_loopback(probe)


def _full_name(name: str, api_base: str | None) -> str:
    provider, slash, _ = name.partition("/")
    if api_base is None or (slash and provider in PROVIDERS):
        return name
    return f"openai/{name}"


def _first_served_at(api_base: str, probe: Probe) -> Choice:
    found = _serves(api_base, probe, _ASKED_TIMEOUT_S)
    if found is None:
        raise UsageError(f"{api_base} lists no models", hint="start the server, or name the model with --model")
    return Choice(f"openai/{found.model}", found.api_base, f"the first model of {api_base}")


def _first_on_loopback(probe: Probe) -> Choice:
    with ThreadPoolExecutor(len(LOCAL_SERVERS)) as pool:
        answers = pool.map(lambda server: _serves(server[1], probe, _PROBE_TIMEOUT_S), LOCAL_SERVERS)
    for (server, _), found in zip(LOCAL_SERVERS, answers, strict=True):
        if found:
            return Choice(f"openai/{found.model}", found.api_base, f"{server} on {urlsplit(found.api_base).netloc}")
    names = ", ".join(server for server, _ in LOCAL_SERVERS)
    raise UsageError(
        "no model to ask",
        hint="pass --model (and --api-base), set LEARNAGENT_MODEL or a key such as ANTHROPIC_API_KEY or "
        f"OPENAI_API_KEY, or start a local server ({names})",
    )


def _serves(api_base: str, probe: Probe, timeout_s: float) -> _Served | None:
    base = api_base.rstrip("/")
    for address in (base,) if base.endswith("/v1") else (base, f"{base}/v1"):
        model = _first_chat_model(probe(f"{address}/models", timeout_s))
        if model:
            return _Served(model, address)
    return None


def _first_chat_model(listing: bytes | None) -> str | None:
    """Return the first model of an OpenAI-shaped list; None for anything else."""
    try:
        parsed: Any = json.loads(listing or b"null")
    except (ValueError, RecursionError):
        return None
    entries = parsed.get("data") if isinstance(parsed, dict) else None
    names = [entry.get("id") for entry in entries or () if isinstance(entry, dict)] if isinstance(entries, list) else []
    return next((name for name in names if isinstance(name, str) and _can_chat(name)), None)


def _can_chat(name: str) -> bool:
    return bool(name) and not any(word in name.lower() for word in _NOT_FOR_CHAT)
