"""`discarded-error`: the error that a Go call returns is thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.go.calls import CLEANUP, writes_answer
from learnagent.lint.go.errors import is_error_name
from learnagent.lint.go.excuses import is_in_cleanup
from learnagent.lint.go.fallible import error_place, sounds_fallible
from learnagent.lint.go.flow import targets
from learnagent.lint.go.functions import callee, function_of, plain_type, type_of
from learnagent.lint.rule import FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERALS = frozenset({"interpreted_string_literal", "raw_string_literal", "int_literal", "nil", "float_literal"})
_PRINTS = lazy_pattern(r"^fmt\.F?print|^(?:[\w.]+\.)?[lL]og(?:ger)?\.Sync$", re.IGNORECASE)
_ASKS = frozenset({"os.Hostname", "exec.LookPath", "filepath.Glob", "godotenv.Load", "fs.Glob", "os.Executable"})
"""An empty answer says as much as their error."""
_PURE = lazy_pattern(
    r"^(?:append|len|cap|min|max|make|new|copy|recover|string|byte|rune|error|any|bool|u?int\d*|float\d+|complex\d+|uintptr)$"
    r"|(?:^|\.)(?:Sprint\w*|Errorf|New\w*|With[A-Z]\w*|Get[A-Z]\w*|String|Value|Len|Name|Type|Kind|Now|Is[A-Z]\w*|Has[A-Z]\w*|"
    r"Must\w*|As|Default\w*|Join|Replace|Sizeof|Offsetof|TypeOf|ValueOf|NumGoroutine|Background|TODO|BindPFlag\w*|BindEnv|"
    r"MarkFlag\w*|MarkHidden|AddToScheme|MarkDeprecated|RegisterFlagCompletionFunc|Load|Store|Swap|Pop\w*|Drain\w*|SetAnnotation|Setenv|Unsetenv|Set(?:Read|Write)?Deadline|"
    r"Count|Size|Add|Set|Put|Push|Pop|Insert|Reset|Width|Height|Done|Err|ID|Field|Elem|Index|Interface)$"
)
"""Calls that return no error, or one that only a programming mistake can cause."""
_SAYS_ERROR = lazy_pattern(r"(?<!\w)err(?!\w)|\w*[eE]rr(?:or)?\b|^errors\.New|^fmt\.Errorf")
_WRITES = lazy_pattern(r"(?:^|\.)Write(?:String|Byte|Rune)?$")
_SINKS = lazy_pattern(r"^io\.Copy\w*$")
_FINISHING = lazy_pattern(r"^(?:os\.File|(?:gzip|zlib|zip|tar|multipart|bufio|yaml)\.\w+)")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name Go calls whose error is thrown away: `_ = f()`, `v, _ := f()`, or a call that nobody asks.

    Why it hurts: the code goes on with a zero value, or as if the work were done, and no one learns that it was not.

    Bad:
        data, _ := os.ReadFile(path)
        json.Unmarshal(data, &config)

    Good:
        data, err := os.ReadFile(path)
        if err != nil {
            return fmt.Errorf("read config: %w", err)
        }

    It is fine for a deferred `Close`, for cleaning up after another error, for printing, for writes to memory
    (`bytes.Buffer`, `strings.Builder`, hashes) and to the client of a web server, for arguments that are
    literals, and for what is no error: the flag of `v, ok`.
    """
    for node in file.nodes("short_var_declaration", "assignment_statement", "var_spec"):
        yield from _assigned(file, node)
    for node in file.nodes("expression_statement"):
        call = node.named_children[0] if node.named_children else None
        if call is not None and call.type == "call_expression" and _drops_all(file, call):
            yield Hit.at(call, f"the error that `{callee(file, call)}` returns is ignored here")


def _assigned(file: SourceFile, node: Node) -> Iterator[Hit]:
    written = targets(node)
    if not written or file.text(written[-1]) != "_" or (node.type == "var_spec" and len(written) == 1):
        return  # `var _ Interface = T(nil)` asks the compiler, and calls nothing
    values = _values(node)
    if len(values) != 1:
        return
    value = values[0]
    if value.type == "identifier" and len(written) == 1 and is_error_name(file.text(value)):
        yield Hit.at(node, f"`{file.text(value)}` is assigned to nothing here")
    elif value.type == "call_expression" and _drops(file, value, len(written), file.text(written[0]) == "_"):
        yield Hit.at(node, f"the error that `{callee(file, value)}` returns is thrown away here")


def _values(node: Node) -> list[Node]:
    value = node.child_by_field_name("right") or node.child_by_field_name("value")
    if value is None:
        return []
    return value.named_children if value.type == "expression_list" else [value]


