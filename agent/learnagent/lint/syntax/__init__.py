"""Small readings of code that many rules share: calls, functions, comments, words, patterns."""
