"""Self-supervised training on feature shards."""

from foa360.train.loop import train

__all__ = ["train"]
