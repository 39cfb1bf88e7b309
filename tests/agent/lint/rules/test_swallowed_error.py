from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "swallowed-error"


@pytest.mark.parametrize(
    "handler",
    [
        "raise",
        "raise LoadError(path) from error",
        "logger.exception('failed')",
        "log.error('failed', exc_info=True)",
        "traceback.print_exc()",
        "errors.append(error)",
        "future.set_exception(error)",
        "self.error = error",
        "return Failure(error)",
        "return str(error)",
        "print(error); sys.exit(1)",
        "if error.errno != 2: raise",
        "assert is_expected(error)",
        "recover()",
        "LOG.error('failed', exc_info=error)",
        "logger.opt(exception=True).error('failed')",
        "logger.opt(exception=error).warning('failed')",
        "logger.warning('failed', extra={'trace': traceback.format_exc()})",
        "log_error(error)",
        "return None, error",
        "return {'error': str(error)}",
        "return {'error': 'failed'}, 500",
        "return Response(status=500)",
        "errors[path] = error",
        "self.failed = True",
        "failed += 1",
        "state.update(error=str(error))",
        "retry_queue.append(path)",
        "messages.error(request, 'failed')",
        "yield Failure(error)",
        "rows = fallback(path)",
        "conn.rollback(); raise",
        "os.abort()",
    ],
)
def test_a_handler_that_raises_reports_or_works_is_fine(handler: str) -> None:
    code = f"def load(path):\n    try:\n        return read(path)\n    except Exception as error:\n        {handler}\n"

    assert findings(code, rule=RULE) == []


def test_a_retry_that_raises_in_the_end_is_fine() -> None:
    code = """
        def fetch(url):
            for attempt in range(3):
                try:
                    return get(url)
                except Exception as error:
                    logger.warning("try %d failed: %s", attempt, error)
                    time.sleep(1)
            raise TimeoutError(url)
        """

    assert findings(code, rule=RULE) == []


def test_a_fall_through_to_a_raise_is_fine() -> None:
    code = """
        def read(obj, name):
            try:
                return obj.__dict__[name]
            except Exception:
                pass
            if name in DEFAULTS:
                return DEFAULTS[name]
            raise AttributeError(name)
        """

    assert findings(code, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "def __del__(self):\n    try:\n        self.free()\n    except Exception:\n        pass\n",
        "def close(self):\n    try:\n        self.socket.close()\n    except Exception:\n        pass\n",
        "try:\n    work()\nfinally:\n    try:\n        process.kill()\n    except Exception:\n        pass\n",
        (
            "def _end():\n    try:\n        flush(log)\n        save(state)\n    except Exception:\n        pass\n\n"
            "\natexit.register(_end)\n"
        ),
        "def __repr__(self):\n    try:\n        return show(self)\n    except Exception:\n        return '?'\n",
        (
            "def is_json(text):\n    try:\n        json.loads(text)\n    except Exception:\n        return False\n   "
            " return True\n"
        ),
        "try:\n    yaml = importlib.import_module('yaml')\nexcept Exception:\n    yaml = None\n",
        (
            "def main():\n    try:\n        run()\n    except Exception as error:\n        print(error)\n        "
            "return 1\n"
        ),
    ],
)
def test_clean_up_probes_and_the_status_of_a_program_are_fine(code: str) -> None:
    assert findings(code, rule=RULE) == []


def test_a_default_that_is_looked_at_before_it_is_used_is_fine() -> None:
    code = """
        def open_it(path):
            try:
                handle = connect(path)
            except Exception:
                handle = None
            if handle is None:
                raise ConnectError(path)
            return handle
        """

    assert findings(code, rule=RULE) == []


def test_an_optional_import_is_fine() -> None:
    assert findings("try:\n    import orjson\nexcept Exception:\n    orjson = None\n", rule=RULE) == []


def test_a_narrow_handler_is_fine() -> None:
    assert findings("try:\n    os.unlink(p)\nexcept FileNotFoundError:\n    pass\n", rule=RULE) == []


