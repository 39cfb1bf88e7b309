"""The tools a model may call: one file each, listed here."""

from learnagent.tools.bash import BASH
from learnagent.tools.edit import EDIT
from learnagent.tools.finish import FINISH
from learnagent.tools.note import NOTE
from learnagent.tools.outline import OUTLINE
from learnagent.tools.read import READ
from learnagent.tools.recall import RECALL
from learnagent.tools.search import SEARCH
from learnagent.tools.tool import Tool
from learnagent.tools.write import WRITE

TOOLS: tuple[Tool, ...] = (BASH, READ, EDIT, WRITE, SEARCH, OUTLINE, RECALL, NOTE, FINISH)
