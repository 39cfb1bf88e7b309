from __future__ import annotations

from textwrap import dedent

import pytest

from linting import findings, lines

RULE = "mocked-subject"
PYTHON = "tests/test_tax.py"
SCRIPT = "src/tax.test.ts"


@pytest.mark.parametrize(
    "code",
    [
        """
        @patch("billing.tax.fetch_rate", return_value=0.19)
        def test_tax(fetch):
            assert tax.compute_tax(100) == 19.0
        """,
        """
        def test_calls_once(mocker):
            compute = mocker.patch("billing.tax.compute_tax", return_value=3)
            checkout.pay(cart)
            compute.assert_called_once_with(100)
        """,
        """
        def test_wraps():
            with patch.object(tax, "compute_tax", wraps=tax.compute_tax) as compute:
                assert tax.compute_tax(100) == 19
        """,
        """
        def test_injected():
            client = Mock()
            client.get.return_value = {"id": 7}
            assert Lookup(client).find(7) == {"id": 7}
        """,
        """
        def test_restored(monkeypatch):
            monkeypatch.setattr(tax, "compute_tax", lambda x: 3)
            assert checkout.pay(cart) == 3
            monkeypatch.undo()
            assert tax.compute_tax(100) == 19
        """,
        """
        def test_behind_the_block():
            with patch("billing.tax.compute_tax", return_value=3):
                assert checkout.pay(cart) == 3
            assert tax.compute_tax(100) == 19
        """,
        """
        def test_expected_from_the_stand_in():
            client = Mock()
            client.rate.return_value = 0.19
            assert compute(client) == 100 * client.rate()
        """,
        """
        def test_replaced_by_the_product():
            consumer.can_consume = Mock(return_value=True)
            start(consumer)
            assert consumer.can_consume() is False
        """,
        """
        def test_clock(monkeypatch):
            monkeypatch.setattr(time, "time", lambda: 3.0)
            assert stamp() == time.time()
        """,
    ],
)
def test_a_stand_in_beside_the_subject_is_fine(code: str) -> None:
    assert findings(code, PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        """
        @patch("billing.tax.compute_tax", return_value=19.0)
        def test_tax(_):
            assert tax.compute_tax(100) == 19.0
        """,
        """
        @mock.patch("billing.tax.compute_tax")
        def test_tax(compute):
            compute.return_value = 19.0
            result = tax.compute_tax(100)
            assert result == 19.0
        """,
        """
        def test_tax(mocker):
            mocker.patch.object(tax, "compute_tax", return_value=19.0)
            assert tax.compute_tax(100) == 19.0
        """,
        """
        def test_tax(monkeypatch):
            monkeypatch.setattr("billing.tax.compute_tax", lambda amount: 19.0)
            assert tax.compute_tax(100) == 19.0
        """,
        """
        def test_tax():
            with patch("billing.tax.compute_tax", return_value=19.0):
                result = tax.compute_tax(100)
            assert result == 19.0
        """,
        """
        async def test_rate(mocker):
            mocker.patch("billing.tax.fetch_rate", new=AsyncMock(return_value=0.19))
            rate = await tax.fetch_rate("DE")
            assert rate == 0.19
        """,
        """
        class TestCalculator(TestCase):
            def test_tax(self):
                calculator = Calculator()
                calculator.tax = MagicMock(return_value=19.0)
                self.assertEqual(calculator.tax(100), 19.0)
        """,
        """
        def test_tax():
            calculator = Mock(spec=Calculator)
            calculator.tax.return_value = 19.0
            assert calculator.tax(100) == 19.0
        """,
        """
        @patch.object(Calculator, "tax", return_value=19.0)
        def test_tax(_):
            calculator = Calculator()
            assert calculator.tax(100) == 19.0
        """,
    ],
)
def test_a_replaced_subject_is_found_in_python(code: str) -> None:
    last = len(dedent(code).rstrip().splitlines())

    assert lines(code, PYTHON, rule=RULE) == [last]


