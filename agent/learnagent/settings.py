"""The settings of a run: one frozen object, loaded once and passed down.

Later sources win: defaults, the user's file, what the repository brings (only once trusted),
the environment, flags. Nothing here acts on a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from learnagent.trust import CONFIG, DOTENV, PYPROJECT, Brought, TrustStore, brought_by
from learnagent_memory.errors import UsageError
from learnagent_memory.project import config_home
from learnagent_memory.reading import parse_json, parse_toml, read_own

Approve = Literal["ask", "edits", "all"]

PREFIX = "LEARNAGENT_"
_NOT_SETTINGS = frozenset({"LEARNAGENT_HOME"})
_MAY_BE_EMPTY = frozenset({"LEARNAGENT_CHECK"})
"""Empty means none; any other empty variable counts as not set."""
_LISTS = frozenset({"fallbacks", "allow_commands"})
_TABLES = frozenset({"prices"})
_ENVIRONMENT = "the environment"


class Prices(BaseModel):
    """Dollars per million tokens, for a model that litellm has no price for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Cached input; the input price where it is not given."""


class Settings(BaseModel):
    """Everything a run can be told. Each field is a key of config.toml and LEARNAGENT_<FIELD>."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = None
    """A litellm name: `anthropic/claude-…`, `openai/gpt-…`, `ollama_chat/…`."""
    api_base: str | None = None
    """Address of an OpenAI-compatible server, with its `/v1`."""
    api_key: str | None = None
    """Key for `api_base`; provider keys stay in their own variables."""
    fallbacks: tuple[str, ...] = ()
    """Models asked in order when the first gives up."""
    tools: Literal["auto", "native", "fenced"] = "auto"
    """How the model calls tools."""
    context_tokens: int | None = Field(default=None, ge=2_000)
    """Window of the model where litellm does not know it."""
    max_output_tokens: int | None = Field(default=None, ge=16)
    temperature: float | None = Field(default=None, ge=0, le=2)
    prices: Prices | None = None
    request_timeout_s: float = Field(default=300, gt=0)
    """How long a model may say nothing."""
    request_attempts: int = Field(default=5, ge=1, le=20)

    approve: Approve = "ask"
    sandbox: Literal["auto", "off"] = "auto"
    network: bool = False
    """Whether commands in the sandbox reach the network."""
    allow_commands: tuple[str, ...] = ()
    """Exact commands that are never asked about."""
    allow_secret_files: bool = False
    """Whether `.env`, keys and their like may be read."""

    check: str | None = None
    """The command that must pass before a run may end as done; empty for none."""
    check_timeout_s: float = Field(default=900, gt=0)
    check_rounds: int = Field(default=3, ge=1, le=20)
    """How often a red check goes back to the model."""
    shortcuts: Literal["stop", "tell", "ignore"] = "stop"
    """What shortcuts in a run's own diff mean: it may not end as done, they are told, or nobody looks."""
    lint_rounds: int = Field(default=2, ge=0, le=20)
    """How often shortcuts go back to the model."""
    command_timeout_s: float = Field(default=120, gt=0)
    """Time-out of a command that names none."""
    output_chars: int = Field(default=10_000, ge=500)
    """What the model is shown of one output; the whole stays in the episode."""

    max_steps: int = Field(default=100, ge=1)
    max_cost: float = Field(default=5.0, gt=0)
    """Dollars, where the model's price is known."""
    max_minutes: float = Field(default=120, gt=0)
    commit: bool = False

    memory: bool = True
    """Whether runs are shown lessons and leave some behind."""
    reflect: Literal["off", "auto", "always"] = "auto"
    """Whether the model is asked once after a run what it taught; `auto`: after long or failed runs."""
    recall_limit_s: float = Field(default=3.0, gt=0)
    """What reading new code and history may take before a run starts; the rest follows later."""
    embedder: str = "auto"
    """Text encoder of the memory: `auto` (MiniLM, where `learnagent init` got it), `off`, or a litellm model."""
    memory_remote: str | None = None
    """Where `memory sync` shares: `git` (a side branch) or a URL; without it shared lessons are committed."""
    memory_signing_key: str | None = None
    """SSH key that signs what is shared; git's `user.signingkey` where that is one."""
    memory_allowed_signers: str | None = None
    """File of the teammates' keys, as git's `gpg.ssh.allowedSignersFile`, which is the default."""
    memory_require_signatures: bool = False
    """Whether unsigned lessons of others are left out altogether."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and where they came from."""

    settings: Settings
    origins: Mapping[str, str]
    """Field -> the source that set it; fields left at their default are absent."""
    untrusted: tuple[Brought, ...]
    """What the repository brings and was ignored."""
    environ: Mapping[str, str]
    """The process environment, with the provider keys of a trusted `.env` added."""


