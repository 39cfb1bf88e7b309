"""What the parts of a handler are called in each language that catches exceptions: tables, and nothing that reads.

`reaction` weighs handlers by these tables. Go and Rust have errors as values and modules of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from learnagent.lint.exceptions.dialect.cpp import CPP
from learnagent.lint.exceptions.dialect.csharp import CSHARP
from learnagent.lint.exceptions.dialect.form import Dialect as Dialect
from learnagent.lint.exceptions.dialect.jvm import JAVA, KOTLIN
from learnagent.lint.exceptions.dialect.php import PHP
from learnagent.lint.exceptions.dialect.python import PYTHON
from learnagent.lint.exceptions.dialect.ruby import RUBY
from learnagent.lint.exceptions.dialect.script import SCRIPT

DIALECTS: Mapping[str, Dialect] = {
    "python": PYTHON,
    "javascript": SCRIPT,
    "typescript": SCRIPT,
    "tsx": SCRIPT,
    "java": JAVA,
    "kotlin": KOTLIN,
    "csharp": CSHARP,
    "php": PHP,
    "ruby": RUBY,
    "cpp": CPP,
}
"""By language."""