@pytest.mark.parametrize(
    "code",
    [
        """
        it('adds', () => {
          jest.spyOn(rates, 'current').mockReturnValue(0.19);
          expect(tax.compute(100)).toBe(19);
        });
        """,
        """
        it('counts', () => {
          const spy = jest.spyOn(tax, 'compute');
          checkout.pay();
          expect(spy).toHaveBeenCalledTimes(1);
        });
        """,
        """
        import { compute } from './tax';
        vi.mock('./rates', () => ({ rate: () => 0.19 }));
        it('adds', () => {
          expect(compute(100)).toBe(19);
        });
        """,
        """
        it('watches', () => {
          jest.spyOn(tax, 'compute');
          expect(tax.compute(100)).toBe(19);
        });
        """,
    ],
)
def test_a_stand_in_beside_the_subject_is_fine_in_typescript(code: str) -> None:
    assert findings(code, SCRIPT, rule=RULE) == []


@pytest.mark.parametrize("path", ["src/tax.test.js", "src/tax.test.ts", "src/tax.test.tsx"])
@pytest.mark.parametrize(
    "code",
    [
        """
        it('adds', () => {
          jest.spyOn(tax, 'compute').mockReturnValue(19);
          expect(tax.compute(100)).toBe(19); });
        """,
        """
        it('adds', async () => {
          vi.spyOn(service, 'load').mockResolvedValue({ id: 1 });
          const found = await service.load(1);
          expect(found).toEqual({ id: 1 }); });
        """,
        """
        it('adds', () => {
          service.total = jest.fn(() => 3);
          expect(service.total()).toBe(3); });
        """,
        """
        it('adds', () => {
          sinon.stub(tax, 'compute').returns(19);
          expect(tax.compute(100)).to.equal(19); });
        """,
        """
        import { compute } from './tax';
        jest.mock('./tax');
        it('adds', () => {
          compute.mockReturnValue(19);
          expect(compute(100)).toBe(19); });
        """,
        """
        import { compute } from './tax';
        vi.mock('./tax', () => ({ compute: vi.fn(() => 19) }));
        it('adds', () => {
          expect(compute(100)).toBe(19); });
        """,
    ],
)
def test_a_replaced_subject_is_found_in_javascript(path: str, code: str) -> None:
    last = len(dedent(code).rstrip().splitlines())

    assert lines(code, path, rule=RULE) == [last]


@pytest.mark.parametrize("path", [PYTHON, SCRIPT])
def test_broken_code_never_fails(path: str) -> None:
    code = "def test_a(: @patch('a.b'\n a.b( it('a', () => { jest.spyOn(a, 'b').mockReturnValue(1); expect(a.b("

    findings(code, path)


@pytest.mark.parametrize(
    "body",
    ["assert compute_tax(100) == 19.0", "result = compute_tax(100)\n    assert result == 19.0"],
)
def test_a_subject_that_is_imported_by_name_is_found_where_the_value_given_is_asserted(body: str) -> None:
    start = "from billing.tax import compute_tax\n\n@patch('billing.tax.compute_tax', return_value=19.0)\n"

    assert len(lines(f"{start}def test_tax(_):\n    {body}\n", PYTHON, rule=RULE)) == 1


def test_a_subject_that_is_imported_by_name_may_be_the_real_one() -> None:
    start = "from billing.tax import compute_tax\n\n@patch('billing.tax.compute_tax', return_value=19.0)\n"

    assert findings(f"{start}def test_tax(_):\n    assert compute_tax(100) == 7\n", PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (PYTHON, "def test_tax():\n    compute = Mock(return_value=19.0)\n    assert compute(100) == 19.0\n"),
        (
            SCRIPT,
            "it('adds', () => {\n  const f = jest.fn().mockReturnValue(19);\n  expect(f(100)).toBe(19);\n});\n",
        ),
    ],
)
def test_a_mock_that_is_asked_itself_is_found(path: str, code: str) -> None:
    assert lines(code, path, rule=RULE) == [3]
