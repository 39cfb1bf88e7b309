"""`swallowed-rejection`: a promise whose failure is taken and dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.exceptions.aftermath import is_judged_later
from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.exceptions.rejections import Rejection, rejections
from learnagent.lint.finding import Hit
from learnagent.lint.rule import HANDLE, LET_FAIL, SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, last_of
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern

_MESSAGES = {
    Reaction.SILENT: "the rejection is taken here and dropped",
    Reaction.DEFAULT: "every rejection becomes a default here, which the caller cannot tell from a result",
    Reaction.LOGS: "the rejection is only printed here, and the chain goes on as if nothing had happened",
}
_NO_OP = lazy_pattern(r"^(?:(?:_|lodash|\$|jQuery|angular)\.)?noop$|^Function\.prototype$")
_BOOLEAN = lazy_pattern(r"(?:\([^()]*\)|\w+)\s*=>\s*(?:true|false)")
_ASKS = lazy_pattern(r"(?:^|\.)(?:access|stat|lstat|realpath|readlink|exists|pathExists|resolve4|lookup)$")
_ENDS = lazy_pattern(
    r"^(?:rm|unlink|rmdir|rimraf|play|pause|requestFullscreen|exitFullscreen|unlock|return|removeListener)$"
)
_SCHEMA = lazy_pattern(r"^(?:z|zod|v|s|schema|yup)\.")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name `.catch(() => {})`, `.catch(() => null)`, `.catch(console.error)`, and the like in `then(f, g)`.

    Why it hurts: what waits for the promise goes on with a wrong or missing result, and nobody can find out why.

    Bad:
        const rates = await fetchRates().catch(() => ({}))

    Good:
        const rates = await fetchRates()

    It is fine when the handler throws, reports the error itself, hands it on (`next`, `reject`) or exits; for
    clean-up, for a question that is answered yes or no, and where a throw follows if nothing came.
    """
    for found in rejections(file):
        reacts = _reaction(file, found)
        if reacts is not Reaction.HANDLES and not _is_fine(file, found):
            yield Hit.at(found.taker, _MESSAGES[reacts])


def _reaction(file: SourceFile, found: Rejection) -> Reaction:
    if found.handler is not None:
        return reaction(file, found.handler)
    name = file.text(found.taker)
    if _NO_OP.match(name):
        return Reaction.SILENT
    is_print = found.taker.type == "member_expression" and DIALECTS[file.language].print_call.search(name)
    return Reaction.LOGS if is_print else Reaction.HANDLES


def _is_fine(file: SourceFile, found: Rejection) -> bool:
    asked = callee_of(file, found.receiver) if found.receiver.type == "call_expression" else ""
    if _SCHEMA.match(asked) or _ENDS.match(last_of(asked)) or _ASKS.search(asked):
        return True
    return _is_yes_or_no(file, found) or _is_awaited_elsewhere(file, found) or _is_looked_at(file, found)


def _is_yes_or_no(file: SourceFile, found: Rejection) -> bool:
    """Return whether the chain only asks whether something works: `.then(() => true, () => false)`."""
    if _BOOLEAN.fullmatch(file.text(found.taker)) is None:
        return False
    fulfilled = found.fulfilled
    if fulfilled is None and callee_of(file, found.receiver).endswith(".then"):
        arguments = file.arguments(found.receiver)
        fulfilled = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    return fulfilled is not None and _BOOLEAN.fullmatch(file.text(fulfilled)) is not None


def _is_awaited_elsewhere(file: SourceFile, found: Rejection) -> bool:
    """Return whether a promise that has a name only gets a handler so that it may be awaited later."""
    if found.receiver.type not in {"identifier", "member_expression"} or found.call.parent is None:
        return False
    if found.call.parent.type not in {"expression_statement", "unary_expression"}:
        return False
    function = function_around(file, found.call) or file.root
    later = file.content[found.call.end_byte : function.end_byte]
    return re.search(rb"(?<![\w$.])%s\b" % re.escape(file.text(found.receiver).encode()), later) is not None


def _is_looked_at(file: SourceFile, found: Rejection) -> bool:
    """Return whether a throw follows: always, or where the default came."""
    statement = found.statement
    if statement is None or statement.type == "return_statement":
        return False
    return is_judged_later(file, statement, set(re.findall(r"[\w$]+", file.text(statement).partition("=")[0])))


SWALLOWED_REJECTION = FileRule(
    name="swallowed-rejection",
    level="error",
    languages=SCRIPT,
    why="What waits for the promise goes on with a wrong or missing result, and nobody can find out why.",
    ways=(HANDLE, LET_FAIL),
    check=check,
)
