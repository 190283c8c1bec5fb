"""Feature shards: self-describing HDF5 files, one for each shard of the plan."""

from foa360.shards.read import Shard, open_shard, shard_files
from foa360.shards.verify import verify

__all__ = ["Shard", "open_shard", "shard_files", "verify"]
