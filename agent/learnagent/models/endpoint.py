"""Where a model is asked and which key goes there: a provider's key never leaves for another host.

Pure decisions on names and addresses; nothing is sent or imported here.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from learnagent_memory.errors import ModelError, UsageError

PLACEHOLDER_KEY = "no-key"
"""What is sent to an address that was given without a key: client libraries refuse to send none."""

_OWN_HOSTS = {
    "anthropic": ("anthropic.com",),
    "azure": ("azure.com",),
    "azure_ai": ("azure.com",),
    "cerebras": ("cerebras.ai",),
    "deepseek": ("deepseek.com",),
    "fireworks_ai": ("fireworks.ai",),
    "gemini": ("googleapis.com",),
    "groq": ("groq.com",),
    "mistral": ("mistral.ai",),
    "moonshot": ("moonshot.ai", "moonshot.cn"),
    "openai": ("openai.com",),
    "openrouter": ("openrouter.ai",),
    "together_ai": ("together.ai", "together.xyz"),
    "xai": ("x.ai",),
    "zai": ("z.ai",),
}
_SIGNED_WITH_ACCOUNT = frozenset(
    {"bedrock", "bedrock_converse", "bedrock_mantle", "sagemaker", "sagemaker_chat", "vertex_ai", "watsonx"}
)
_ACCOUNT_HOSTS = ("amazonaws.com", "googleapis.com", "ibm.com")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address with the key that may go there."""

    api_base: str | None = None
    """None: the provider's own address."""
    api_key: str | None = None
    """None: litellm takes the provider's key from the environment."""
    guarded: bool = False
    """True where no credential but `api_key` may be sent."""


def endpoint(provider: str, api_base: str | None, api_key: str | None) -> Endpoint:
    """Decide which key goes to the address.

    Raises UsageError for an address that is no http(s) URL, and ModelError for a provider that signs
    with the user's cloud account when the address is somebody else's.
    """
    if api_base is None:
        return Endpoint(api_key=api_key)
    host = host_of(api_base)
    own = api_base.startswith("https://") and _is_within(host, _OWN_HOSTS.get(provider, ()))
    if provider in _SIGNED_WITH_ACCOUNT:
        if not _is_within(host, _ACCOUNT_HOSTS):
            raise ModelError(
                f"{provider} signs with your cloud account, which is not shown to {host}",
                hint="name the model openai/<name> for a server of that protocol",
            )
        return Endpoint(api_base, api_key)
    if own:
        return Endpoint(api_base, api_key)
    return Endpoint(api_base, api_key or PLACEHOLDER_KEY, guarded=True)


def host_of(api_base: str) -> str:
    """Return the host of an address; raises UsageError for what is no http(s) URL."""
    try:
        parts = urlsplit(api_base)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise UsageError(
            f"{api_base!r} is not the address of a model server",
            hint="write it as http://127.0.0.1:8000/v1",
        )
    return host


def _is_within(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in domains)
