"""Reaches a language model: which one, over which address, how patiently. The seam itself is `learnagent.model`."""
