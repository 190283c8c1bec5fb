"""Find damage in a feature shard."""

from pathlib import Path

from foa360.core.files import sha256
from foa360.shards.format import CHECKSUM, clip_checksum
from foa360.shards.read import Shard, open_shard


def checksum_path(shard: Path) -> Path:
    """Path of the file with a shard's SHA-256, in the format of sha256sum."""
    return shard.with_name(f"{shard.name}.sha256")


def verify(path: Path) -> list[str]:
    """Describe everything that is wrong with a shard; an empty list means that it is intact.

    The SHA-256 beside the file covers every byte; those inside identify the damaged clips.
    """
    if not path.is_file():
        return ["no such file"]
    problems = []
    recorded = checksum_path(path)
    if not recorded.is_file():
        problems.append(f"{recorded.name} is missing")
    elif recorded.read_text().split()[:1] != [sha256(path)]:
        problems.append(f"the bytes differ from {recorded.name}")
    return problems + verify_clips(path)


def verify_clips(path: Path) -> list[str]:
    """Describe what the checksums of the clips find."""
    damaged = []
    try:
        with open_shard(path) as shard:
            names = shard.names
            for clip in range(len(shard)):
                if _checksum(shard, names, clip) != _text(shard, CHECKSUM, clip):
                    damaged.append(_text(shard, "clip_id", clip))
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        return [f"cannot be read: {error}"]
    return [f"clip {clip_id} differs from its checksum" for clip_id in damaged]


def _checksum(shard: Shard, names: list[str], clip: int) -> str:
    rows = {name: shard.row_bytes(name, clip) for name in names if name != CHECKSUM}
    return clip_checksum(rows, shard.encoded(clip))


def _text(shard: Shard, name: str, clip: int) -> str:
    """Text of a dataset that may be damaged."""
    return shard.row(name, clip).tobytes().rstrip(b"\0").decode(errors="replace")
