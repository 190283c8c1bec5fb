"""Training samples from feature shards, without the workflow and without the original media."""

from foa360.data.dataset import ShardDataset
from foa360.data.inputs import FeatureStatistics
from foa360.data.loader import ShardLoader
from foa360.data.samples import BadClipError, Batch, Sample, SampleRequest
from foa360.data.statistics import feature_statistics

__all__ = [
    "BadClipError",
    "Batch",
    "FeatureStatistics",
    "Sample",
    "SampleRequest",
    "ShardDataset",
    "ShardLoader",
    "feature_statistics",
]
