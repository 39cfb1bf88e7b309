"""Every provider behind one Model, through litellm: the one importer of it, and of what it brings.

litellm's own retries, fallbacks and token counting are switched off: its retries multiply and repeat
what cannot succeed. `chat_request` asks once, `retry` repeats, `provider_error` judges.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from learnagent.model import Reply, TextSink, ToolSpec
from learnagent.models.background_import import BackgroundImport
from learnagent.models.chat_request import ChatRequest, RawUsage, Target, price_usd
from learnagent.models.chat_wire import Wire, needs_cache_marks
from learnagent.models.connection import open_client
from learnagent.models.endpoint import endpoint
from learnagent.models.model_settings import ModelSettings
from learnagent.models.provider_error import (
    Failure,
    RequestRefusedError,
    ToolsUnsupportedError,
    answer_headers,
    causes,
)
from learnagent.models.retry import Patience, TransientError, persist
from learnagent.settings import Prices
from learnagent_memory.episode import Message
from learnagent_memory.errors import ContextOverflowError, ModelError

__all__ = ["LiteLLMModel", "ModelSettings", "preload"]

UNKNOWN_CONTEXT_TOKENS = 32_768
_CONNECT_TIMEOUT_S = 15.0
_QUIET_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")
_TAKES_CONNECTION = frozenset(
    {
        *("anthropic", "azure_ai", "bedrock", "deepseek", "fireworks_ai", "gemini", "groq", "hosted_vllm"),
        *("mistral", "ollama", "ollama_chat", "openrouter", "together_ai", "xai"),
    }
)
"""Providers whose connection is an argument of the call (each was tried); the others take a global."""


class LiteLLMModel:
    """A model of any provider that litellm speaks to; for one run, from one thread."""

    def __init__(
        self,
        settings: ModelSettings,
        *,
        on_notice: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if settings.name.startswith("local/"):
            raise ModelError(
                f"{settings.name} would run inside learnagent, which a later part brings",
                hint="serve it over HTTP (vLLM, llama.cpp, Ollama) and pass --api-base",
            )
        self._settings = settings
        self._on_notice = on_notice
        self._sleep = sleep
        self._names = [settings.name, *settings.fallbacks]
        self._without_tools: set[str] = set()
        """Models that turned out to have no function calling."""

    @property
    def name(self) -> str:
        """The name the user chose."""
        return self._settings.name

    @property
    def context_tokens(self) -> int:
        """Size of the window; waits for the import where the settings do not say."""
        if self._settings.context_tokens:
            return self._settings.context_tokens
        return int(_library().known(self.name).get("max_input_tokens") or UNKNOWN_CONTEXT_TOKENS)

    def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        *,
        on_text: TextSink,
        deadline: float | None = None,
    ) -> Reply:
        """Answer the conversation; text that was streamed before a retry is streamed again.

        Raises ModelError, ContextOverflowError, or BudgetSpentError once the deadline has passed.
        """
        patience = Patience(self._settings.max_attempts, deadline, self._sleep, self._on_notice)
        while True:
            request = self._request(self._names[0], on_text, deadline)
            try:
                return persist(partial(self._ask, request, messages, tools), patience)
            except (ContextOverflowError, RequestRefusedError):
                raise
            except ModelError as error:
                self._fall_back(error)

    def _request(self, name: str, on_text: TextSink, deadline: float | None) -> ChatRequest:
        library = _library()
        settings = self._settings
        provider = library.provider(name)
        is_kin = provider == library.provider(settings.name)
        base, key = (settings.api_base, settings.api_key) if is_kin else (None, None)
        if settings.tools == "auto" and library.lacks_tools(name):
            self._without_tools.add(name)
        return ChatRequest(
            library=library.priced(settings.prices if name == settings.name else None),
            target=Target(
                name,
                provider,
                endpoint(provider, base, key),
                has_cache_marks=needs_cache_marks(name, provider),
            ),
            on_text=on_text,
            deadline=deadline,
            timeout_s=settings.timeout_s,
            options=_options(settings),
        )

    def _ask(self, request: ChatRequest, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Reply:
        name = request.target.name
        # Anthropic refuses a history with calls where no tools are offered, as when a summary is asked for.
        has_stray_calls = not tools and any(message.tool_calls for message in messages)
        if has_stray_calls or self._settings.tools == "fenced" or name in self._without_tools:
            return request.send_in_words(messages, tools)
        try:
            return request.send(messages, tools)
        except ToolsUnsupportedError as error:
            if self._settings.tools == "native" or not tools:
                raise
            self._without_tools.add(name)
            self._on_notice(f"{error.message}: the tools are described to it in words")
        return request.send_in_words(messages, tools)

    def _fall_back(self, error: ModelError) -> None:
        """Go on with the next model; raises the error where none is left."""
        if len(self._names) == 1:
            was_repeated = isinstance(error, TransientError) and self._settings.max_attempts > 1
            attempts = f" ({self._settings.max_attempts} attempts)" if was_repeated else ""
            raise ModelError(error.message + attempts, hint=error.hint) from error
        failed = self._names.pop(0)
        self._on_notice(f"{failed}: {error.message}; going on with {self._names[0]}")


def preload() -> None:
    """Begin to import litellm in the background; the first request waits for the rest of it."""
    _IMPORT.start()


def embed(
    name: str, texts: Sequence[str], *, api_base: str | None, api_key: str | None, timeout_s: float
) -> list[list[float]]:
    """Return the vectors that an embedding model gives for some texts, in their order.

    A provider's key goes where `endpoint` lets it. Raises ModelError.
    """
    library = _library()
    provider = library.provider(name)
    target = endpoint(provider, api_base, api_key)
    try:
        answer = library.litellm.embedding(
            model=name,
            input=list(texts),
            api_base=target.api_base,
            api_key=target.api_key,
            timeout=timeout_s,
            max_retries=0,
            encoding_format="float",
        )
        rows = sorted(answer.data, key=lambda row: row["index"])
        return [[float(value) for value in row["embedding"]] for row in rows]
    except library.errors as error:
        raise ModelError(
            f"{name} cannot encode text ({error})"[:300], hint="set embedder to another model, or to off"
        ) from error


@dataclass(frozen=True, slots=True)
class _Library:
    """litellm as `chat_request` needs it: imported, quiet, on our connection."""

    litellm: Any
    handler: Any
    """The connection in the form that the providers in `_TAKES_CONNECTION` take."""
    openai_error: type[Exception]
    httpx: Any
    prices: Prices | None = None

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        return self.openai_error, self.httpx.HTTPError

    def priced(self, prices: Prices | None) -> _Library:
        """Return a library that reckons with these prices; None are litellm's own."""
        return replace(self, prices=prices)

    def provider(self, name: str) -> str:
        """Return litellm's name of the provider; raises ModelError where there is none."""
        try:
            return str(self.litellm.get_llm_provider(model=name)[1])
        except self.openai_error as error:
            hint = "write it as provider/model; openai/<name> for a server given with --api-base"
            raise ModelError(f"no provider is known for the model {name}", hint=hint) from error

    def known(self, name: str) -> Mapping[str, Any]:
        """Return litellm's entry on a model; empty for a model it does not know."""
        provider = self.provider(name)
        entries = (self.litellm.model_cost.get(key) or {} for key in (name, name.removeprefix(provider + "/")))
        return next((e for e in entries if str(e.get("litellm_provider", "")).startswith(provider)), {})

    def lacks_tools(self, name: str) -> bool:
        """Tell whether the model certainly has no function calling; an unknown one is believed to."""
        provider = self.provider(name)
        bare = name.removeprefix(provider + "/")
        supported = self.litellm.get_supported_openai_params(model=bare, custom_llm_provider=provider)
        return self.known(name).get("supports_function_calling") is False or "tools" not in (supported or ["tools"])

    def open_stream(self, target: Target, body: Wire, *, timeout_s: float) -> Iterable[Any]:
        where = {"api_base": target.endpoint.api_base, "api_key": target.endpoint.api_key}
        if target.provider in _TAKES_CONNECTION:
            where["client"] = self.handler
        stream: Iterable[Any] = self.litellm.completion(
            model=target.name,
            stream=True,
            stream_options={"include_usage": True},
            num_retries=0,
            max_retries=0,
            drop_params=True,
            timeout=self.httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S)),
            **{name: value for name, value in where.items() if value is not None},
            **body,
        )
        return stream

    def is_complete(self, stream: Iterable[Any]) -> bool:
        # litellm makes up a finish reason where a stream broke off: only one that it was sent counts.
        reasons = ("received_finish_reason", "intermittent_finish_reason")
        return any(getattr(stream, reason, None) for reason in reasons)

    def failure(self, error: Exception, *, answered: bool) -> Failure:
        chain = list(causes(error))
        headers = next((found for found in map(answer_headers, chain) if found), {})
        text = str(getattr(error, "original_exception", None) or error)
        if not headers and any(isinstance(e, self.httpx.ConnectError | self.httpx.ConnectTimeout) for e in chain):
            return Failure(text=text, kind="unreachable")
        if not headers and any(isinstance(e, self.httpx.TimeoutException) for e in chain):
            return Failure(text=text, kind="silent")
        if isinstance(error, self.litellm.exceptions.MidStreamFallbackError):
            return Failure(text=text, kind="broken")
        if not headers and any(isinstance(e, self.httpx.TransportError) for e in chain):
            return Failure(text=text, kind="broken")
        kind: Literal["refused", "unsent"] = "refused" if headers or answered else "unsent"
        return Failure(getattr(error, "status_code", None), text, headers, kind)

    def cost_usd(self, target: Target, usage: RawUsage) -> float | None:
        if self.prices:
            return price_usd(self.prices, usage)
        stated = getattr(usage, "cost", None)
        if isinstance(stated, float | int):
            return float(stated)
        try:
            return float(sum(self.litellm.cost_per_token(model=target.name, usage_object=usage)))
        except (self.litellm.exceptions.ModelNotMappedError, self.openai_error):
            return None


