from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitrepo import make_repository
from learnagent_memory.errors import UsageError
from learnagent_memory.git import open_repository
from learnagent_memory.share.address import check_address, open_remote
from learnagent_memory.share.folder import Folder
from learnagent_memory.share.object_store import ObjectStore
from learnagent_memory.share.side_branch import SideBranch


@pytest.mark.parametrize(
    "address",
    [
        "https://example.invalid/x",
        "s3://",
        "team",
        "ext::sh",
        "",
        "file://host/x",
        "s3:bucket",
        "ftp://a/b",
        "s3://[x/y",
    ],
)
def test_what_is_no_place_to_share_through_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "ssh://me:hunter2@host/x",
        "s3://key:hunter2@bucket/x",
        "az://c/x?sig=hunter2",
        "s3://b/x?key=",
        "gs://b/x#hunter2",
    ],
)
def test_an_address_with_a_password_or_options_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UsageError) as refusal:
        check_address(address)

    assert "hunter2" not in str(refusal.value)


def test_each_form_opens_its_kind_of_remote(tmp_path: Path) -> None:
    repository = open_repository(make_repository(tmp_path / "project", {"app.py": "x = 1\n"}))
    kinds = {
        "git": SideBranch,
        str(tmp_path): Folder,
        f"file://{tmp_path}/a%20folder": Folder,
        "~/team": Folder,
        "s3://bucket/team": ObjectStore,
        "gs://bucket": ObjectStore,
        "az://container/team": ObjectStore,
        "ssh://me@host:22/srv/team": ObjectStore,
        "sftp://host/srv/team": ObjectStore,
    }

    for address, kind in kinds.items():
        assert isinstance(open_remote(address, repository, os.environ), kind)


def test_a_store_whose_library_is_missing_names_the_command_that_installs_it() -> None:
    code = (
        "import sys\n"
        "sys.modules['gcsfs'] = None\n"
        "from learnagent_memory.errors import MissingExtraError\n"
        "from learnagent_memory.share.object_store import ObjectStore\n"
        "try: ObjectStore('gs://bucket').listing()\n"
        "except MissingExtraError as error: sys.exit(str(error))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "pip install 'learnagent[gcs]'" in done.stderr


def test_no_store_library_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, learnagent_memory.share.address; sys.exit(' '.join({'fsspec', 's3fs', 'numpy'} & {*sys.modules}))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr == "\n"
