"""Fakes for tests of agents: a scripted model in process, and a scripted model server that checks requests.

Public: learnagent's own tests use it, and so may others'. Nothing here needs a network or a key.
"""

from learnagent.testing.request import ReceivedRequest
from learnagent.testing.script import (
    AnyAnswer,
    AnyTurn,
    Call,
    ContextOverflow,
    CutStream,
    HalfToolCall,
    Hang,
    HugeReply,
    ModelNotFound,
    RateLimited,
    Say,
    Script,
    ScriptError,
    ServerError,
    Tokens,
    ToolsUnsupported,
    ToolUse,
    Turn,
    Unauthorized,
    WrongContentType,
    call,
)
from learnagent.testing.script_file import load_script
from learnagent.testing.scripted_asker import ScriptedAsker
from learnagent.testing.scripted_model import ScriptedModel
from learnagent.testing.server import ModelServer
from learnagent.testing.tasks import TurnsByTask

__all__ = [
    "AnyAnswer",
    "AnyTurn",
    "Call",
    "ContextOverflow",
    "CutStream",
    "HalfToolCall",
    "Hang",
    "HugeReply",
    "ModelNotFound",
    "ModelServer",
    "RateLimited",
    "ReceivedRequest",
    "Say",
    "Script",
    "ScriptError",
    "ScriptedAsker",
    "ScriptedModel",
    "ServerError",
    "Tokens",
    "ToolUse",
    "ToolsUnsupported",
    "Turn",
    "TurnsByTask",
    "Unauthorized",
    "WrongContentType",
    "call",
    "load_script",
]
