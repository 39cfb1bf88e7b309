from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "patched-report"


@pytest.mark.parametrize(
    "code",
    [
        "def pytest_runtest_makereport(item, call):\n    outcome = yield\n    item.report = outcome.get_result()\n",
        "def pytest_sessionfinish(session, status):\n    if status == 5:\n        session.exitstatus = 0\n",
        'def pytest_collection_modifyitems(config, items):\n    if config.getoption("-n"):\n        items[:] = []\n',
        "def pytest_collection_modifyitems(items):\n    items[:] = sorted(items, key=cost)\n",
        "def pytest_collection_modifyitems(items):\n    for i in items:\n        if i.slow: i.add_marker(skip)\n",
        'collect_ignore = ["setup.py"]\n',
        'collect_ignore_glob = ["docs/*"]\n',
        'if sys.version_info < (3, 12):\n    collect_ignore = ["test_new.py"]\n',
        "TestCase.assertItemsEqual = TestCase.assertCountEqual\n",
        "class R(TextTestResult):\n    def addFailure(self, test, error):\n        super().addFailure(test, error)\n",
        "def pytest_runtest_protocol(item, nextitem):\n    run(item)\n    return True\n",
        'report.outcome = "skipped"\n',
    ],
)
def test_reading_sorting_and_choosing_by_an_option_are_fine(code: str) -> None:
    assert findings(code, "tests/conftest.py", rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "class R { onRunComplete(_, results) { console.log(results.numFailedTests); } }\n",
        "expect.extend({ toBeEven(n) { return { pass: n % 2 === 0 }; } });\n",
        "user.status = 'passed';\n",
    ],
)
def test_a_reporter_that_only_tells_is_fine(code: str) -> None:
    assert findings(code, "test/reporter.js", rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        '\nreport.outcome = "passed"\n',
        "\ncall.excinfo = None\n",
        "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n",
        "def pytest_sessionfinish(session):\n    session.exitstatus = pytest.ExitCode.OK\n",
        "def pytest_collection_modifyitems(items):\n    items.clear()\n",
        "def pytest_collection_modifyitems(items):\n    items[:] = []\n",
        "def pytest_collection_modifyitems(items):\n    del items[10:]\n",
        'def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if "api" not in i.nodeid]\n',
        "def pytest_collection_modifyitems(items):\n    for i in items:\n        i.add_marker(pytest.mark.skip)\n",
        '\ncollect_ignore = ["test_routes.py"]\n',
        '\ncollect_ignore_glob = ["*"]\n',
        "\ndef pytest_pyfunc_call(pyfuncitem):\n    return True\n",
        '\ndef pytest_runtest_setup(item):\n    pytest.skip("off")\n',
        "\nunittest.TestCase.assertEqual = compare\n",
        '\nsetattr(TestCase, "assertTrue", lambda *a: None)\n',
        "class R(TestResult):\n    def addFailure(self, test, error):\n        self.addSuccess(test)\n",
        "class R(TestResult):\n    def wasSuccessful(self):\n        return True\n",
        "def pytest_report_teststatus(report):\n    return 'passed', '.', 'PASSED'\n",
    ],
)
def test_a_changed_outcome_in_python_is_a_finding(code: str) -> None:
    assert lines(code, "tests/conftest.py", rule=RULE) == [2]


@pytest.mark.parametrize(
    "code",
    [
        "class R { onRunComplete(_, results) {\n results.numFailedTests = 0; } }\n",
        "class R { onRunComplete(_, results) {\n results.success = true; } }\n",
        "class R { onTestResult(_, result) {\n result.testResults[0].status = 'passed'; } }\n",
        "const { Runner } = require('mocha');\nRunner.prototype.fail = function () {};\n",
        "const assert = require('assert');\nassert.strictEqual = () => {};\n",
        "\nglobal.expect = () => {};\n",
        "\nexpect.extend({ toBe() { return { pass: true, message: () => '' }; } });\n",
    ],
)
def test_a_changed_outcome_in_javascript_is_a_finding(code: str) -> None:
    assert lines(code, "test/reporter.js", rule=RULE) == [2]


@pytest.mark.parametrize("path", ["tests/conftest.py", "test/reporter.js"])
def test_broken_code_is_no_crash(path: str) -> None:
    code = 'def pytest_collection_modifyitems( items[:] = [ expect.extend({ toBe( report.outcome = "passed\n'

    assert findings(code, path, rule=RULE) is not None
