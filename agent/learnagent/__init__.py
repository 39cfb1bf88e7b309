"""The coding agent: command line, loop, tools. It acts; what it learned lives in learnagent_memory."""

__version__ = "0.1.0"
