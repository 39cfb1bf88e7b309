"""What the git history of a project teaches before its first run."""
