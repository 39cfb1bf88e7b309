"""The rules: one file each, listed here."""

from learnagent.lint.rule import AnyRule
from learnagent.lint.rules.added_skip import ADDED_SKIP
from learnagent.lint.rules.added_suppression import ADDED_SUPPRESSION
from learnagent.lint.rules.added_wait import ADDED_WAIT
from learnagent.lint.rules.always_equal import ALWAYS_EQUAL
from learnagent.lint.rules.blanket_suppression import BLANKET_SUPPRESSION
from learnagent.lint.rules.blanket_warning_filter import BLANKET_WARNING_FILTER
from learnagent.lint.rules.broad_raises import BROAD_RAISES
from learnagent.lint.rules.broad_suppress import BROAD_SUPPRESS
from learnagent.lint.rules.changed_expectation import CHANGED_EXPECTATION
from learnagent.lint.rules.commented_out_code import COMMENTED_OUT_CODE
from learnagent.lint.rules.copied_expectation import COPIED_EXPECTATION
from learnagent.lint.rules.default_chain import DEFAULT_CHAIN
from learnagent.lint.rules.deleted_test import DELETED_TEST
from learnagent.lint.rules.discarded_error import DISCARDED_ERROR
from learnagent.lint.rules.discarded_result import DISCARDED_RESULT
from learnagent.lint.rules.discarded_stderr import DISCARDED_STDERR
from learnagent.lint.rules.edited_lint_settings import EDITED_LINT_SETTINGS
from learnagent.lint.rules.erased_type import ERASED_TYPE
from learnagent.lint.rules.exit_swallows import EXIT_SWALLOWS
from learnagent.lint.rules.fewer_assertions import FEWER_ASSERTIONS
from learnagent.lint.rules.focused_test import FOCUSED_TEST
from learnagent.lint.rules.forced_exit import FORCED_EXIT
from learnagent.lint.rules.handler_around_failure import HANDLER_AROUND_FAILURE
from learnagent.lint.rules.ignored_errors_argument import IGNORED_ERRORS_ARGUMENT
from learnagent.lint.rules.jump_out_of_finally import JUMP_OUT_OF_FINALLY
from learnagent.lint.rules.lookup_answers import LOOKUP_ANSWERS
from learnagent.lint.rules.loose_tolerance import LOOSE_TOLERANCE
from learnagent.lint.rules.loosened_check import LOOSENED_CHECK
from learnagent.lint.rules.loosened_gate import LOOSENED_GATE
from learnagent.lint.rules.masked_exit_status import MASKED_EXIT_STATUS
from learnagent.lint.rules.mocked_subject import MOCKED_SUBJECT
from learnagent.lint.rules.narrow_swallow import NARROW_SWALLOW
from learnagent.lint.rules.patched_report import PATCHED_REPORT
from learnagent.lint.rules.placeholder_value import PLACEHOLDER_VALUE
from learnagent.lint.rules.silenced_hook import SILENCED_HOOK
from learnagent.lint.rules.skipped_test import SKIPPED_TEST
from learnagent.lint.rules.sleep_in_test import SLEEP_IN_TEST
from learnagent.lint.rules.stub_body import STUB_BODY
from learnagent.lint.rules.swallowed_assertion import SWALLOWED_ASSERTION
from learnagent.lint.rules.swallowed_error import SWALLOWED_ERROR
from learnagent.lint.rules.swallowed_interrupt import SWALLOWED_INTERRUPT
from learnagent.lint.rules.swallowed_rejection import SWALLOWED_REJECTION
from learnagent.lint.rules.tautological_assertion import TAUTOLOGICAL_ASSERTION
from learnagent.lint.rules.test_detection import TEST_DETECTION
from learnagent.lint.rules.test_without_assertion import TEST_WITHOUT_ASSERTION
from learnagent.lint.rules.unbounded_retry import UNBOUNDED_RETRY
from learnagent.lint.rules.uncollected_test import UNCOLLECTED_TEST
from learnagent.lint.rules.unexplained_suppression import UNEXPLAINED_SUPPRESSION
from learnagent.lint.rules.unread_error import UNREAD_ERROR
from learnagent.lint.rules.unread_outcomes import UNREAD_OUTCOMES
from learnagent.lint.rules.unused_allow import UNUSED_ALLOW
from learnagent.lint.rules.weak_assertions import WEAK_ASSERTIONS
from learnagent.lint.rules.weaker_assertion import WEAKER_ASSERTION

RULES: tuple[AnyRule, ...] = (
    ADDED_SKIP,
    ADDED_SUPPRESSION,
    ADDED_WAIT,
    ALWAYS_EQUAL,
    BLANKET_SUPPRESSION,
    BLANKET_WARNING_FILTER,
    BROAD_RAISES,
    BROAD_SUPPRESS,
    CHANGED_EXPECTATION,
    COMMENTED_OUT_CODE,
    COPIED_EXPECTATION,
    DEFAULT_CHAIN,
    DELETED_TEST,
    DISCARDED_ERROR,
    DISCARDED_RESULT,
    DISCARDED_STDERR,
    EDITED_LINT_SETTINGS,
    ERASED_TYPE,
    EXIT_SWALLOWS,
    FEWER_ASSERTIONS,
    FOCUSED_TEST,
    FORCED_EXIT,
    HANDLER_AROUND_FAILURE,
    IGNORED_ERRORS_ARGUMENT,
    JUMP_OUT_OF_FINALLY,
    LOOKUP_ANSWERS,
    LOOSENED_CHECK,
    LOOSENED_GATE,
    LOOSE_TOLERANCE,
    MASKED_EXIT_STATUS,
    MOCKED_SUBJECT,
    NARROW_SWALLOW,
    PATCHED_REPORT,
    PLACEHOLDER_VALUE,
    SILENCED_HOOK,
    SKIPPED_TEST,
    SLEEP_IN_TEST,
    STUB_BODY,
    SWALLOWED_ASSERTION,
    SWALLOWED_ERROR,
    SWALLOWED_INTERRUPT,
    SWALLOWED_REJECTION,
    TAUTOLOGICAL_ASSERTION,
    TEST_DETECTION,
    TEST_WITHOUT_ASSERTION,
    UNBOUNDED_RETRY,
    UNCOLLECTED_TEST,
    UNEXPLAINED_SUPPRESSION,
    UNREAD_ERROR,
    UNREAD_OUTCOMES,
    UNUSED_ALLOW,
    WEAKER_ASSERTION,
    WEAK_ASSERTIONS,
)
