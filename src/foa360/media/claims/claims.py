"""The claims that a container can make."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass
class Claims:
    """Claims of a file; None where there is none.

    convention : order/normalisation of the sound field, such as ACN/SN3D.
    channel_map : ambisonic component (in that order) that each channel of the track carries.
    head_locked : whether a stereo pair is stored that does not rotate with the field.
    mapping_family : of Opus (RFC 7845, RFC 8486): 0 or 1 loudspeakers, 2 or 3 ambisonics, 255 none.
    projection : erp, erp_part, erp_half, fisheye, cubemap, mesh or flat.
    stereo : mono, top_bottom, left_right, mesh, or interleaved.
    transforms : rotations and crops of the frames, in words; none is applied.
    audio_codecs : what the container calls the codec of each audio track, in their order.
    encrypted : whether all tracks of audio, and of video, are encrypted, as far as there are any.
    found_in : the boxes or elements that hold them, in the order of the file.
    """

    convention: str | None = None
    channel_map: tuple[int, ...] | None = None
    head_locked: bool | None = None
    mapping_family: int | None = None
    projection: str | None = None
    stereo: str | None = None
    transforms: list[str] = field(default_factory=list)
    audio_codecs: list[str] = field(default_factory=list)
    encrypted: dict[str, bool] = field(default_factory=dict)
    found_in: list[str] = field(default_factory=list)

    def add(self, where: str, transforms: Sequence[str] = (), **claims: object) -> None:
        """Add claims of a box or element; the first of each kind counts, but all transforms."""
        self.found_in.append(where)
        self.transforms += [text for text in transforms if text not in self.transforms]
        for name, value in claims.items():
            if getattr(self, name) is None:
                setattr(self, name, value)

    def add_track(self, kind: str, is_encrypted: bool) -> None:
        """Add a track of `audio` or `video`."""
        self.encrypted[kind] = is_encrypted and self.encrypted.get(kind, True)


def read_at(file: BinaryIO, position: int, size: int) -> bytes:
    """Read at most `size` bytes from a position; fewer at the end of the file."""
    file.seek(position)
    return file.read(max(0, size))


def opus_head(head: bytes) -> int | None:
    """Read the mapping family from the identification header of Opus (RFC 7845, 5.1)."""
    return head[18] if head[:8] == b"OpusHead" and len(head) > 18 else None
