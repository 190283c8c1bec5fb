"""Feature shards: self-describing HDF5 files, one for each shard of the plan."""

from foa360.shards.read import shard_files, verify

__all__ = ["shard_files", "verify"]