def _drops(file: SourceFile, call: Node, count: int, keeps_nothing: bool) -> bool:
    """Return whether the last of the values of a call, which goes to `_`, is an error that matters."""
    called = callee(file, call)
    if not called or _PRINTS.search(called) or called in _ASKS or _is_excused(file, call, called):
        return False
    place = error_place(file, call)
    if place is not None:
        return place == count
    if _PURE.search(called):
        return False
    if keeps_nothing and count == 1:
        return not _WRITES.search(called) and called.isascii()
    return sounds_fallible(file, call) and not (keeps_nothing and _WRITES.search(called))


def _drops_all(file: SourceFile, call: Node) -> bool:
    """Return whether a call that stands alone surely returns an error that matters."""
    called = callee(file, call)
    if not called or _PRINTS.search(called) or called in _ASKS:
        return False
    place = error_place(file, call)
    return bool(place) and not _is_excused(file, call, called)


def _is_excused(file: SourceFile, call: Node, called: str) -> bool:
    if called.endswith(".Write") and not _FINISHING.match(plain_type(type_of(file, called.partition(".")[0], call))):
        return True  # what has the method of a stream may be a hash or a buffer
    if CLEANUP.search(called):
        return is_in_cleanup(file, call) or not _finishes_writing(file, call, called)
    arguments = call.child_by_field_name("arguments")
    given = arguments.named_children if arguments is not None else []
    if _is_settled(file, call, called, given):
        return True
    if called.startswith("regexp.") and given and given[0].type in _LITERALS:
        return True
    if given and all(one.type in _LITERALS or file.text(one).startswith(("time.", "http.Method")) for one in given):
        return _is_parsing(called)
    if _SINKS.match(called) and given and re.search(r"(?:io|ioutil)\.Discard|os\.Std(?:out|err)", file.text(given[0])):
        return True
    return writes_answer(file, call)


def _is_settled(file: SourceFile, call: Node, called: str, given: list[Node]) -> bool:
    """Return whether the error is known already, or cannot be: handed over, a form that drops it by its name."""
    if any(_SAYS_ERROR.search(file.text(one)) for one in given) or _is_for_message(file, call, called):
        return True
    function = function_of(file, call)
    if function is None:
        return False
    name = file.name(function)
    if name and called.rpartition(".")[2] in {
        f"{name}E",
        f"Try{name}",
        name.removeprefix("Must") if "Must" in name else "",
    }:
        return True
    first = given[0] if given else None
    if first is None or not called.startswith("strconv."):
        return False
    if first.type == "index_expression":
        return "Submatch" in file.text(function)
    return called == "strconv.ParseBool" and "env" in file.text(first).lower()


def _is_for_message(file: SourceFile, call: Node, called: str) -> bool:
    """Return whether what could be read only goes into the words of another error."""
    listed = file.enclosing(call, "statement_list", "block")
    last = listed.named_children[-1] if listed is not None and listed.named_children else None
    is_reading = called.endswith(("ReadAll", "DumpResponse"))
    return is_reading and last is not None and last.type == "return_statement" and "Err" in file.text(last)


def _is_parsing(called: str) -> bool:
    """Return whether a call only reads its arguments: of literals the writer knows the outcome."""
    return (
        re.search(r"Parse|Atoi|Compile|NewRequest|Decode|Unquote|Match|Unescape|FromString|New[A-Z]", called)
        is not None
    )


def _finishes_writing(file: SourceFile, call: Node, called: str) -> bool:
    """Return whether letting go of something is what writes it: then its error is that of the work."""
    owner, _, name = called.rpartition(".")
    if called in {"os.Remove", "os.RemoveAll"}:
        return True
    if not error_place(file, call) or name in {"Rollback", "Kill", "Shutdown", "Release"}:
        return False
    function = file.enclosing(call, "function_declaration", "method_declaration")
    before = file.content[function.start_byte if function is not None else 0 : call.start_byte].decode(
        "utf-8", "replace"
    )
    made = re.findall(rf"(?<![\w.]){re.escape(owner)}(?:\s*,\s*\w+)*\s*:?=\s*([\w.]+)", before)
    return bool(made) and made[-1] not in {"os.Open", "zip.OpenReader", "net.Dial", "net.Listen", "sql.Open"}


DISCARDED_ERROR = FileRule(
    name="discarded-error",
    level="error",
    languages=frozenset({"go"}),
    why="The code goes on with a zero value, or as if the work were done, and no one learns that it was not.",
    ways=(
        "return the error, wrapped in what was being done",
        "handle it where it happens",
        "where the call cannot fail, use the form that says so (`Must…`) or check and panic",
    ),
    check=check,
    where="product",
)
