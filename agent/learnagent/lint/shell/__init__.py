"""Reads shell: commands, exit statuses, scripts, and which commands check something."""
