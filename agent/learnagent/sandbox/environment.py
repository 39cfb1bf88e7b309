"""Decides which variables of the user's environment a command gets. Reads no environment itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    {
        *("KEY", "KEYS", "AUTH", "OAUTH", "PASS", "PWD", "PAT", "COOKIE", "PASSPHRASE"),
        *("CREDENTIAL", "CREDENTIALS", "TOKENS", "SECRETS", "PASSWORDS"),
    }
)
_SECRET_ENDS = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "APIKEY", "APIKEYS", "SECRETKEY")
_SECRET_PREFIXES = (
    *("LEARNAGENT_", "LITELLM_", "AWS_", "AZURE_", "GOOGLE_", "VERTEX_", "VERTEXAI_", "GEMINI_", "OPENAI_"),
    *(
        "ANTHROPIC_",
        "MISTRAL_",
        "GROQ_",
        "COHERE_",
        "DEEPSEEK_",
        "OPENROUTER_",
        "XAI_",
        "TOGETHER_",
        "FIREWORKS_",
    ),
    *("PERPLEXITY_", "REPLICATE_", "CEREBRAS_", "WATSONX_", "DATABRICKS_", "SSH_ASKPASS", "VSCODE_GIT_"),
)
_KEPT = frozenset({"PWD", "OLDPWD"})
_DROPPED = frozenset(
    {
        *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY"),
        *(
            "BASH_ENV",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
        ),  # BASH_ENV is a file that bash runs before every command
        # Set where learnagent is started by a hook: commands would work on another repository.
        *(
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_COMMON_DIR",
            "GIT_PREFIX",
            "GIT_OBJECT_DIRECTORY",
        ),
        *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_ASKPASS", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_PARAMETERS"),
    }
)
_GIT_CONFIG = re.compile(r"GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+)")
"""Goes as a set or not at all: git fails on a count without its keys."""
_SECRET_VALUE = re.compile(
    r"""(?x)
      ://[^\s/@]*:[^\s@]+@                     # scheme://user:password@host
    | \bhttps?://[^\s/@]+@                     # a token as the user
    | ^(sk-|gh[opsu]_|github_pat_|glpat-|xox[abps]-|AKIA|hf_)[A-Za-z0-9_-]{8}
    """
)
_QUIET = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "MANPAGER": "cat",
    "EDITOR": "true",
    "VISUAL": "true",
    "GIT_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "TERM": "dumb",
    "NO_COLOR": "1",
}
"""Nothing pages, opens an editor, prompts or paints."""


def command_environment(environ: Mapping[str, str], *, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for commands: without secrets and the ways to them, quiet, `extra` on top.

    `extra` comes from the caller (the hardening of git) and is taken as it is.
    """
    kept = {name: value for name, value in environ.items() if not _is_withheld(name, value)}
    return {**kept, **_QUIET, **extra}


def _is_withheld(name: str, value: str) -> bool:
    if name in _KEPT:
        return False
    return (
        name in _DROPPED
        or name.upper().startswith(_SECRET_PREFIXES)
        or _GIT_CONFIG.fullmatch(name) is not None
        or any(_is_secret_word(word) for word in _WORD.findall(name))
        or _SECRET_VALUE.search(value) is not None
    )


def _is_secret_word(word: str) -> bool:
    return word.upper() in _SECRET_WORDS or word.upper().endswith(_SECRET_ENDS)
