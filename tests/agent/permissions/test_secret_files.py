"""Secret files by name, and the walk that finds them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from learnagent.permissions.secret_files import has_secret_name, is_secret, survey


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "src/key.py", "environment.yml", ".env.example", ".env.sample", ".env.local.template"),
        *("env.py", "id_rsa.pub", "tokens.json", "secrets.example.yaml", "keys/readme.txt", ".aws/task.json"),
        *("monkey", "credentials.py", ".envoy", "secret_santa.py", "package.json", ".docker/Dockerfile"),
    ],
)
def test_ordinary_files_and_examples_are_no_secrets(name: str) -> None:
    assert not has_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *(".env", ".ENV", ".env.local", ".env.production", ".envrc", "docker.env", "tls/server.key", "a.pem"),
        *("id_rsa", "id_ed25519", "id_rsa_work", ".netrc", "_netrc", ".npmrc", ".pypirc", ".git-credentials"),
        *(
            "credentials.json",
            "service-account-prod.json",
            "client_secret_12.json",
            "x.p12",
            "x.pfx",
            "x.kdbx",
        ),
        *(".aws/credentials", ".kube/config", ".docker/config.json", ".ssh/known_hosts", "secrets.yml"),
        *("secret.yaml", "secrets.toml", ".streamlit/secrets.toml", "infra/terraform.tfstate", "release.jks"),
    ],
)
def test_the_usual_secret_files_are_known(name: str) -> None:
    assert has_secret_name(name)
    assert is_secret(Path("/nowhere") / name)


def test_a_link_is_judged_by_its_name_and_by_its_target(here: Path) -> None:
    (here / ".env").write_text("A=1")
    (here / "plain.txt").write_text("x")
    (here / "notes.txt").symlink_to(".env")
    (here / ".env.local").symlink_to("plain.txt")
    (here / "loop.txt").symlink_to("loop.txt")

    assert is_secret(here / "notes.txt")
    assert is_secret(here / ".env.local")
    assert not is_secret(here / "loop.txt")


def test_a_certificate_is_no_secret_and_a_private_key_is(here: Path) -> None:
    (here / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (here / "key.pem").write_text("-----BEGIN EC PRIVATE KEY-----\n")

    assert not is_secret(here / "ca.pem")
    assert is_secret(here / "key.pem")


def test_npm_settings_are_a_secret_only_with_a_token(here: Path) -> None:
    (here / ".npmrc").write_text("save-exact=true\n")
    assert not is_secret(here / ".npmrc")
    (here / ".npmrc").write_text("//registry.npmjs.org/:_authToken=abc\n")
    assert is_secret(here / ".npmrc")


def test_a_folder_is_no_secret_file(here: Path) -> None:
    (here / ".env").mkdir()
    assert not is_secret(here / ".env")


def test_a_survey_finds_secrets_and_embedded_repositories_but_skips_what_was_installed(here: Path) -> None:
    outside = here / "outside"
    root = here / "root"
    for folder in ("a/b", ".git", "sub/.git", "node_modules/x", ".venv"):
        (root / folder).mkdir(parents=True)
    outside.mkdir()
    (outside / "shared.env").write_text("B=2")
    for name in (
        ".env",
        "a/b/server.key",
        "node_modules/x/.env",
        ".venv/a.key",
        ".git/x.key",
        "a/.env.example",
    ):
        (root / name).write_text("x")
    (root / "a" / "config").symlink_to(outside / "shared.env")
    (root / "a" / "up").symlink_to(outside)
    (root / "a" / ".env").symlink_to("nowhere")

    found = survey(root)

    assert set(found.secrets) == {root / ".env", root / "a" / "b" / "server.key", outside / "shared.env"}
    assert found.repositories == (root / "sub" / ".git",)
    assert found.complete


def test_a_survey_is_bounded_and_says_so(here: Path) -> None:
    for index in range(30):
        (here / f"folder{index}").mkdir()
    assert not survey(here, max_entries=10).complete


@pytest.mark.skipif(os.getuid() == 0, reason="root can read every folder")
def test_an_unreadable_folder_does_not_stop_a_survey(here: Path) -> None:
    (here / "closed").mkdir(mode=0o000)
    (here / ".env").write_text("x")
    assert survey(here).secrets == (here / ".env",)
