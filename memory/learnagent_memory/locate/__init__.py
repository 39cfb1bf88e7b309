"""Where to look: files and symbols of a tree, ranked for a task without a model."""