@pytest.mark.parametrize("caught", ["", " Exception", " BaseException", " (OSError, Exception)", " builtins.Exception"])
@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        "return None",
        "return default",
        "return {'rows': []}",
        "result = []",
        "print('failed')",
        "logger.error('failed')",
        "logging.getLogger(__name__).warning('failed')",
        "time.sleep(1)",
        "LOG.warning('failed')",
        "self._log(f'failed: {path}')",
        "logger.bind(path=path).warning('failed')",
        "structlog.get_logger().info('failed')",
        "return Score(0.0, 0.0)",
        "return np.full(len(path), np.nan)",
        "return {key: 0 for key in KEYS}",
        "return DEFAULTS.copy()",
        "return default_config()",
        "results.append(None)",
        "future.set_result(None)",
        "yield None",
        "conn.rollback()",
        "conn.rollback(); return False",
        "print('failed', file=sys.stderr)",
        "click.echo('failed')",
        "warnings.warn('failed')",
        "self.rows[path] = 0",
    ],
)
def test_a_broad_handler_that_does_nothing_of_use_is_found(caught: str, body: str) -> None:
    code = f"def load(path, default=None):\n    try:\n        return read(path)\n    except{caught}:\n        {body}\n"

    assert lines(code, rule=RULE) == [4]


@pytest.mark.parametrize(
    "body", ["_ = error", "del error", "message = str(error)", "print(error)", "logger.error('%s', error)"]
)
def test_an_error_that_is_only_named_is_found(body: str) -> None:
    code = f"def load(path):\n    try:\n        return read(path)\n    except Exception as error:\n        {body}\n"

    assert lines(code, rule=RULE) == [4]


def test_a_constant_of_the_file_that_holds_every_error_is_found() -> None:
    code = "ERRORS = (OSError, Exception)\ntry:\n    f()\nexcept ERRORS:\n    pass\n"

    assert lines(code, rule=RULE) == [4]


def test_many_narrow_types_around_nothing_are_told() -> None:
    code = "try:\n    f()\nexcept (OSError, ValueError, KeyError, TypeError):\n    pass\n"

    assert [(one.line, one.level) for one in findings(code, rule=RULE)] == [(3, "warn")]


def test_a_noqa_with_words_is_a_reason() -> None:
    code = "try:\n    f()\nexcept Exception:  # noqa: BLE001 the plugin may do anything\n    pass\n"

    assert findings(code, rule=RULE) == []


def test_a_noqa_without_words_is_none() -> None:
    assert lines("try:\n    f()\nexcept Exception:  # noqa: BLE001\n    pass\n", rule=RULE) == [3]


@pytest.mark.parametrize("path", ["src/a.js", "src/a.ts", "src/a.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "// ignore",
        "return null",
        "return { ...DEFAULTS }",
        "return Promise.resolve(null)",
        "console.error(error)",
        "console.log('failed', error.message)",
        "logger.error(`failed: ${error}`)",
        "logger.warn('failed', { message: error.message })",
        "if (error instanceof Error) console.log(error.message)",
        "items = []",
        "setItems([])",
        "setLoading(false)",
        "results.push(null)",
        "resolve(null)",
        "next()",
        "callback(null, [])",
        "void error",
        "const message = error.message",
        "await sleep(100)",
    ],
)
def test_a_catch_in_javascript_that_does_nothing_of_use_is_found(path: str, body: str) -> None:
    code = f"async function load(p) {{\n  try {{\n    return read(p)\n  }} catch (error) {{\n    {body}\n  }}\n}}\n"

    assert lines(code, path, rule=RULE) == [4]


@pytest.mark.parametrize(
    "body",
    [
        "throw error",
        "throw new LoadError('x', { cause: error })",
        "reject(error)",
        "next(error)",
        "logger.error('failed', error)",
        "logger.error({ err: error }, 'failed')",
        "console.error(error.stack)",
        "setError(error)",
        "setError('Could not load')",
        "dispatch(failed(error))",
        "res.status(500).json({ error: 'x' })",
        "return { ok: false, error }",
        "return fallback(p)",
        "lastError = error",
        "callback(error)",
        "callback('failed')",
        "process.exitCode = 1",
        "process.exit(1)",
    ],
)
def test_a_catch_in_javascript_that_reports_is_fine(body: str) -> None:
    code = f"function load(p) {{\n  try {{ return read(p) }} catch (error) {{ {body} }}\n}}\n"

    assert findings(code, "src/a.js", rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "let sharp\ntry { sharp = require('sharp') } catch { sharp = null }",
        "function tryStat(p) { try { return fs.statSync(p) } catch { return undefined } }",
        "function f(p) { try { return JSON.parse(p) } catch { return null } }",
        "function f(p) { try { p = decodeURI(p) } catch { /* malformed */ } return p }",
        "function isUrl(p) { try { new URL(p); return true } catch { return false } }",
        "function close() { try { socket.end(); server.close() } catch {} }",
    ],
)
def test_a_probe_in_javascript_is_fine(code: str) -> None:
    assert findings(code, "src/a.js", rule=RULE) == []
