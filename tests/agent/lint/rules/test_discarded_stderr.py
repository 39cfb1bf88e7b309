from __future__ import annotations

import pytest

from linting import findings

RULE = "discarded-stderr"


@pytest.mark.parametrize(
    "body",
    [
        "subprocess.run(cmd, stderr=subprocess.DEVNULL, check=True)",
        "subprocess.run(cmd, stderr=DEVNULL, check=strict)",
        "subprocess.check_call(cmd, stderr=subprocess.DEVNULL)",
        "subprocess.run(cmd)",
        "subprocess.run(cmd, stderr=subprocess.PIPE)",
        "subprocess.run(cmd, stdout=subprocess.DEVNULL)",
        "done = subprocess.run(cmd, stderr=subprocess.DEVNULL)\n    if done.returncode: raise Failed",
        "done = subprocess.run(cmd, stderr=subprocess.DEVNULL)\n    done.check_returncode()",
        "done = subprocess.run(cmd, stderr=subprocess.DEVNULL)\n    return done",
        "return subprocess.run(cmd, stderr=subprocess.DEVNULL)",
        "return subprocess.run(cmd, stderr=subprocess.DEVNULL).returncode == 0",
        "if subprocess.call(cmd, stderr=subprocess.DEVNULL) != 0: raise Failed",
        "status = subprocess.call(cmd, stderr=subprocess.DEVNULL)\n    return status",
        "p = subprocess.Popen(cmd, stderr=subprocess.DEVNULL)\n    if p.wait() != 0: raise Failed",
        "p = subprocess.Popen(cmd, stderr=subprocess.DEVNULL)\n    code = p.wait(timeout=3)",
        "self.p = subprocess.Popen(cmd, stderr=subprocess.DEVNULL)\n\n\ndef stop(self):\n    return self.p.poll()",
        "with Popen(cmd, stderr=DEVNULL) as p:\n        p.communicate()\n    return p.returncode",
        "p = await asyncio.create_subprocess_exec(*cmd, stderr=DEVNULL)\n    return await p.wait()",
        "watch(subprocess.Popen(cmd, stderr=subprocess.DEVNULL))",
        "assert subprocess.call(cmd, stderr=subprocess.DEVNULL) == 0",
    ],
)
def test_a_command_whose_status_counts_is_fine(body: str) -> None:
    assert findings(f"async def f(self, cmd):\n    {body}\n", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "subprocess.run(cmd, stderr=subprocess.DEVNULL)",
        "subprocess.run(cmd, stdout=subprocess.DEVNULL, stderr=DEVNULL, check=False)",
        "subprocess.call(cmd, stderr=subprocess.DEVNULL)",
        "out = subprocess.run(cmd, stdout=PIPE, stderr=DEVNULL).stdout",
        "done = subprocess.run(cmd, stdout=PIPE, stderr=DEVNULL)\n    return done.stdout",
        "p = subprocess.Popen(cmd, stdout=PIPE, stderr=DEVNULL)\n    out, _ = p.communicate()\n    return out",
        "p = subprocess.Popen(cmd, stderr=DEVNULL)\n    p.wait()",
        "subprocess.Popen(cmd, stderr=DEVNULL).wait()",
        "p = await asyncio.create_subprocess_shell(cmd, stderr=asyncio.subprocess.DEVNULL)\n    await p.wait()",
        "subprocess.run(cmd, stderr=open(os.devnull, 'w'))",
        "with Popen(cmd, stdout=PIPE, stderr=DEVNULL) as p:\n        return p.stdout.read()",
    ],
)
def test_a_command_of_which_nothing_counts_is_told(body: str) -> None:
    assert [one.level for one in findings(f"async def f(self, cmd):\n    {body}\n", rule=RULE)] == ["warn"]
