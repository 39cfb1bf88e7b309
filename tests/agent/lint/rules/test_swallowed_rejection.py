from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "swallowed-rejection"
PATHS = ["src/a.js", "src/a.ts", "src/a.tsx"]


@pytest.mark.parametrize(
    "code",
    [
        "load().catch((e) => { throw new LoadError(e) })",
        "load().catch(next)",
        "load().catch(reject)",
        "load().catch((e) => logger.error('failed', e))",
        "load().catch((e) => { console.error(e); process.exit(1) })",
        "load().catch((e) => { if (e.code !== 'ENOENT') throw e })",
        "load().catch((e) => errors.push(e))",
        "load().catch((e) => ({ ok: false, error: e }))",
        "load().catch((e) => setError(e.message))",
        "load().catch((e) => { Sentry.captureException(e); return null })",
        "load().catch(() => retry())",
        "load().then(use, callback)",
        "load().then(use)",
        "const ok = await ping().then(() => true, () => false)",
        "const ok = await ping().then(() => true).catch(() => false)",
        "const found = await fs.stat(path).catch(() => null)",
        "const row = await find(id).catch(() => null)\nif (!row) throw new Missing(id)",
        "const schema = z.string().catch(() => '')",
        "const p = load()\np.catch(() => {})\nawait p",
        "await reader.cancel().catch(() => {})",
        "try { work() } finally { await connection.end().catch(() => {}) }",
        "video.play().catch(() => {})",
        "p.catch(TypeError, () => null)",
        "const body = await response.json().catch(() => null)\nthrow new HttpError(response.status, body)",
    ],
)
def test_a_rejection_that_is_reported_or_expected_is_fine(code: str) -> None:
    assert findings(f"async function f() {{\n{code}\n}}\n", "src/a.js", rule=RULE) == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "taker",
    [
        "() => {}",
        "() => null",
        "() => []",
        "() => ({})",
        "() => undefined",
        "() => void 0",
        "() => false",
        "() => ''",
        "(e) => { return DEFAULTS }",
        "_ => {}",
        "async () => {}",
        "function () {}",
        "function onError(e) { return [] }",
        "console.error",
        "console.log",
        "logger.error",
        "noop",
        "_.noop",
        "(e) => console.error(e)",
        "(e) => { console.warn('failed', e) }",
        "(e) => { logger.warn(`failed: ${e.message}`) }",
        "(e) => { setRows([]) }",
        "(e) => { console.error(e); return null }",
        "() => { /* ignore */ }",
    ],
)
def test_a_rejection_that_is_dropped_is_found(path: str, taker: str) -> None:
    assert lines(f"load()\n  .then(use)\n  .catch({taker})\n", path, rule=RULE) == [3]


@pytest.mark.parametrize(
    "code",
    [
        "load().then(use, () => {})",
        "load().then((x) => x, console.error)",
        "const handle = () => null\nload().catch(handle)",
        "function swallow(e) { console.log(e) }\nload().catch(swallow)",
        "const all = await Promise.all(ids.map((id) => load(id).catch(() => null)))",
        "main().catch(console.error)",
        "void load().catch(() => {})",
        "export const f = () => load().catch(() => [])",
        "load().catch(() => {}).finally(done)",
        "const x = (await load().catch(() => null)) ?? {}",
    ],
)
def test_other_ways_to_drop_it_are_found(code: str) -> None:
    assert len(findings(code, "src/a.js", rule=RULE)) == 1
