"""Find damage in a feature shard."""

from pathlib import Path

from foa360.core.files import sha256
from foa360.shards.format import CHECKSUM, clip_checksum
from foa360.shards.read import Shard, open_shard


def checksum_path(shard: Path) -> Path:
    """Path of the file with a shard's SHA-256, in the format of sha256sum."""
    return shard.with_name(f"{shard.name}.sha256")


class DamagedShardError(OSError):
    """The bytes of a shard are not those that were written."""

    def __init__(self, path: Path, problem: str) -> None:
        """Name the file."""
        message = f"{problem}; delete the file, and the next run writes it again"
        super().__init__(0, message, str(path))


def intact_digest(path: Path) -> str:
    """Compute the SHA-256 of a shard. Raises DamagedShardError if it is not the published one."""
    digest = sha256(path)
    problem = _digest_problem(path, digest)
    if problem is not None:
        raise DamagedShardError(path, problem)
    return digest


def published_digest(path: Path) -> str:
    """Return the published SHA-256 of a shard, without reading it if nothing wrote to it since.

    A shard that is not older than its checksum is compared with it. Raises DamagedShardError if it
    differs, or has no checksum.
    """
    published = checksum_path(path)
    if not published.is_file() or path.stat().st_mtime_ns >= published.stat().st_mtime_ns:
        return intact_digest(path)
    return published.read_text().split()[0]


def verify(path: Path) -> list[str]:
    """Describe everything that is wrong with a shard; an empty list means that it is intact.

    The SHA-256 beside the file covers every byte; those inside identify the damaged clips.
    """
    if not path.is_file():
        return ["no such file"]
    problem = _digest_problem(path, sha256(path))
    problems = [] if problem is None else [problem]
    return problems + verify_clips(path)


def verify_clips(path: Path) -> list[str]:
    """Describe what the checksums of the clips find."""
    damaged = []
    try:
        with open_shard(path) as shard:
            for clip in range(len(shard)):
                if not clip_is_intact(shard, clip):
                    damaged.append(_text(shard, "clip_id", clip))
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        return [f"cannot be read: {error}"]
    return [f"clip {clip_id} differs from its checksum" for clip_id in damaged]


def clip_is_intact(shard: Shard, clip: int) -> bool:
    """Compare all data of a clip with its checksum."""
    try:
        rows = {name: shard.row_bytes(name, clip) for name in shard.names if name != CHECKSUM}
        return clip_checksum(rows, shard.encoded(clip)) == _text(shard, CHECKSUM, clip)
    except (OSError, RuntimeError, ValueError):  # damaged chunks and offsets
        return False


def _digest_problem(path: Path, digest: str) -> str | None:
    """Compare a SHA-256 with the published one."""
    published = checksum_path(path)
    if not published.is_file():
        return f"{published.name} is missing"
    if published.read_text().split()[:1] != [digest]:
        return f"the bytes differ from {published.name}"
    return None


def _text(shard: Shard, name: str, clip: int) -> str:
    """Text of a dataset that may be damaged."""
    return shard.row(name, clip).tobytes().rstrip(b"\0").decode(errors="replace")
