"""Size of the features, told before anything runs."""

from foa360.config.root import Config
from foa360.shards.features import bytes_per_clip

MEGABYTE = 1e6


def size_text(config: Config) -> str:
    """Describe in one line how much the features of a clip take, in all and each."""
    duration = config.clip.duration
    sizes = bytes_per_clip(config.features, config.viewpoints.count, duration)
    parts = ", ".join(f"{name} {size / MEGABYTE:.2f}" for name, size in sizes.items())
    total = sum(sizes.values()) / MEGABYTE
    return f"Features of a clip of {duration:g} s: {total:.2f} MB ({parts})"
