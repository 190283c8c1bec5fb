"""The trainer of all networks that are trained on shards: steps, checkpoints, curves, devices."""
