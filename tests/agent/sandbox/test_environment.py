"""What of the user's environment a command gets."""

from __future__ import annotations

import pytest

from learnagent.sandbox.environment import command_environment

SECRET = "s3cret-value"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "PATH",
            "HOME",
            "VIRTUAL_ENV",
            "LANG",
            "PWD",
            "OLDPWD",
            "PYTHONPATH",
            "TOKENIZERS_PARALLELISM",
            "HF_HOME",
        ),
        *("KEYBOARD_LAYOUT", "GIT_AUTHOR_NAME", "MONKEY", "PATTERN", "CI", "ENV", "PYTHONDONTWRITEBYTECODE"),
    ],
)
def test_ordinary_variables_are_kept(name: str) -> None:
    assert command_environment({name: "x"}, extra={})[name] == "x"


@pytest.mark.parametrize(
    "name",
    [
        *("OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "GH_TOKEN", "GITHUB_TOKEN", "AWS_PROFILE", "DB_PASSWORD"),
        *("PGPASSWORD", "MYSQL_PWD", "DJANGO_SECRET_KEY", "NPM_AUTH", "npm_config__authToken", "HF_TOKEN"),
        *("LEARNAGENT_MODEL", "SSH_AUTH_SOCK", "GOOGLE_APPLICATION_CREDENTIALS", "STRIPE_APIKEY", "GH_PAT"),
        *(
            "SSH_ASKPASS",
            "GIT_ASKPASS",
            "BASH_ENV",
            "GIT_DIR",
            "GIT_INDEX_FILE",
            "FORCE_COLOR",
            "githubtoken",
        ),
        *("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0", "GIT_CONFIG_PARAMETERS"),
    ],
)
def test_secrets_and_what_leads_to_them_are_withheld(name: str) -> None:
    assert name not in command_environment({name: SECRET}, extra={})


@pytest.mark.parametrize(
    "value",
    [
        *("postgres://user:pa55@db/app", "https://ghp_abc@github.com/x", "redis://:pa55@host:6379"),
        *("https://public@sentry.io/1", "sk-proj-abcdefghijkl", "ghp_0123456789abcdef"),
    ],
)
def test_a_value_that_holds_a_password_or_a_known_token_is_withheld_under_any_name(value: str) -> None:
    assert "HARMLESS" not in command_environment({"HARMLESS": value}, extra={})


@pytest.mark.parametrize("value", ["https://example.org/a?b=c", "ssh://git@github.com/x", "http://localhost:8080/"])
def test_an_address_without_a_password_is_kept(value: str) -> None:
    assert command_environment({"SERVICE_URL": value}, extra={})["SERVICE_URL"] == value


def test_nothing_pages_prompts_paints_or_edits() -> None:
    made = command_environment({"PAGER": "less", "TERM": "xterm", "EDITOR": "vim"}, extra={})
    assert (made["PAGER"], made["TERM"], made["EDITOR"]) == ("cat", "dumb", "true")
    assert (made["GIT_TERMINAL_PROMPT"], made["NO_COLOR"]) == ("0", "1")


def test_the_callers_variables_are_taken_as_they_are() -> None:
    extra = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "false"}
    assert extra.items() <= command_environment({"GIT_CONFIG_COUNT": "7"}, extra=extra).items()
