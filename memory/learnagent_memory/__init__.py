"""What the agent remembers: episodes on disk, the project they belong to, and a reader of its code."""