def load(root: Path, environ: Mapping[str, str], flags: Mapping[str, Any]) -> Loaded:
    """Merge every source for the repository at `root`; flags that are None were not given.

    Raises UsageError naming the source and the key.
    """
    store = TrustStore(environ)
    brought = brought_by(root)
    trusted = {item.name: item for item in brought if store.trusts(root, item)}
    user_file = config_home(environ) / "config.toml"
    layers: list[tuple[str, Mapping[str, Any]]] = [(str(user_file), _toml_file(user_file))]
    layers += [(name, _without_lint(_toml(name, trusted[name].text))) for name in (CONFIG,) if name in trusted]
    layers += [(name, _json_table(trusted[name])) for name in (PYPROJECT,) if name in trusted]
    merged_environ = {**_dotenv(trusted.get(DOTENV)), **environ}
    layers.append((_ENVIRONMENT, _from_environ(merged_environ)))
    layers.append(("the command line", {key: value for key, value in flags.items() if value is not None}))
    origins = {key: source for source, values in layers for key in values}
    return Loaded(
        settings=_validate(layers),
        origins=origins,
        untrusted=tuple(item for item in brought if item.name not in trusted),
        environ=merged_environ,
    )


def _validate(layers: list[tuple[str, Mapping[str, Any]]]) -> Settings:
    merged: dict[str, Any] = {}
    for source, values in layers:
        try:
            Settings.model_validate({**merged, **values})
        except ValidationError as error:
            raise UsageError(_complaint(source, error), hint="docs/settings.md lists the settings") from error
        merged.update(values)
    return Settings.model_validate(merged)


def _complaint(source: str, error: ValidationError) -> str:
    """Say which key of which source is wrong, and why."""
    first = error.errors()[0]
    key, *inside = (str(part) for part in first["loc"])
    name = ".".join([_variable(key) if source == _ENVIRONMENT else key, *inside])
    return f"{source}: {name}: {'unknown setting' if first['type'] == 'extra_forbidden' else first['msg']}"


def _variable(key: str) -> str:
    return f"{PREFIX}{key.upper()}"


def _toml_file(path: Path) -> dict[str, Any]:
    try:
        return _toml(str(path), read_own(path) or "")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} cannot be read ({error})", hint="mend or remove it") from error


def _toml(source: str, text: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except ValueError as error:
        raise UsageError(f"{source} is not valid TOML ({error})", hint="mend that line") from error


def _without_lint(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the table `[lint]`: it is read by the linter, which runs without trust and without this module."""
    return {key: value for key, value in values.items() if key != "lint"}


def _json_table(item: Brought) -> dict[str, Any]:
    table: Any = parse_json(item.text)
    return {**table}


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read LEARNAGENT_<FIELD>; lists are JSON or comma-separated, tables are JSON. Raises UsageError."""
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX) or name in _NOT_SETTINGS or not (text or name in _MAY_BE_EMPTY):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key in _TABLES or (key in _LISTS and text.lstrip().startswith("[")):
            values[key] = _json_variable(name, text)
        elif key in _LISTS:
            values[key] = tuple(part.strip() for part in text.split(","))
        else:
            values[key] = text
    return values


def _json_variable(name: str, text: str) -> object:
    try:
        return parse_json(text)
    except ValueError as error:
        raise UsageError(f"{_ENVIRONMENT}: {name} is not valid JSON ({error})", hint="mend or unset it") from error


def _dotenv(item: Brought | None) -> dict[str, str]:
    """Return the provider keys and LEARNAGENT_ settings of a trusted `.env`; nothing else of it is used."""
    if item is None:
        return {}
    from io import StringIO

    from dotenv import dotenv_values

    values = dotenv_values(stream=StringIO(item.text), interpolate=False)
    return {
        name: text
        for name, text in values.items()
        if text is not None
        and (text or name in _MAY_BE_EMPTY)
        and name not in _NOT_SETTINGS
        and (name.endswith("_API_KEY") or name.startswith(PREFIX))
    }
