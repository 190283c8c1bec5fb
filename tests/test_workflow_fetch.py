"""The workflow on addresses: what fails is asked for again, and a budget is kept."""

import functools
import http.server
import threading
from pathlib import Path
from typing import ClassVar

import pytest
from test_workflow import configure, products, run

from foa360.commands.main import main
from foa360.core import old_tables as tables
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.demo.sounds import sound_field

pytestmark = pytest.mark.system
COUNT = 3


class Handler(http.server.SimpleHTTPRequestHandler):
    """A folder of files; names in `busy` are not served for now."""

    busy: ClassVar[set[str]] = set()
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        if self.path.strip("/") in self.busy:
            self.send_error(503)
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    for i in range(COUNT):
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


def project(folder: Path, address: str, **more) -> Path:
    rows = [f"{i},{address}/{i}.mkv,0,2,train" for i in range(COUNT)]
    configure(folder, {
        "sources": [{"kind": "list", "path": "clips.csv"}], "shard": {"clips": 1},
        "fetch": {"initial_backoff": 0.01, "max_attempts": 2},
        "features": {"store": ["covariance"], "n_mels": 32}, **more,
    })  # fmt: skip
    (folder / "clips.csv").write_text("\n".join(["video_id,video,start,duration,split", *rows]))
    return folder


def states(folder: Path) -> list[str]:
    return list(tables.read_all(sorted((folder / "results/fetch").glob("*.parquet")))["state"])


def test_passing_failures_are_asked_for_by_the_next_run_and_lasting_ones_on_demand(
    server, tmp_path, monkeypatch, capsys
):
    address, _ = server
    (tmp_path / "secret-jar.txt").write_text("# Netscape HTTP Cookie File\n")
    fetch = {"initial_backoff": 0.01, "max_attempts": 2, "cookies": "secret-jar.txt"}
    folder = project(tmp_path, address, fetch=fetch)
    (folder / "clips.csv").write_text(
        (folder / "clips.csv").read_text() + f"\ngone,{address}/gone.mkv,0,2,train"
    )
    Handler.busy = {"1.mkv"}
    assert run(folder, "--cores", "1", "fetch").returncode == 0
    assert states(folder) == ["fetched", "failed", "fetched", "failed"]
    Handler.busy, Handler.asked = set(), []
    assert run(folder, "--cores", "1", "fetch").returncode == 0
    assert states(folder) == ["fetched", "fetched", "fetched", "failed"]
    assert Handler.asked == ["/1.mkv"]
    done = run(folder, "--cores", "1", "fetch")
    assert "Nothing to be done" in done.stdout
    said = [f for f in (*folder.glob("results/**/*"), *folder.glob(".snakemake/**/*"))]
    assert not any(b"secret-jar" in f.read_bytes() for f in said if f.is_file())
    monkeypatch.chdir(folder)
    assert main(["retry", "--reason", "removed"]) == 0
    assert "1 removed" in capsys.readouterr().out
    assert run(folder, "--cores", "1", "fetch").returncode == 0
    assert Handler.asked == ["/1.mkv", "/gone.mkv"]


def test_a_budget_is_kept_and_changes_no_result(server, tmp_path):
    address, served = server
    sizes = [p.stat().st_size for p in served.iterdir()]
    budget = 1.2 * max(sizes)
    assert budget < sum(sizes) / 2
    free = project(tmp_path / "free", address)
    assert run(free, "--cores", "2", "features").returncode == 0
    held = project(tmp_path / "held", address, cache={"path": "cache", "max_gb": budget / 1e9})
    most = [0]
    watching = threading.Event()

    def watch():
        while not watching.wait(0.02):
            files = [p for p in (held / "cache").rglob("*") if p.is_file()]
            most.append(sum(p.stat().st_size for p in files if p.exists()))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        done = run(held, "--cores", "2", "features")
    finally:
        watching.set()
        thread.join()
    assert done.returncode == 0, done.stdout[-3000:]
    assert 0 < max(most) < budget + 20_000, "records and locks come on top"
    assert not list((held / "cache").rglob("media*.mkv"))

    def results(folder):
        keep = products(folder)
        return {k: v for k, v in keep.items() if k.startswith(("results/cur", "results/feat"))}

    assert results(held) == results(free)
    # A stage that is made again fetches what it needs.
    next(iter((held / "results/features").glob("*.h5"))).unlink()
    assert run(held, "--cores", "2", "features").returncode == 0
    assert results(held) == results(free)


def test_a_takedown_leaves_no_trace_of_a_video_and_all_others_as_they_were(server, tmp_path):
    address, _ = server
    folder = project(tmp_path / "takedown", address, shard={"clips": 2})
    # Two videos in the first shard, one in the second; ids that no other text holds.
    clips = (folder / "clips.csv").read_text()
    for i, name in enumerate(("keepme", "Taken-one", "Taken-two")):
        clips = clips.replace(f"\n{i},", f"\n{name},")
    (folder / "clips.csv").write_text(clips)
    assert run(folder, "--cores", "2", "features").returncode == 0
    before = products(folder)
    (folder / "gone.txt").write_text("# by request\nTaken-one\nTaken-two # the other one\n")
    config = (folder / "config.yaml").read_text() + "takedown: gone.txt\n"
    (folder / "config.yaml").write_text(config)
    assert run(folder, "-n", "features").returncode == 0
    assert {k for k in before if "features" in k} <= products(folder).keys()  # dry: nothing goes
    done = run(folder, "--cores", "2", "features")
    assert done.returncode == 0, done.stdout[-3000:]
    for path in folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts and path.parent != folder:
            assert b"Taken-" not in path.read_bytes(), path
    assert not [k for k in products(folder) if "s0001" in k]
    for name in ("1.mkv", "2.mkv"):
        assert not list((folder / "cache").rglob(f"*{name}*"))
    kept = tables.read(folder / "results/curation/s0000.parquet")
    assert list(kept["video_id"]) == ["keepme"]
    assert "Nothing to be done" in run(folder, "--cores", "2", "features").stdout
