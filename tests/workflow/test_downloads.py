"""Runs that download: retries of failures, the budget of the cache, takedowns."""

import functools
import http.server
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pytest
from support.runs import assert_same, configure, curated, products, run

from foa360.commands.main import main
from foa360.core import tables
from foa360.core.records import FetchedVideo
from foa360.demo.audio import sound_field
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.stages.fetch.cache import download_folder

pytestmark = pytest.mark.system

VIDEOS = 3
#: Fast retries.
FETCH = {"private_hosts": ["127.0.0.1"], "initial_backoff": 0.01, "max_attempts": 2}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the files of a folder; answer 503 for those in `busy`."""

    busy: ClassVar[set[str]] = set()
    requests: ClassVar[list[str]] = []

    def do_GET(self):
        self.requests.append(self.path)
        if self.path.strip("/") in self.busy:
            self.send_error(503)
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Serve short videos; URL and folder of the server."""
    folder = tmp_path_factory.mktemp("served")
    for i in range(VIDEOS):
        scene = random_scene(f"served{i}", 2.0)
        frames = (scene.frame(k / 10, 160, 80) for k in range(20))
        write_media(folder / f"{i}.mkv", frames, sound_field(scene))
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", folder
        running.shutdown()
        thread.join()


def project(folder: Path, url: str, **sections) -> Path:
    """Configure a run on a list of the served videos, one a shard."""
    config = {
        "sources": [{"kind": "list", "path": "clips.csv"}],
        "shard": {"clips": 1},
        "fetch": FETCH,
        "features": {"store": ["video", "covariance"], "n_mels": 32},
    }
    configure(folder, config | sections)
    rows = [f"{i},{url}/{i}.mkv,0,2,train" for i in range(VIDEOS)]
    (folder / "clips.csv").write_text("\n".join(["video_id,video,start,duration,split", *rows]))
    return folder


def states(folder: Path) -> list[str]:
    videos = []
    for path in sorted((folder / "results/fetch").glob("*.parquet")):
        videos += tables.read(path, FetchedVideo)
    return [video.state for video in videos]


def test_transient_failures_are_retried_by_the_next_run_and_permanent_ones_on_request(
    server, tmp_path, monkeypatch, capsys
):
    url, _ = server
    (tmp_path / "secret-jar.txt").write_text("# Netscape HTTP Cookie File\n")
    folder = project(tmp_path, url, fetch={**FETCH, "cookies": "secret-jar.txt"})
    clips = (folder / "clips.csv").read_text()
    (folder / "clips.csv").write_text(f"{clips}\ngone,{url}/gone.mkv,0,2,train")
    Handler.busy = {"1.mkv"}
    assert run(folder, "--cores", "1", "fetch").returncode == 0
    assert states(folder) == ["fetched", "failed", "fetched", "failed"]
    Handler.busy, Handler.requests = set(), []
    assert run(folder, "--cores", "1", "fetch").returncode == 0
    assert states(folder) == ["fetched", "fetched", "fetched", "failed"]
    assert Handler.requests == ["/1.mkv"]
    done = run(folder, "--cores", "1", "fetch")
    assert "Nothing to be done" in done.stdout
    for path in (*folder.glob("results/**/*"), *folder.glob(".snakemake/**/*")):
        assert not path.is_file() or b"secret-jar" not in path.read_bytes(), path
    monkeypatch.chdir(folder)
    assert main(["retry", "--reason", "removed"]) == 0
    assert "1 removed" in capsys.readouterr().out
    assert run(folder, "--cores", "1", "fetch").returncode == 0
    assert Handler.requests == ["/1.mkv", "/gone.mkv"]


def test_the_next_run_asks_again_although_its_target_has_been_reached(server, tmp_path):
    url, _ = server
    folder = project(tmp_path, url)
    Handler.busy = {"1.mkv"}
    try:
        assert run(folder, "--cores", "1", "curate").returncode == 0
        assert [clip.verdict for clip in curated(folder)].count("failed") == 1
    finally:
        Handler.busy = set()
    assert run(folder, "--cores", "1", "curate").returncode == 0
    assert "failed" not in [clip.verdict for clip in curated(folder)]
    assert "Nothing to be done" in run(folder, "--cores", "1", "curate").stdout


