"""How a run uses the memory: what it is told at its start, what it may ask, and what it leaves behind."""
