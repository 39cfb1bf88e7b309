"""`handler-around-failure` on handlers that a change puts around what failed in a run."""

from __future__ import annotations

import pytest

from linting import changed

RULE = "handler-around-failure"
BEFORE = """\
REGIONS = {"DE": "central"}


def summary(orders):
    for order in orders:
        yield REGIONS[order["country"]], order["cents"]
"""
HANDLED = """\
REGIONS = {{"DE": "central"}}


def summary(orders):
    for order in orders:
        try:
            yield REGIONS[order["country"]], order["cents"]
        except KeyError{}
"""
TRACE = """\
$ python -m reports.nightly
Traceback (most recent call last):
  File "/srv/app/reports/nightly.py", line 6, in summary
    yield REGIONS[order["country"]], order["cents"]
KeyError: 'XK'
"""


def count(before: str, after: str, failed: str, path: str = "reports/nightly.py", *, task: str = "") -> int:
    return len(changed({path: before}, {path: after}, rule=RULE, failures=(failed,) if failed else (), task=task))


def test_without_a_failure_nothing_is_said() -> None:
    assert count(BEFORE, HANDLED.format(":\n            continue"), "") == 0


@pytest.mark.parametrize(
    "body",
    [
        ":\n            raise",
        " as error:\n            raise UnknownCountry(order) from error",
        " as error:\n            errors.append(error)",
        ":\n            logger.exception('no region')\n            raise",
        ":\n            sys.exit('no region')",
    ],
)
def test_a_handler_that_raises_or_hands_on_is_fine(body: str) -> None:
    assert count(BEFORE, HANDLED.format(body), TRACE) == 0


def test_another_line_in_a_handler_is_fine() -> None:
    after = BEFORE.replace(
        "def summary", "try:\n    import rich\nexcept ImportError:\n    rich = None\n\n\ndef summary"
    )
    assert count(BEFORE, after, TRACE) == 0


def test_a_handler_that_stood_there_is_fine() -> None:
    old = HANDLED.format(":\n            continue")
    assert count(old, old.replace("continue", "pass"), TRACE.replace("line 6", "line 7")) == 0


def test_a_trace_of_another_file_of_that_name_is_fine() -> None:
    assert (
        count(BEFORE, HANDLED.format(":\n            continue"), TRACE.replace("/srv/app/reports/", "/usr/lib/cron/"))
        == 0
    )


def test_an_import_that_becomes_optional_is_fine() -> None:
    before, after = "import cairosvg\n", "try:\n    import cairosvg\nexcept ImportError:\n    cairosvg = None\n"
    failed = 'Traceback\n  File "/a/app.py", line 1, in <module>\n    import cairosvg\nModuleNotFoundError: No module\n'
    assert count(before, after, failed, "app.py") == 0


@pytest.mark.parametrize("task", ["Skip orders whose country has no region.", "Treat unknown countries as 'other'."])
def test_what_the_task_asks_to_live_with_is_fine(task: str) -> None:
    assert count(BEFORE, HANDLED.format(":\n            continue"), TRACE, task=task) == 0


@pytest.mark.parametrize("task", ["", "The nightly report crashes. Fix it.", "Do not skip any country."])
@pytest.mark.parametrize(
    "body",
    [
        ":\n            continue",
        ":\n            pass",
        ":\n            yield None, 0",
        ":\n            skipped += 1",
        " as error:\n            print(f'skipped: {error}')",
        ", ValueError:\n            return".replace(", ValueError", ""),
    ],
)
def test_a_handler_that_goes_on_is_named(body: str, task: str) -> None:
    assert count(BEFORE, HANDLED.format(body), TRACE, task=task) == 1


@pytest.mark.parametrize(
    "failed",
    [
        "reports/nightly.py:6: KeyError",
        "E   KeyError: 'XK'\n\nreports/nightly.py:6: KeyError\n",
        '  File "reports/nightly.py", line 6, in summary\nKeyError\n',
        'File "C:\\app\\reports\\nightly.py", line 6\n',
    ],
)
def test_other_ways_to_name_the_line(failed: str) -> None:
    assert count(BEFORE, HANDLED.format(":\n            continue"), failed) == 1


