"""What `learnagent lint` does: finds out what to lint, has it linted, and shows what was found.

Nothing here or below loads pydantic, rich or litellm: a commit hook must answer in a fraction of a second.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from learnagent.lint.finding import Finding, Level
from learnagent.lint.report import Format, render
from learnagent.lint.running.baseline import Baseline, read_baseline, write_baseline
from learnagent.lint.running.files import Skipped, Target, git_root, list_files, shown_path, target_of
from learnagent.lint.running.reading import MAX_BYTES
from learnagent.lint.running.settings import LintSettings, load_settings
from learnagent.output import print_json, print_notice, print_text
from learnagent_memory.errors import UsageError

if TYPE_CHECKING:
    from learnagent.lint.rule import AnyRule
    from learnagent.lint.running.changes import LoadedChange

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    paths: tuple[str, ...]
    diff: str | None
    staged: bool
    patch: str | None
    form: Format
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    level: Level | None
    baseline: Path | None
    write_baseline: bool
    statistics: bool
    stdin_filename: str | None
    jobs: int | None
    use_cache: bool
    repo: Path

    @property
    def is_change(self) -> bool:
        """Whether a change is linted and not whole files."""
        return self.diff is not None or self.staged or self.patch is not None


@dataclass(slots=True)
class Found:
    """What linting brought to light."""

    findings: list[tuple[Target, Finding]]
    read: int
    skipped: Counter[Skipped]
    was_read: Callable[[str], bool] = field(default=lambda _: False)
    """Whether the file of that path was among those read."""


def run(asked: Asked) -> int:
    """Lint and print; return the exit code. Raises LearnAgentError where that could not be done."""
    _refuse_odd(asked)
    folder = _folder(asked.repo)
    root = Path(git_root(str(folder)) or folder)
    settings = load_settings(root)
    baseline = None if asked.is_change else asked.baseline and folder / asked.baseline
    if baseline is None and settings.baseline and not asked.is_change:
        baseline = root / settings.baseline
    found = _lint_change(asked, folder, root, settings) if asked.is_change else _lint_files(asked, folder, settings)
    found.findings = [one for one in found.findings if not settings.silences(one[1].rule, one[1].path)]
    if asked.write_baseline:
        return _write_baseline(baseline, found, is_whole=not asked.paths and folder == root)
    return _show(asked, folder, found, asked.level or settings.level or "warn", baseline)


def explain(name: str, *, as_json: bool) -> int:
    """Print the page of a rule. Raises UsageError for a name that no rule has."""
    from learnagent.lint.report.explanation import page_object, page_of

    if as_json:
        print_json(page_object(name))
    else:
        print_text(page_of(name))
    return 0


def _refuse_odd(asked: Asked) -> None:
    """Refuse what does not go together. Raises UsageError."""
    if sum((asked.diff is not None, asked.staged, asked.patch is not None)) > 1:
        raise UsageError("--diff, --staged and --patch do not go together", hint="give one of them")
    if STDIN in asked.paths and (len(asked.paths) > 1 or asked.is_change or asked.write_baseline):
        raise UsageError("- stands alone", hint="lint stdin by itself")
    if (STDIN in asked.paths) != (asked.stdin_filename is not None):
        raise UsageError("- and --stdin-filename go together", hint="lint - --stdin-filename src/app.py < src/app.py")
    if asked.is_change and (asked.baseline or asked.write_baseline):
        raise UsageError("a baseline is for whole files", hint="a change shows only what it brings: leave it out")
    if asked.statistics and asked.form not in ("text", "json"):
        raise UsageError(f"--statistics has no format {asked.form}", hint="use text or json")


def _folder(repo: Path) -> Path:
    try:
        folder = repo.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UsageError(f"{repo} does not exist", hint="give the path of a folder") from error
    if not folder.is_dir():
        raise UsageError(f"{repo} is not a folder", hint="give paths of files as arguments")
    return folder


def _lint_files(asked: Asked, folder: Path, settings: LintSettings) -> Found:
    from learnagent.lint.running.cache import Cache, cache_path
    from learnagent.lint.running.runner import lint_files
    from learnagent.lint.running.version import linter_version

    rules, names = _rules(asked, settings)
    version = linter_version(names)
    cache = Cache(cache_path(os.environ) if asked.use_cache else None, version)
    if asked.stdin_filename is not None:
        targets, skipped = [target_of(asked.stdin_filename, folder)], Counter[Skipped]()
        text = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        listing = list_files(asked.paths, folder=folder, exclude=settings.exclude)
        targets, skipped, text = listing.targets, listing.skipped, None
    outcome = lint_files(targets, rules=rules, cache=cache, version=version, jobs=asked.jobs, text=text)
    paths = {target.path for target in targets}
    return Found(
        findings=[(target, finding) for target, found in outcome.findings.items() for finding in found],
        read=outcome.read,
        skipped=skipped + outcome.skipped,
        was_read=paths.__contains__,
    )


def _lint_change(asked: Asked, folder: Path, root: Path, settings: LintSettings) -> Found:
    rules, _ = _rules(asked, settings)
    loaded = _load_change(asked, folder, root, settings)
    if not loaded.change.files:
        return Found([], 0, loaded.skipped)
    from learnagent.lint.running.change_runner import lint_in_child

    outcome = lint_in_child(loaded.change, rules())
    loaded.skipped[Skipped.UNREADABLE] += outcome.unreadable
    found = [(Target(str(root), finding.path), finding) for finding in outcome.findings]
    if asked.paths:
        wanted = [os.path.realpath(folder / path) for path in asked.paths]
        found = [one for one in found if any(f"{one[0].real}/".startswith(f"{path}/") for path in wanted)]
    return Found(found, len(loaded.change.files) - outcome.unreadable, loaded.skipped)


def _load_change(asked: Asked, folder: Path, root: Path, settings: LintSettings) -> LoadedChange:
    if asked.patch is not None:
        from learnagent.lint.running.patches import change_of_patch

        return change_of_patch(_patch(asked.patch, folder), root, settings.exclude)
    from learnagent.lint.running.changes import change_against, open_tree, staged_change

    git = open_tree(folder)
    if asked.diff is not None:
        return change_against(git, asked.diff, settings.exclude)
    index = os.environ.get("GIT_INDEX_FILE")  # git commit -a has an index of its own for its hooks
    return staged_change(git, settings.exclude, index_file=root / index if index else None)


def _patch(source: str, folder: Path) -> bytes:
    from learnagent.lint.running.patches import MAX_BYTES as MAX_PATCH_BYTES

    if source == STDIN:
        return sys.stdin.buffer.read(MAX_PATCH_BYTES + 1)
    try:
        return (folder / source).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"the patch {source} cannot be read", hint="give - to read it from stdin") from error


def _rules(asked: Asked, settings: LintSettings) -> tuple[Callable[[], Sequence[AnyRule]], Sequence[str]]:
    """Return what gives the rules, and their names; loading them takes long and waits where all are meant."""
    if asked.select or asked.ignore or settings.select or settings.ignore or settings.per_path_ignores:
        from learnagent.lint.running.selection import selected_rules

        chosen = selected_rules(asked.select, asked.ignore, settings)
        return (lambda: chosen), [rule.name for rule in chosen]
    return _all_rules, ["all"]


def _all_rules() -> Sequence[AnyRule]:
    from learnagent.lint.rules import RULES

    return RULES


def _write_baseline(path: Path | None, found: Found, *, is_whole: bool) -> int:
    if path is None:
        raise UsageError("--write-baseline needs a file", hint="--baseline FILE, or baseline in the settings")
    findings = [finding for _, finding in found.findings]
    kept = None
    if not is_whole and path.exists():
        kept = read_baseline(path).without(found.was_read)
    write_baseline(path, findings, kept)
    print_notice(f"{path}: {_count(len(findings), 'finding')} written{' beside what stood there' if kept else ''}")
    return 0


def _show(asked: Asked, folder: Path, found: Found, level: Level, baseline_path: Path | None) -> int:
    """Print the findings and, on stderr, a summary; return the exit code."""
    baseline = read_baseline(baseline_path) if baseline_path else Baseline(Counter())
    new = baseline.unknown(found.findings, lambda one: one[1])
    shown = [one for one in new if level == "warn" or one[1].level == "error"]
    findings = sorted(
        (finding.with_path(shown_path(target, folder)) for target, finding in shown),
        key=lambda one: (one.path, one.line, one.column, one.rule),
    )
    document = _document(findings, asked)
    if document:
        print_text(document)
    notes = [_summary(found, findings)]
    if hidden := len(new) - len(shown):
        notes.append(f"{hidden} of level warn not shown")
    if known := len(found.findings) - len(new):
        notes.append(f"{known} known by the baseline")
    if stale := baseline.stale((finding for _, finding in found.findings), found.was_read):
        notes.append(f"{_count(stale, 'entry')} of the baseline no longer needed (--write-baseline drops them)")
    print_notice("; ".join(notes))
    return 1 if findings else 0


def _document(findings: Sequence[Finding], asked: Asked) -> str:
    if asked.statistics:
        from learnagent.lint.report.statistics import statistics_json, statistics_text

        return statistics_json(findings) if asked.form == "json" else statistics_text(findings)
    return render(findings, asked.form)


def _summary(found: Found, findings: Sequence[Finding]) -> str:
    errors = sum(finding.level == "error" for finding in findings)
    by_level = f" ({_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')})" if findings else ""
    skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(found.skipped.items()) if count)
    left_out = f"; not read: {skipped}" if skipped else ""
    return f"{_count(found.read, 'file')} read, {_count(len(findings), 'finding')}{by_level}{left_out}"


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
