"""Which commands are known to change nothing. Counter-cases first: a wrong yes is what hurts."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from learnagent.permissions.allowlist import is_read_only, parse


@pytest.mark.parametrize(
    "command",
    [
        # not on the list, or not as written
        *("", " ", ";", "rm -rf .", "pytest", "python -c pass"),
        *("./ls", "/bin/ls", "sudo ls", "env ls", "time ls"),
        *("A=1 ls", "A=1", "=ls", "eval ls", "xargs rm", "sh -c ls"),
        *("exec ls", "command ls", "bash", "tee x", "awk 1"),
        *("sed -i s/a/b/ x", "sed s/a/b/e x", "cd ..", "{ls,-l}", "l? -l"),
        *("l*", "if true", "! ls", "[ -f x ]"),
        # the shell's own means
        *("ls > x", "ls >> x", "ls 2> x", "ls < x", "ls &"),
        *("ls & rm x", "ls |& cat", "ls && rm x", "ls || rm x"),
        *("ls; rm x", "ls | sh", "ls\nrm x", "ls\rrm x"),
        *("echo $(rm x)", "echo `rm x`", "echo ${x}", "echo $x"),
        *('echo "$(rm x)"', 'echo "$x"', 'echo "`rm x`"', "cat <(rm x)"),
        *("(ls)", "{ ls; }", "ls # x", "echo {a,b}"),
        *("ls 'x", 'ls "x', "ls \\", "ls;", ";ls", "ls ;; ls"),
        *("ls && ", "| ls", "echo ~root", "cat ~/x", "echo a=~/x"),
        *("test -v 'a[$(rm x)]'", "ls \x00", "ls \x1b", "ls\u2028rm"),
        *("$'ls'", "echo $'a'", "ls !$", "cat [ab]"),
        # harmless programs that write or start others
        *("rg --pre ./x y", "rg --pre=./x y", "rg -z x"),
        *("rg --hostname-bin=x y", "rg --search-zip x", "rg '--pr'\"e\" x y"),
        *("find . -delete", "find . -exec rm {} +", "find . -execdir rm x"),
        *("find . -ok rm x", "find . -fprint x"),
        *("find . -fls x", "find . '-de'lete", "find . -okdir x", "find . -fprintf x y", "find . \\-delete"),
        *("sort -o x y", "sort y -o x", "sort -ro x y"),
        *("sort --output=x y", "sort --outp x y", "sort -T . y"),
        *("sort --compress-program=./x y", "sort --comp ./x y", "sort --files0-from=x", "uniq a b"),
        *("uniq -c a b", "uniq ./a*", "tree -o x", "tree -R"),
        *("file -C -m x", "file --compile", "diff -l a b", "diff --pag a b"),
        # an option that a matching name could be
        *("cat *", "rg x *", "sort ?", "cat -*", "rg x -''*", "cat ''*"),
        # git
        *("git", "git push", "git commit -m x", "git checkout ."),
        *("git reset --hard", "git -c a=b status", "git stash"),
        *("git -C x status", "git --git-dir=x log", "git --exec-path=x log", "git config a b", "git add ."),
        *("git diff --output=x", "git diff --outpu x", "git log --output x"),
        *("git diff --ext-diff", "git log -Ox"),
        *("git show --textconv", "git log --show-signature", "git log --format=%GG"),
        *("git log -c", "git -p log"),
        *("git branch x", "git branch -d x", "git branch -D x", "git branch -m x", "git branch --list -d x"),
        *("git branch -f x y", "git branch -va x"),
        *("git branch --set-upstream-to=x", "git branch --edit-description"),
        *("git grep -O x", "git fetch", "git remote -v"),
        *("git tag x", "git --paginate log", "git worktree add x"),
    ],
)  # fmt: skip
def test_a_command_that_may_do_something_is_not_read_only(command: str) -> None:
    assert not is_read_only(command)


@pytest.mark.parametrize(
    "command",
    [
        *("ls", "ls -la src", "  ls  ", "pwd && ls"),
        *("cat a | head -5", "cat a; cat b", "cat a || true", "cat src/*.py"),
        *("rg -n 'def (x|y)' src | head -20", 'grep -rn "foo\\|bar" src/'),
        *("grep -c 'a;b && c | d' f", "rg -u x"),
        *("find . -name '*.py' -not -path './x/*'", "find . -name \\*.py | sort -u | wc -l"),
        *("head -n 5 ./a*/b",),
        *("sort -k2,2n x", "uniq -c x", "cut -d, -f1 x", "nl x", "which python", "test -f x", "basename a/b"),
        *("diff -u a b", "stat x", "file x", "tree -L 2"),
        *("echo 'hello; rm x'", "wc -l x", "tail -f x", "dirname x"),
        *("git status", "git status --short", "git diff"),
        *("git diff HEAD~1 -- src", "git log --oneline -5 main..x"),
        *("git show HEAD:README.md", "git ls-files", "git blame -L 1,5 x"),
        *("git rev-parse HEAD^", "git branch"),
        *("git branch --list 'x*'", "git branch -a -v"),
        *("git branch --show-current", "git --no-pager log | head"),
        *("git log --grep='a|b' --format=%h", "grep 'x$' y", 'grep "it\'s" y'),
        *("grep '' y", "git diff HEAD@\\{1\\}"),
    ],
)  # fmt: skip
def test_a_command_that_only_looks_is_read_only(command: str) -> None:
    assert is_read_only(command)


_PIECES = st.sampled_from(
    [
        *(
            "ls",
            "cat",
            "echo",
            "rg",
            "find",
            "git",
            "sort",
            "uniq",
            "diff",
            "log",
            "status",
            "a",
            "-o",
            "--pre",
            "x",
        ),
        *(
            " ",
            " ",
            " ",
            "|",
            "&&",
            "||",
            ";",
            "&",
            ">",
            "<",
            "`",
            "$(",
            ")",
            "$",
            "'",
            '"',
            "\\",
            "\n",
            "*",
            "?",
        ),
        *("{", "}", "~", "=", "#", "!", "-", "--", "/", ".", "é", "\t", "[", "]", "%", "^", "touch planted"),
    ]
)
_WORDS = _PIECES.filter(lambda piece: piece not in ("|", "&&", "||", ";", "*", "?"))
_COMMANDS = st.lists(_PIECES, max_size=12).map("".join)


@given(_COMMANDS, st.sampled_from(["$(", "`", ">", "\n", "\0", "\r"]), st.integers(0, 40))
def test_nothing_with_a_substitution_a_redirection_or_a_line_break_is_read_only(
    command: str, planted: str, at: int
) -> None:
    assert not is_read_only(command[:at] + planted + command[at:])


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    is_read_only(text)


_BASH = shutil.which("bash")
_PRINT_WORDS = 'f() { printf "%s\\0" "$@"; }; f '


@pytest.mark.skipif(_BASH is None, reason="compares with bash")
@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=8).map("".join))
@example('a\\ b\'c d\'"e\\f\\"g"')
@example("x '' \"\" y")
@example("a~b a:b HEAD^ 'x'~")
def test_the_words_are_those_that_bash_sees(text: str) -> None:
    segments = parse(f"echo {text}")
    if segments is None:
        return
    done = subprocess.run([_BASH or "", "-c", _PRINT_WORDS + text], capture_output=True, check=False, cwd="/")
    words = [os.fsdecode(word) for word in done.stdout.split(b"\0")[:-1]]
    assert [word.text for word in segments[0][1:]] == (words if len(segments[0]) > 1 else [])


@pytest.mark.skipif(_BASH is None, reason="runs bash")
@settings(max_examples=60, deadline=None)
@given(_COMMANDS.filter(lambda command: "/" not in command))  # `find /` takes its time
def test_what_is_called_read_only_changes_nothing(command: str) -> None:
    if not is_read_only(command):
        return
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "a").write_text("content\n")
        environ = {"PATH": os.environ["PATH"], "HOME": name}
        argv = [_BASH or "", "-c", command]
        subprocess.run(argv, cwd=name, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=environ)
        assert [child.name for child in Path(name).iterdir()] == ["a"]
        assert (Path(name) / "a").read_text() == "content\n"
