"""Stage `compare`: differences between experiments."""
