"""WAV files whose samples have fewer valid bits than their words, such as 24 in 32 bits.

FFmpeg takes the number of valid bits for the size of a word, or the words for floating-point
numbers, and returns noise, and a wrong duration. Such files are read without a decoder: each sample
is an integer whose valid bits are the highest of its word (WAVEFORMATEXTENSIBLE). A plain header
states the valid bits; its words are as large as a block has room for.
"""

import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: First bytes of the containers, and size of the head of a chunk.
MAGIC = {b"RIFF", b"RF64", b"BW64"}
CHUNK_HEAD = struct.Struct("<4sI")
#: Tag, channels, rate, bytes per second, size of a block, bits per word; in an extensible header
#: then the size of the rest, valid bits, mask of loudspeakers, and 16 bytes of the sub-format.
FORMAT = struct.Struct("<HHIIHH")
EXTENSION = struct.Struct("<HHI16s")
PCM, EXTENSIBLE = 1, 0xFFFE
INTEGER = bytes.fromhex("0100000000001000800000aa00389b71")
#: Chunks before that of the samples that are skipped.
MAX_CHUNKS = 64
#: Size that a chunk of samples states if another one holds it, or none.
UNKNOWN_SIZE = 0xFFFFFFFF


class WidePcm(NamedTuple):
    """Channels of a file, bytes of a sample's word, and duration, s."""

    channels: int
    word_bytes: int
    duration: float = 0.0

    def samples(self, data: bytes) -> NDArray[np.float32]:
        """Return the samples `(C, n)` of the data of a packet, full scale ±1."""
        block = self.channels * self.word_bytes
        words = np.frombuffer(data, np.uint8, len(data) // block * block)
        words = words.reshape(-1, self.channels, self.word_bytes)
        wide = np.zeros((*words.shape[:2], 4), np.uint8)
        wide[..., 4 - self.word_bytes :] = words
        return np.multiply(wide.view("<i4")[..., 0].T, np.float32(2.0**-31), dtype=np.float32)


def wide_pcm(path: str | os.PathLike[str]) -> WidePcm | None:
    """Return the words of a WAV file whose valid bits need fewer bytes; None for all others."""
    try:
        with Path(path).open("rb") as file:
            return _read(file) if file.read(4) in MAGIC else None
    except (OSError, ValueError, struct.error):
        return None


def _read(file: BinaryIO) -> WidePcm | None:
    words, rate = None, 0
    file.seek(12)
    for _ in range(MAX_CHUNKS):
        name, size = CHUNK_HEAD.unpack(file.read(CHUNK_HEAD.size))
        begin = file.tell()
        if name == b"fmt ":
            header = file.read(min(size, FORMAT.size + EXTENSION.size))
            words, rate = _words(header), FORMAT.unpack_from(header)[2]
            if words is None:
                return None
        if name == b"data":
            if words is None or not rate:
                return None
            rest = os.fstat(file.fileno()).st_size - begin
            size = rest if size in {0, UNKNOWN_SIZE} else size
            return words._replace(duration=size / (words.channels * words.word_bytes * rate))
        file.seek(begin + size + size % 2)
    return None


def _words(header: bytes) -> WidePcm | None:
    tag, channels, _, _, block, bits = FORMAT.unpack_from(header)
    valid = bits
    if tag == EXTENSIBLE:
        _, stated, _, kind = EXTENSION.unpack_from(header, FORMAT.size)
        valid = stated or bits
        if kind != INTEGER:
            return None
    elif tag != PCM:
        return None
    if not channels or block % channels:
        return None
    word_bytes = block // channels
    needs_fewer = 0 < valid <= 8 * (word_bytes - 1)
    return WidePcm(channels, word_bytes) if needs_fewer and word_bytes in {2, 3, 4} else None