@pytest.mark.parametrize(
    ("path", "before", "after", "failed"),
    [
        (
            "feed.py",
            ("def key(entry):\n    return entry.published.astimezone(UTC)\n"),
            (
                "import contextlib\n"
                "\n"
                "\n"
                "def key(entry):\n"
                "    with contextlib.suppress(AttributeError):\n"
                "        return entry.published.astimezone(UTC)\n"
                "    return EPOCH\n"
            ),
            'File "/repo/feed.py", line 2, in key\n',
        ),
        (
            "lib/a.js",
            ("function load(text) {\n  return JSON.parse(text).items;\n}\n"),
            (
                "function load(text) {\n"
                "  try {\n"
                "    return JSON.parse(text).items;\n"
                "  } catch {\n"
                "    return [];\n"
                "  }\n"
                "}\n"
            ),
            ("SyntaxError: x\n    at load (/app/lib/a.js:2:15)\n"),
        ),
        (
            "lib/a.ts",
            ("export async function load(url: string) {\n  return await client.fetchItems(url);\n}\n"),
            ("export async function load(url: string) {\n  return await client.fetchItems(url).catch(() => []);\n}\n"),
            ("Error: x\n    at load (file:///app/lib/a.ts:2:25)\n"),
        ),
        (
            "src/main/java/com/acme/Rate.java",
            (
                "package com.acme;\n"
                "class Rate {\n"
                "  static double of(String text) {\n"
                "    return Double.parseDouble(text.trim());\n"
                "  }\n"
                "}\n"
            ),
            (
                "package com.acme;\n"
                "class Rate {\n"
                "  static double of(String text) {\n"
                "    try {\n"
                "      return Double.parseDouble(text.trim());\n"
                "    } catch (NumberFormatException e) {\n"
                "      return 1.0;\n"
                "    }\n"
                "  }\n"
                "}\n"
            ),
            ("java.lang.NumberFormatException: x\n\tat com.acme.Rate.of(Rate.java:4)\n"),
        ),
        (
            "src/main/kotlin/com/acme/Rate.kt",
            ("package com.acme\nfun rate(text: String): Double {\n    return parser.parseRate(text.trim())\n}\n"),
            (
                "package com.acme\n"
                "fun rate(text: String): Double {\n"
                "    try {\n"
                "        return parser.parseRate(text.trim())\n"
                "    } catch (e: NumberFormatException) {\n"
                "        return 1.0\n"
                "    }\n"
                "}\n"
            ),
            ("java.lang.NumberFormatException: x\n\tat com.acme.RateKt.rate(Rate.kt:3)\n"),
        ),
        (
            "src/Rate.cs",
            ("class Rate {\n  decimal Of(string text) {\n    return parser.ParseRate(text.Trim());\n  }\n}\n"),
            (
                "class Rate {\n"
                "  decimal Of(string text) {\n"
                "    try {\n"
                "      return parser.ParseRate(text.Trim());\n"
                "    } catch (FormatException) {\n"
                "      return 1;\n"
                "    }\n"
                "  }\n"
                "}\n"
            ),
            "   at Acme.Rate.Of(String text) in /src/Rate.cs:line 3\n",
        ),
        (
            "src/Rate.php",
            ("<?php\nfunction rate($text) {\n    return $this->parser->parseRate(trim($text));\n}\n"),
            (
                "<?php\n"
                "function rate($text) {\n"
                "    try {\n"
                "        return $this->parser->parseRate(trim($text));\n"
                "    } catch (ParseError $e) {\n"
                "        return 1;\n"
                "    }\n"
                "}\n"
            ),
            "PHP Fatal error:  Uncaught ParseError in /app/src/Rate.php:3\n",
        ),
        (
            "lib/rate.rb",
            ("def rate(text)\n  parser.parse_rate(text.strip)\nend\n"),
            ("def rate(text)\n  parser.parse_rate(text.strip)\nrescue ArgumentError\n  nil\nend\n"),
            "lib/rate.rb:2:in `rate': invalid value (ArgumentError)\n",
        ),
        (
            "src/rate.cpp",
            ("double rate(const std::string& text) {\n  return parser.parse_rate(text);\n}\n"),
            (
                "double rate(const std::string& text) {\n"
                "  try {\n"
                "    return parser.parse_rate(text);\n"
                "  } catch (const std::exception&) {\n"
                "    return 1.0;\n"
                "  }\n"
                "}\n"
            ),
            "#3 rate at /app/src/rate.cpp:2\n",
        ),
    ],
)
def test_every_language_with_handlers_is_read(path: str, before: str, after: str, failed: str) -> None:
    assert count(before, after, failed, path) == 1


def test_broken_code_is_read_as_far_as_it_goes() -> None:
    assert count(BEFORE, "def summary(orders:\n    try\n  except:", TRACE) == 0
