from __future__ import annotations

import pytest

from linting import findings

RULE = "unread-outcomes"


@pytest.mark.parametrize(
    "body",
    [
        "results = await asyncio.gather(*jobs)",
        "return await asyncio.gather(*jobs, return_exceptions=True)",
        "results = await asyncio.gather(*jobs, return_exceptions=True)\n    return results",
        "results = await asyncio.gather(*jobs, return_exceptions=True)\n    check(results)",
        "for r in await asyncio.gather(*jobs, return_exceptions=True):\n        if isinstance(r, Exception): raise r",
        (
            "results = await asyncio.gather(*jobs, return_exceptions=True)\n    bad = [r for r in results if "
            "isinstance(r, Exception)]"
        ),
        "a, b = await asyncio.gather(*jobs, return_exceptions=True)\n    use(a, b)",
        "for job in jobs: job.cancel()\n    await asyncio.gather(*jobs, return_exceptions=True)",
        (
            "try:\n        work()\n    finally:\n        await asyncio.gather(a.close(), b.close(), "
            "return_exceptions=True)"
        ),
        "await asyncio.gather(*jobs, return_exceptions=True)\n    for job in jobs: job.result()",
        "report(await asyncio.gather(*jobs, return_exceptions=True))",
    ],
)
def test_gathered_outcomes_that_are_read_are_fine(body: str) -> None:
    assert findings(f"async def f(jobs):\n    {body}\n", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "await asyncio.gather(*jobs, return_exceptions=True)",
        "await gather(a(), b(), return_exceptions=True)",
        "_ = await asyncio.gather(*jobs, return_exceptions=True)",
        "results = await asyncio.gather(*jobs, return_exceptions=True)\n    print('done')",
        "results = await asyncio.gather(*jobs, return_exceptions=True)\n    print(len(results))",
        "done = asyncio.gather(*jobs, return_exceptions=True)\n    await done",
        "await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), 5)",
        (
            "results = await asyncio.gather(*jobs, return_exceptions=True)\n"
            "    return [r for r in results if not isinstance(r, Exception)]"
        ),
        (
            "results = await asyncio.gather(*jobs, return_exceptions=True)\n"
            "    for r in results:\n        if isinstance(r, Exception):\n            continue\n        use(r)"
        ),
    ],
)
def test_gathered_outcomes_that_nobody_reads_are_found(body: str) -> None:
    assert len(findings(f"async def f(jobs):\n    {body}\n", rule=RULE)) == 1


def test_the_gathering_of_jobs_that_handle_their_own_errors_is_fine() -> None:
    code = """
        async def safely(job):
            try:
                await job()
            except Exception:
                logger.exception("failed")


        async def f(jobs):
            await asyncio.gather(*(safely(job) for job in jobs), return_exceptions=True)
        """

    assert findings(code, rule=RULE) == []


POOL = "def f(paths):\n    with ThreadPoolExecutor(4) as pool:\n        {}\n"


@pytest.mark.parametrize(
    "body",
    [
        "return [pool.submit(g, p) for p in paths]",
        "futures = [pool.submit(g, p) for p in paths]\n        for f in as_completed(futures):\n            f.result()",
        "futures = [pool.submit(g, p) for p in paths]\n        wait(futures)\n        for f in futures: f.exception()",
        "pool.submit(g, 1).add_done_callback(report)",
        "total = pool.submit(g, 1).result()",
        "futures = {pool.submit(g, p): p for p in paths}\n        return collect(futures)",
        "futures = [pool.submit(g, p) for p in paths]\n        for f in as_completed(futures):\n            check(f)",
        "for r in pool.map(g, paths): use(r)",
        "results = list(pool.map(g, paths))",
        "list(pool.map(g, paths))",
        "self.jobs.append(pool.submit(g, 1))\n        return [job.result() for job in self.jobs]",
        "form.submit(g)",
    ],
)
def test_futures_that_are_asked_are_fine(body: str) -> None:
    assert findings(POOL.format(body), rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "pool.submit(g, 1)",
        "for p in paths:\n            pool.submit(g, p)",
        "futures = [pool.submit(g, p) for p in paths]\n        wait(futures)",
        (
            "futures = [pool.submit(g, p) for p in paths]\n        for f in as_completed(futures):\n            "
            "bar.update()"
        ),
        (
            "futures = []\n        for p in paths:\n            futures.append(pool.submit(g, p))\n        "
            "concurrent.futures.wait(futures)"
        ),
        "wait([pool.submit(g, p) for p in paths])",
        "_ = [pool.submit(g, p) for p in paths]",
        "pool.map(g, paths)",
    ],
)
def test_futures_that_nobody_asks_are_found(body: str) -> None:
    assert len(findings(POOL.format(body), rule=RULE)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "return Promise.allSettled(jobs)",
        "const outcomes = await Promise.allSettled(jobs)\nreturn outcomes",
        "const outcomes = await Promise.allSettled(jobs)\nfor (const one of outcomes) check(one)",
        "const outcomes = await Promise.allSettled(jobs)\nconst bad = outcomes.filter((o) => o.status === 'rejected')",
        "Promise.allSettled(jobs).then((outcomes) => report(outcomes))",
        "Promise.allSettled(jobs).then(report)",
        "const [a, b] = await Promise.allSettled(jobs)\nuse(a, b)",
        "await Promise.allSettled(ids.map((id) => load(id).catch(report)))",
        "try { work() } finally { await Promise.allSettled([a.close(), b.close()]) }",
        "report(await Promise.allSettled(jobs))",
        "await Promise.all(jobs)",
    ],
)
def test_settled_outcomes_that_are_read_are_fine(body: str) -> None:
    assert findings(f"async function f(jobs) {{\n{body}\n}}\n", "src/a.ts", rule=RULE) == []


@pytest.mark.parametrize("path", ["src/a.js", "src/a.ts", "src/a.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "await Promise.allSettled(jobs)",
        "void Promise.allSettled(jobs)",
        "Promise.allSettled(jobs).then(() => done())",
        "await Promise.allSettled(jobs).then(function () { done() })",
        "const outcomes = await Promise.allSettled(jobs)\nconsole.log(outcomes.length)",
        "const outcomes = await Promise.allSettled(jobs)\nreturn jobs.length",
        "Promise.allSettled(jobs).finally(() => done())",
        (
            "const all = await Promise.allSettled(jobs)\nreturn all.filter((o) => o.status === 'fulfilled').map((o) "
            "=> o.value)"
        ),
        (
            "const all = await Promise.allSettled(jobs)\nreturn all.flatMap((o) => (o.status === 'fulfilled' ? "
            "[o.value] : []))"
        ),
    ],
)
def test_settled_outcomes_that_nobody_reads_are_found(path: str, body: str) -> None:
    assert len(findings(f"async function f(jobs) {{\n{body}\n}}\n", path, rule=RULE)) == 1
