"""Feed changed files and answers to a door of strangers' input, and count what goes wrong.

    PYTHONPATH=src python benchmarks/fuzz.py parsers --of FOLDER --minutes 4

`parsers` changes media and lists, `shards` feature shards, of a folder; `http` makes up answers of
a server. Every case comes from a number, which names it when an error is not one of those that are
promised, when it takes longer than its limit, or when it ends the process.
"""

import argparse
import http.server
import itertools
import json
import multiprocessing
import random
import resource
import signal
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

Case = Callable[[random.Random, list[Path], Path], str]

#: Limits of one case: time of the processor and of the clock, s; memory of the process, bytes.
CPU_S, WALL_S = 30.0, 240
MAX_MEMORY = 6 << 30
MEDIA = {".mp4", ".mkv", ".webm", ".ogg", ".wav", ".m4a", ".flac"}
LISTS = {".csv", ".parquet", ".txt"}


def changed(chance: random.Random, data: bytes) -> bytes:
    """Return data with changed, missing, moved or repeated bytes."""
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        begin = chance.randrange(len(content) or 1)
        size = chance.choice((1, 1, 2, 4, 8, 64, 4096))
        kind = chance.randrange(5)
        if kind == 0 and content:
            content[begin % len(content)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            content[begin : begin + size] = chance.randbytes(size)
        elif kind == 2:
            content[begin : begin + size] = chance.choice((b"\0", b"\xff")) * size
        elif kind == 3:
            del content[begin : begin + size]
        else:
            content[begin:begin] = content[begin : begin + size]
    return bytes(
        content[: chance.randrange(len(content) + 1)] if chance.random() < 0.1 else content
    )


def parse(chance: random.Random, files: list[Path], folder: Path) -> str:
    """Read a changed medium or list by all parsers."""
    from foa360.lists.lines import read_video_ids
    from foa360.lists.problems import ListError
    from foa360.lists.table import is_table, read_table
    from foa360.media.audio import clip_audio
    from foa360.media.claims.files import read_claims
    from foa360.media.container import MediaError
    from foa360.media.probe import probe

    source = chance.choice(files)
    path = folder / f"x{source.suffix}"
    path.write_bytes(changed(chance, source.read_bytes()))
    if source.suffix in LISTS:
        try:
            if is_table(path):
                read_table(path, "video")
            read_video_ids(path)
        except ListError:
            return "refused list"
        return "list"
    read_claims(path)
    try:
        probe(path)
        for _ in clip_audio(path, [(0.0, 1.0), (0.5, 1.0)]):
            pass
    except MediaError as error:
        return f"medium: {error.reason}"
    return "medium"


def open_changed_shard(chance: random.Random, files: list[Path], folder: Path) -> str:
    """Verify a changed shard, and read clips and images of it."""
    from foa360.media.images import decode_image
    from foa360.shards import open_shard, verify

    path = folder / "x.h5"
    path.write_bytes(changed(chance, chance.choice(files).read_bytes()))
    verify(path)
    try:
        with open_shard(path) as shard:
            for clip, name in itertools.product(range(len(shard)), shard.names):
                with suppress(OSError, ValueError):
                    shard.row(name, clip)
            for clip in range(len(shard)):
                with suppress(OSError, ValueError):
                    shard.viewpoints(clip)
                    for image in shard.encoded(clip)[:2]:
                        decode_image(image)
    except (OSError, KeyError, ValueError) as error:
        return f"refused: {type(error).__name__}"
    return "opened"


def answer(chance: random.Random, url: str) -> bytes:
    """Make up an answer of a server."""
    status = chance.choice(
        (200, 200, 200, 206, 301, 302, 304, 401, 404, 410, 416, 429, 500, 999, 100)
    )
    values: dict[str, list[str]] = {
        "Content-Length": ["0", "5", "-5", "99999999999999999999", "x", "5, 5", ""],
        "Transfer-Encoding": ["chunked", "gzip, chunked", "x"],
        "Content-Encoding": ["gzip", "gzip, gzip", "br", "identity", "\u00fc"],
        "Content-Range": ["bytes 0-4/5", "bytes 5-13/14", "x", "bytes 3-*/*"],
        "Location": [
            "/again",
            url,
            "http://127.0.0.1:1/x",
            "file:///etc/passwd",
            "http://[::1",
            "//",
            "\u00fc",
        ],
        "Retry-After": ["0", "99999999999", "x", "Mon, 99 Foo 9999 99:99:99 GMT", "-1", "\u00b2"],
        "ETag": ['"one"', 'W/"one"', "x" * 9000],
        "Set-Cookie": ["a=b; Domain=.org", "=" * 99],
    }
    lines = [f"HTTP/1.1 {status} {chance.choice(('OK', '', 'x' * 70_000))}"]
    for name in chance.sample(sorted(values), chance.randrange(5)):
        lines.append(f"{name}: {chance.choice(values[name])}")
    body = chance.choice(
        (b"media", b"", b"5\r\nmedia\r\n0\r\n\r\n", b"FFFFFFFFFF\r\nx", chance.randbytes(300))
    )
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return changed(chance, head + body) if chance.random() < 0.5 else head + body


def download_made_up_answer(chance: random.Random, files: list[Path], folder: Path) -> str:
    """Download from a server whose answers make no sense."""
    from foa360.stages.fetch.addresses import AllowedHosts
    from foa360.stages.fetch.errors import FetchError
    from foa360.stages.fetch.http import TransferLimits, download
    from foa360.stages.fetch.retry import RetryPolicy

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, port = self.request.getsockname()
            with suppress(OSError):
                self.wfile.write(answer(chance, f"http://127.0.0.1:{port}/x"))

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        limits = TransferLimits(
            connect_timeout_s=1.0,
            read_timeout_s=0.5,
            max_bytes=1e6,
            max_time_s=5.0,
            allowed=AllowedHosts(frozenset({"127.0.0.1"})),
        )
        url = f"http://127.0.0.1:{server.server_port}/a.mp4"
        policy = RetryPolicy(max_attempts=2, initial_backoff_s=0.0, max_backoff_s=0.1)
        try:
            download(url, folder / "media.mp4", policy, limits)
        except FetchError as error:
            return error.reason
        finally:
            server.shutdown()
            thread.join()
    return "downloaded"


DOORS: dict[str, tuple[Case, set[str]]] = {
    "parsers": (parse, MEDIA | LISTS),
    "shards": (open_changed_shard, {".h5"}),
    "http": (download_made_up_answer, set()),
}


def work(door: str, files: list[Path], first: int, cpu_s: float, log: Any) -> None:
    """Try cases until the time of the processor is over; tell the number of each before."""
    import warnings

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    case, _ = DOORS[door]
    begin = time.process_time()
    for number in itertools.count(first):
        if time.process_time() - begin > cpu_s:
            break
        log.send(("begin", number, time.process_time() - begin))
        signal.setitimer(signal.ITIMER_PROF, CPU_S)
        signal.alarm(WALL_S)
        with tempfile.TemporaryDirectory() as folder:
            try:
                outcome = case(random.Random(number), files, Path(folder))
            except Exception:
                outcome = f"ERROR {traceback.format_exc(limit=-3)}"
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        log.send(("end", number, outcome))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    log.send(("done", peak, None))


def main() -> None:
    """Start workers, one after the other where one is ended by a case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("door", choices=sorted(DOORS))
    parser.add_argument("--of", type=Path, help="folder of files to change")
    parser.add_argument("--minutes", type=float, default=4.0, help="time of the processor")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    arguments = parser.parse_args()
    suffixes = DOORS[arguments.door][1]
    files = (
        sorted(path for path in arguments.of.rglob("*") if path.suffix in suffixes)
        if suffixes
        else []
    )
    left, number, peak = arguments.minutes * 60, arguments.first, 0.0
    outcomes: dict[str, int] = {}
    while left > 0:
        receiver, sender = multiprocessing.Pipe(duplex=False)
        worker = multiprocessing.get_context("fork").Process(
            target=work, args=(arguments.door, files, number, left, sender)
        )
        worker.start()
        sender.close()
        used, is_done = 0.0, False
        with closing(receiver), suppress(EOFError):
            while True:
                kind, what, more = receiver.recv()
                if kind == "begin":
                    number, used = what, more
                elif kind == "end":
                    if more.startswith("ERROR"):
                        print(f"case {what}: {more}", flush=True)
                        more = "error"
                    outcomes[more] = outcomes.get(more, 0) + 1
                else:
                    is_done, peak = True, max(peak, what)
        worker.join()
        if is_done:
            break
        print(f"case {number}: the process ended with {worker.exitcode}", flush=True)
        outcomes["ended the process"] = outcomes.get("ended the process", 0) + 1
        left -= used + 1
        number += 1
    print(
        json.dumps(
            {"cases": sum(outcomes.values()), "peak_gb": round(peak, 2), **outcomes}, indent=1
        )
    )


if __name__ == "__main__":
    main()
