"""Files of the Hugging Face hub: access by its library, with the user's token."""

import json

import pytest
from support import hub_server
from support.hub_server import CONTENT, DIGEST, TOKEN, Handler, run

pytestmark = pytest.mark.system

PROGRAM = """
import json, logging, sys
from dataclasses import asdict
from pathlib import Path
from foa360.config.fetch import Fetch
from foa360.stages.fetch.sources import SourceVideo, VideoFetcher
logging.basicConfig(level=logging.DEBUG, filename=sys.argv[2] + ".log")
settings = Fetch(
    timeout=60.0, initial_backoff=0.01, max_backoff=2.0,
    private_hosts=["127.0.0.1"] if "datasets/someone/open" in sys.argv[1] else [],
)
fetcher = VideoFetcher(Path(sys.argv[2]), settings, float(sys.argv[3]))
row = fetcher.fetch(SourceVideo(video_id="-x", video=sys.argv[1], audio=sys.argv[1]))
print(json.dumps(asdict(row)))
"""


@pytest.fixture
def hub():
    yield from hub_server.serve()


@pytest.fixture
def fetch(hub, tmp_path):
    """Fetch a file of a repository; return the row."""

    def fetch(repository, name="video/-a%20b.webm", token=None, max_gb=1.0):
        url = f"{hub}/datasets/someone/{repository}/resolve/main/{name}"
        done = run(PROGRAM, hub, url, tmp_path / "media", max_gb, token=token)
        assert done.returncode == 0, done.stderr
        files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        for part in (*files, (done.stdout + done.stderr).encode()):
            assert TOKEN.encode() not in part
            assert b"hf_wrong" not in part
        return json.loads(done.stdout)

    return fetch


def test_a_public_file_needs_no_token(fetch):
    row = fetch("open")
    assert (row["state"], row["video_sha256"], row["attempts"]) == ("fetched", DIGEST, 1)
    assert row["video_bytes"] == len(CONTENT)
    assert row["tool"].startswith("huggingface_hub ")
    assert [request.method for request in Handler.requests] == ["HEAD", "GET"]


def test_a_gated_file_needs_the_token_and_the_row_says_so(fetch):
    row = fetch("gated")
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", "private", 1)
    assert "HF_TOKEN" in row["message"]
    assert "foa360 retry --reason private" in row["message"]
    assert len(Handler.requests) == 1, "a lasting failure"


def test_a_wrong_token_is_refused_and_never_shown(fetch):
    assert fetch("gated", token="hf_wrong")["reason"] == "private"


def test_a_gated_file_is_fetched_with_the_token(fetch):
    row = fetch("gated", token=TOKEN)
    assert (row["state"], row["video_sha256"]) == ("fetched", DIGEST)
    assert {request.authorization for request in Handler.requests} == {f"Bearer {TOKEN}"}


def test_the_token_never_reaches_a_storage_server(fetch):
    row = fetch("stored", token=TOKEN)
    assert (row["state"], row["video_sha256"]) == ("fetched", DIGEST)
    head, get = Handler.requests
    assert (head.method, head.authorization) == ("HEAD", f"Bearer {TOKEN}")
    assert (get.path, get.authorization) == ("/storage/b.webm", None)


def test_a_url_of_another_server_gets_no_token(hub, fetch, tmp_path):
    url = f"{Handler.storage}/datasets/someone/open/resolve/main/video/x.webm"
    done = run(PROGRAM, hub, url, tmp_path / "media", 1.0, token=TOKEN)
    assert json.loads(done.stdout)["tool"].startswith("requests ")
    assert [request.authorization for request in Handler.requests] == [None]


def test_transient_errors_are_tried_again_by_the_policy_alone(fetch):
    Handler.busy = [(503, {}), (429, {"Retry-After": "0"})]
    row = fetch("busy")
    assert (row["state"], row["attempts"]) == ("fetched", 3)
    assert [request.method for request in Handler.requests] == ["HEAD", "HEAD", "HEAD", "GET"]


@pytest.mark.parametrize(
    ("answers", "reason", "attempts"),
    [
        ([(500, {})] * 9, "http_5xx", 3),
        ([(429, {"Retry-After": "3600"})], "rate_limited", 1),
        ([(403, {})], "private", 1),
        ([(410, {})], "removed", 1),
    ],
)
def test_failures_have_reasons(fetch, answers, reason, attempts):
    Handler.busy = list(answers)
    row = fetch("busy")
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", reason, attempts)
    assert len(Handler.requests) == attempts


def test_a_file_that_does_not_exist_was_removed(fetch):
    assert fetch("open", "video/absent.txt")["reason"] == "removed"


def test_an_interrupted_download_is_resumed(fetch):
    Handler.broken_after = 200_000
    row = fetch("busy", token=TOKEN)
    assert (row["state"], row["attempts"], row["video_sha256"]) == ("fetched", 2, DIGEST)
    first, second = (r for r in Handler.requests if r.method == "GET")
    assert first.range is None
    assert second.range is not None


def test_a_file_above_the_budget_is_not_downloaded(fetch, tmp_path):
    row = fetch("open", max_gb=len(CONTENT) / 2e9)
    assert (row["state"], row["reason"]) == ("failed", "cache_full")
    assert not list((tmp_path / "media").rglob("media*"))
