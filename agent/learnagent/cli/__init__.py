"""The command line: one file per group of commands. Each parses, calls and shows, and does nothing else."""