def _library() -> _Library:
    try:
        library = _IMPORT.result()
    except ImportError as error:
        hint = "python -m pip install --force-reinstall 'litellm>=1.91,<1.106'"
        raise ModelError(f"litellm cannot be imported ({error})", hint=hint) from error
    _hush()  # again: whoever resets the warnings after the import resets these as well
    return library


def _import_library() -> _Library:
    # Without these litellm reads .env of the working directory and fetches a price list.
    os.environ.update(LITELLM_MODE="PRODUCTION", LITELLM_LOCAL_MODEL_COST_MAP="True")
    _hush()
    import httpx
    import litellm
    import openai
    import openai.resources.chat  # the first request would import it: 0.4 s
    from litellm.llms.custom_httpx.http_handler import HTTPHandler

    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    client = open_client()
    library: Any = litellm
    library.client_session = client
    library.suppress_debug_info = True
    library.disable_streaming_logging = True
    library.disable_token_counter = True  # it would load tiktoken (0.5 s) and count each prompt
    library.REPEATED_STREAMING_CHUNK_LIMIT = sys.maxsize  # 100 equal chunks are a ruler in a file, no fault
    return _Library(library, HTTPHandler(client=client), openai.OpenAIError, httpx)


def _hush() -> None:
    """Silence the warnings of litellm and its kin, which are not for the user."""
    warnings.filterwarnings("ignore", module=r"litellm|pydantic|openai")


def _options(settings: ModelSettings) -> Wire:
    chosen = {"temperature": settings.temperature, "max_tokens": settings.max_output_tokens}
    return {name: value for name, value in chosen.items() if value is not None}


_IMPORT = BackgroundImport(_import_library)