def test_a_dry_run_retries_nothing(server, tmp_path):
    url, _ = server
    folder = project(tmp_path, url)
    Handler.busy = {"1.mkv"}
    try:
        assert run(folder, "--cores", "1", "fetch").returncode == 0
    finally:
        Handler.busy = set()
    assert "Nothing to be done" in run(folder, "-n", "fetch").stdout
    assert states(folder) == ["fetched", "failed", "fetched"]


def test_a_budget_is_kept_and_changes_no_result(server, tmp_path):
    url, served = server
    sizes = [path.stat().st_size for path in served.iterdir()]
    budget = 1.2 * max(sizes)
    assert budget < sum(sizes) / 2
    unlimited = project(tmp_path / "unlimited", url)
    assert run(unlimited, "--cores", "2", "features").returncode == 0
    limited = project(tmp_path / "limited", url, cache={"path": "cache", "max_gb": budget / 1e9})
    used = [0]
    finished = threading.Event()

    def watch():
        before = {}
        while not finished.wait(0.02):
            found = file_sizes(limited / "cache")
            # What two looks see was there between them, all at once; a single one lasts too long.
            used.append(sum(min(size, before.get(name, 0)) for name, size in found.items()))
            before = found

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        done = run(limited, "--cores", "2", "features")
    finally:
        finished.set()
        thread.join()
    assert done.returncode == 0, done.stdout[-3000:]
    assert 0 < max(used) < budget + 20_000, "records and locks come on top"
    assert not list((limited / "cache").rglob("media*.mkv"))
    assert_same(results(limited), results(unlimited))
    # A stage that runs again fetches what it needs.
    next(iter((limited / "results/features").glob("*.h5"))).unlink()
    assert run(limited, "--cores", "2", "features").returncode == 0
    assert_same(results(limited), results(unlimited))


def file_sizes(folder: Path) -> dict[str, int]:
    """Size of each file below a folder in which files come and go."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with suppress(FileNotFoundError):
                found[path] = os.stat(path).st_size
    return found


def results(folder: Path) -> dict[str, bytes]:
    """Curation tables and feature shards."""
    kept = ("results/curation", "results/features")
    return {name: data for name, data in products(folder).items() if name.startswith(kept)}


def test_a_takedown_leaves_no_trace_of_a_video_and_all_others_unchanged(server, tmp_path):
    url, _ = server
    folder = project(tmp_path / "takedown", url, shard={"clips": 2})
    # Two videos in the first shard, one in the second; ids that occur in no other text.
    clips = (folder / "clips.csv").read_text()
    for i, name in enumerate(("keepme", "Taken-one", "Taken-two")):
        clips = clips.replace(f"\n{i},", f"\n{name},")
    (folder / "clips.csv").write_text(clips)
    assert run(folder, "--cores", "2", "features").returncode == 0
    before = products(folder)
    (folder / "gone.txt").write_text("# by request\nTaken-one\nTaken-two#1\n")
    config = (folder / "config.yaml").read_text() + "takedown: gone.txt\n"
    (folder / "config.yaml").write_text(config)
    dry = run(folder, "-n", "features")
    assert dry.returncode != 0
    assert "ids that match no video of the sources (1, such as 'Taken-two#1')" in dry.stdout
    assert "a dry run deletes nothing" in dry.stdout
    features = {name for name in before if "features" in name}
    assert features <= products(folder).keys()
    misspelt = run(folder, "--cores", "2", "features")
    assert misspelt.returncode != 0
    assert "ids that match no video of the sources (1, such as 'Taken-two#1')" in misspelt.stdout
    assert "Traceback" not in misspelt.stdout
    first, second = (download_folder(folder / "cache/media", f"{url}/{i}.mkv") for i in (1, 2))
    assert not first.exists(), "all other ids are done"
    assert second.exists()
    (folder / "gone.txt").write_text("# by request\nTaken-one\nTaken-two # the other one\n")
    assert run(folder, "-n", "features").returncode == 0
    done = run(folder, "--cores", "2", "features")
    assert done.returncode == 0, done.stdout[-3000:]
    for path in folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts and path.parent != folder:
            assert b"Taken-" not in path.read_bytes(), path
    assert not [name for name in products(folder) if "s0001" in name]
    assert not first.exists()
    assert not second.exists()
    assert [clip.video_id for clip in curated(folder)] == ["keepme"]
    assert "Nothing to be done" in run(folder, "--cores", "2", "features").stdout
