"""Dataset repositories: a local copy, and a server that speaks the hub's language."""

import http.server
import json
import os
import subprocess
import sys
import threading

import pytest

from foa360.config.section import ConfigError
from foa360.config.sources import HubSource
from foa360.stages.plan.hub import hub_files

FILES = ["README.md", "audio/-a b.opus", "audio/only.opus", "video/-a b.webm", "video/lonely.webm"]
SOURCE = {"kind": "hub", "video": "video/{id}.webm", "audio": "audio/{id}.opus"}


def test_pairs_in_a_local_copy_share_an_id(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = hub_files(HubSource(repo=str(tmp_path), **SOURCE), tmp_path / "memory.json")
    assert found == [("-a b", str(tmp_path / "video/-a b.webm"), str(tmp_path / "audio/-a b.opus"))]
    with pytest.raises(ConfigError, match=r"no files like .*mp3"):
        hub_files(HubSource(kind="hub", repo=str(tmp_path), video="{id}.mp3"), tmp_path / "m.json")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/api/datasets/someone/sounds/tree/main":
            tree = [{"type": "file", "path": f, "size": 1, "oid": "0" * 40} for f in FILES]
            content, status = json.dumps(tree).encode(), 200
        elif path == "/datasets/someone/sounds/resolve/main/audio/-a%20b.opus":
            content, status = b"sound", 200
        else:
            content, status = b'{"error": "Repository Not Found"}', 404
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


#: In a process of its own: the endpoint is read when the library is imported.
PROGRAM = """
import sys
from pathlib import Path
from foa360.config_sources import HubSource
from foa360.stages.fetch.http import download
from foa360.stages.plan.hub import hub_files
source = HubSource(kind="hub", repo=sys.argv[1], video="video/{id}.webm", audio="audio/{id}.opus")
for video_id, video, audio in hub_files(source, Path(sys.argv[2])):
    print(video_id, video, audio, sep="\\n")
    if len(sys.argv) > 3:
        download(audio, Path(sys.argv[3]))
"""


def ask(endpoint, *arguments):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)], capture_output=True, text=True,
        timeout=60, check=False, env=os.environ | {"HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0"},
    )  # fmt: skip


@pytest.mark.system
def test_a_repository_is_listed_once_and_its_files_are_addresses(hub, tmp_path):
    memory = tmp_path / "hub.json"
    done = ask(hub, "someone/sounds", memory, tmp_path / "sound.opus")
    assert done.returncode == 0, done.stderr
    video_id, video, _ = done.stdout.splitlines()
    assert video_id == "-a b"
    assert video == f"{hub}/datasets/someone/sounds/resolve/main/video/-a%20b.webm"
    assert (tmp_path / "sound.opus").read_bytes() == b"sound"
    # Planning again asks nobody.
    again = ask(hub, "someone/sounds", memory)
    assert again.stdout == done.stdout
    assert ask("http://127.0.0.1:9", "someone/sounds", memory).returncode == 0


@pytest.mark.system
def test_a_repository_that_is_not_there_is_named(hub, tmp_path):
    done = ask(hub, "someone/else", tmp_path / "hub.json")
    assert done.returncode == 1
    assert "the repository someone/else (revision main) cannot be listed" in done.stderr
