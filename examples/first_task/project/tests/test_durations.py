import unittest

from durations import DurationError, parse, render


class ParseTest(unittest.TestCase):
    def test_units_add_up(self):
        self.assertEqual(parse("1h30m"), 5400)

    def test_an_unknown_unit_is_refused(self):
        with self.assertRaises(DurationError):
            parse("3w")

    def test_text_that_is_no_duration_is_refused(self):
        for text in ("", "soon", "5", "1h soon", "1h-30m"):
            with self.subTest(text=text), self.assertRaises(DurationError):
                parse(text)


class RenderTest(unittest.TestCase):
    def test_the_shortest_form_is_chosen(self):
        self.assertEqual(render(5400), "1h30m")
        self.assertEqual(render(0), "0s")


if __name__ == "__main__":
    unittest.main()
