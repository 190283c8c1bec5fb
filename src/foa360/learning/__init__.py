"""Networks, losses, metrics and checkpoints, for any task."""
