"""Training samples from feature shards, without the workflow and without the original media."""

from foa360.data.dataset import ShardDataset
from foa360.data.loader import ShardLoader
from foa360.data.statistics import feature_statistics

__all__ = ["ShardDataset", "ShardLoader", "feature_statistics"]
