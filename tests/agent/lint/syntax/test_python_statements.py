from learnagent.lint.source_file import SourceFile, parse_file
from learnagent.lint.syntax.python_statements import watched_nodes
from learnagent.lint.watched import WATCHED
from learnagent_memory import source

_EVERY_STATEMENT = '''\
# at the top
@decorated(lambda: 1)  # a decorator
class Wide(Base):
    """It's "#" no comment."""

    async def run(self, rows=[]):  # "not a string"
        async with self.lock, open("#") as file:
            async for row in rows:
                if row: raise ValueError  # in one line
                elif (
                    # between brackets
                    row and [one for one in row if one]
                ):
                    assert row, "# no"
                else:
                    while True:
                        if row:
                            break
                    else:
                        assert row
        try:
            pass
        except* OSError:
            raise
        try: pass
        except (A, B) as error: assert 0
        else:
            if error: pass
        finally:
            with error: raise

match command:
    case [Point(x=0)] if command:
        def inner(): return f"{'#'}"  # last
    case _:
        class Small: x = 1; assert x
'''


Ids = dict[str, list[int]]


def _by_walk_and_by_query(file: SourceFile) -> tuple[Ids, Ids]:
    types = WATCHED["python"]
    walked = watched_nodes(file.root, file.content, types)
    asked = source.captures(file.root, "python", types)
    return {kind: [one.id for one in walked[kind]] for kind in types}, {
        kind: [one.id for one in asked[kind]] for kind in types
    }


def test_a_walk_of_the_statements_finds_what_a_query_of_all_nodes_finds() -> None:
    file = parse_file("wide.py", _EVERY_STATEMENT.encode())
    assert file is not None
    assert not file.root.has_error
    walked, asked = _by_walk_and_by_query(file)
    assert walked == asked
    assert all(asked.values()), "every watched type must stand in the sample"


def test_broken_code_is_asked_by_a_query_since_its_statements_stand_below_errors() -> None:
    file = parse_file("broken.py", b"x = (\ndef f(:\n    assert 1\n    # here\n")
    assert file is not None
    assert file.root.has_error
    _, asked = _by_walk_and_by_query(file)
    assert [node.id for node in file.nodes("comment")] == asked["comment"]


def test_a_file_of_nothing_but_white_space_has_no_nodes() -> None:
    file = parse_file("empty.py", b"\n\n")
    assert file is None or file.nodes("comment") == []
