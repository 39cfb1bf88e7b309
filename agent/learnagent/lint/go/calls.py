"""Tells by their names what Go calls do about an error: print it, end the program, clean up, make an empty value.

Names are callees with the arguments inside them left out, as `go_functions.callee` gives them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.go.functions import callee, results, type_of
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_LEVELS = (
    r"(?:Print|Debug|Info|Notice|Warn|Warning|Error|Trace|Log|Output|Msg|Verbose|Err)(?:f|ln|w|S|Context|Ctx|Depth|Attrs|"
    r"fContext)?|Send|[dDiIwWeE]"
)
_LOG = lazy_pattern(
    rf"(?:^|\.)_?\w*(?:[lL]og|LOG|[lL]ogger|slog|zap|[sS]ugar|level|Lgr)\w*\.(?:\w+\.)*(?:{_LEVELS})$"
    rf"|^(?:[\w.]+\.)?(?:l|lg|log|logger|entry|ui|out|console|glog|klog|color)\.(?:{_LEVELS})$"
    r"|^(?:[\w.]+\.)?_?(?:log|debug|warn|warning|trace|info|verbose|print)(?:f|ln|[A-Z_]\w*)?$"
    r"|^fmt\.Print(?:f|ln)?$|^print(?:ln)?$|^(?:t|b|tb|f)\.Logf?$|^(?:cmd|c)\.Print(?:Err)?(?:f|ln)?$"
    r"|^level\.(?:Debug|Info|Warn|Error)\.Log$|^(?:[\w.]+\.)?[lL]og(?:f|ln)?$"
)
_TO_STREAM = lazy_pattern(r"^fmt\.Fprint(?:f|ln)?$|^io\.WriteString$")
_STREAM_NAME = lazy_pattern(
    r"(?i)(?:std(?:err|out)|errorstream|ErrOrStderr\(\)|OutOrStdout\(\)|OutOrStderr\(\)|errOut|errW\w*|logw?)$"
)
_STREAM_WRITE = lazy_pattern(r"^os\.Std(?:err|out)\.Write(?:String)?$")
_TRACE = lazy_pattern(
    r"\b\w*[sS]tack\b|\bdebug\.(?:Stack|PrintStack)|\bruntime\.Stack\b|\.Stack\(\)|\bzap\.Stack|\bStacktrace\b"
)
_ENDS = lazy_pattern(
    r"(?:^|\.)(?:Fatal|Panic|DPanic|Exit)(?:f|ln|w|Depth|Context)?$|^panic$|^runtime\.Goexit$|^syscall\.(?:Exit|Kill)$"
)
_NEUTRAL = lazy_pattern(
    r"^(?:time\.Sleep|[\w.]*(?:[mM]u\w*|[lL]ock\w*)\.R?Unlock|[\w.]*(?:wg|[wW]ait[gG]roup)\.Done|cancel|[\w.]*\.?cancel|"
    r"runtime\.Gosched|close|bar\.\w+|spinner\.\w+)$"
)
_DEFAULT = lazy_pattern(r"(?:^|\.)(?:\w*[dD]efault\w*|\w*[eE]mpty\w*|[zZ]ero\w*|Nop|None)$")
_CONVERSION = lazy_pattern(
    r"^(?:string|bool|u?int(?:8|16|32|64|ptr)?|float(?:32|64)|byte|rune|make|new|append|any|error|time\.(?:Duration|Unix|Now)|"
    r"big\.NewInt|decimal\.(?:NewFromInt|New)|json\.RawMessage|template\.HTML|uuid\.(?:UUID|New|NewString))$"
)
CLEANUP = lazy_pattern(
    r"(?:^|\.)(?:Close\w*|CloseNow|Remove|RemoveAll|Unlink|Kill|Release|Rollback|Unlock|Shutdown|Stop|GracefulStop|Cleanup|"
    r"Disconnect|Unsubscribe|Unregister|Destroy|Sync|Terminate|Teardown|Unmount|Cancel|Quit|Drain|Purge|Flush|"
    r"SetDeadline|SetReadDeadline|SetWriteDeadline)$"
)
"""Calls that let go of something: of an error there nothing better can be done than to tell it."""
CLEANUP_PLACE = lazy_pattern(
    r"(?i)^(?:close|shutdown|cleanup|clean_up|teardown|stop|disconnect|release|destroy|dispose|abort|rollback|kill|quit|"
    r"terminate|unlock|finish)\w*$"
)
PROBE = lazy_pattern(
    r"(?:^|\.)(?:LookPath|Stat|Lstat|Hostname|UserHomeDir|UserCacheDir|UserConfigDir|EvalSymlinks|GetSize|Rel|IsTerminal|"
    r"Getwinsize|LoadLocation|Exists|CanonicalPath|Atime|SplitHostPort|Upgrade|Bind(?:JSON|Query|Uri|XML|YAML|Header)?|MustBindWith)$"
)
"""Calls that ask: that they fail is an answer; and those of web frameworks that answer the client themselves."""
STREAM = lazy_pattern(
    r"\.(?:Accept\w*|Read\w*|Recv\w*|Receive\w*|Next\w*|Fetch\w*|Wait\w*|ReadMessage|NextReader|NextWriter|Token|Peek|"
    r"WriteMessage|WriteJSON|WriteControl|Write|Send|Ping)$"
)
"""Calls on a connection: their error is the end of it."""
PREDICATE = lazy_pattern(
    r"^_*(?:is|has|can|supports|looks|should|exists?|valid|contains|matches|same|eq(?:ual)?|check|verify|in|was|are|needs|allow|Is|Has"
    r"|Can|Supports|Looks|Should|Exists?|Valid|Contains|Matches|Same|Eq(?:ual)?|Check|Verify|In|Was|Are|Needs|Allow)(?:_|[A-Z]|$)"
    r"|(?:Exists?|Valid|Available|Reachable|Running|Alive|Healthy|Ready|Match(?:es)?|Equals?|Contains|Supported|Installed"
    r"|Enabled|Allowed|Expired|Empty)$"
)
"""Functions that answer yes or no."""
TEXT_METHODS = frozenset(
    {"String", "GoString", "Error", "Format", "LogValue", "MarshalLogObject", "Less", "Len", "Hash"}
)
"""Methods whose interface leaves no room for an error."""
_FAILURE_NAME = lazy_pattern(
    r"(?:^|\.)(?:\w*(?:[eE]rr|[fF]ail|Invalid|Unhealthy|Critical|Denied|Internal|BadRequest|Unavailable|NotFound|"
    r"Unauthorized|Forbidden|EXIT)\w*)$|^exit[A-Z]\w*$|^Status[A-Z]\w*$"
)
_ENTRY = lazy_pattern(r"(?i)^_*(?:main|run|cli|execute|command|cmd|do|real|handle)\w*$")


def prints(file: SourceFile, call: Node, called: str) -> bool:
    """Return whether a call only shows something to whoever looks, and keeps no trace."""
    if _TRACE.search(file.text(call)):
        return False
    if _TO_STREAM.match(called):
        arguments = call.child_by_field_name("arguments")
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        return first is not None and _STREAM_NAME.search(file.text(first)) is not None
    return _LOG.search(called) is not None or _STREAM_WRITE.match(called) is not None


def ends_program(file: SourceFile, call: Node, called: str) -> bool:
    """Return whether a call ends the program, the goroutine or the test as a failure."""
    if called.endswith("Exit") and _first_argument(file, call) in {"0", ""} and not called.startswith("runtime"):
        return False
    return _ENDS.search(called) is not None


def is_neutral(called: str) -> bool:
    """Return whether a call neither handles nor reports: waiting, unlocking, an exit that says all is well."""
    return _NEUTRAL.match(called) is not None or called in {"os.Exit", "syscall.Exit"}


def is_default_call(called: str, arguments: Node | None) -> bool:
    """Return whether a call makes an empty or a constant value."""
    if _CONVERSION.match(called):
        return True
    count = arguments.named_child_count if arguments is not None else 0
    return count == 0 and _DEFAULT.search(called) is not None


def says_failure(file: SourceFile, values: list[Node], function: Node) -> bool:
    """Return whether what is returned says that something failed: a failure's name, an exit status."""
    texts = [file.text(value) for value in values]
    if any(_FAILURE_NAME.search(text) for text in texts):
        return True
    kinds = [kind for _, kind in results(file, function)]
    is_status = kinds == ["int"] and texts[0].lstrip("-").isdigit() and texts[0] not in {"0", "-0"}
    return is_status and (_ENTRY.match(file.name(function)) is not None or texts[0] == "-1")


def writes_answer(file: SourceFile, call: Node) -> bool:
    """Return whether a call writes to the client of a web server: who has left cannot be told."""
    if re.search(
        r"\b(?:\w+\.)?(?:ResponseWriter|Writer)\.(?:Write|WriteString)$|\.Response\(?\)?\.Write", callee(file, call)
    ):
        return True
    for one in (call, *descendants(call)):
        if one.type == "identifier":
            name = file.text(one)
            if name in {"w", "rw", "writer", "res", "resp", "response"} and "ResponseWriter" in type_of(
                file, name, call
            ):
                return True
    return False


def _first_argument(file: SourceFile, call: Node) -> str:
    arguments = call.child_by_field_name("arguments")
    return file.text(arguments.named_children[0]) if arguments is not None and arguments.named_children else ""
