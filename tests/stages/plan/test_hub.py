"""Dataset repositories: a local copy, and a server that speaks the protocol of the hub."""

import pytest
from support import hub_server
from support.hub_server import FILES, PATTERNS, TOKEN, run

from foa360.config.section import ConfigError
from foa360.config.sources import HubSource
from foa360.stages.plan.hub import hub_videos

PROGRAM = """
import sys
from pathlib import Path
from foa360.config.sources import HubSource
from foa360.stages.plan.hub import hub_videos
source = HubSource(kind="hub", repo=sys.argv[1], video="video/{id}.webm", audio="audio/{id}.opus")
for video in hub_videos(source, Path(sys.argv[2])):
    print(*video, sep="\\n")
"""


@pytest.fixture
def hub():
    yield from hub_server.serve()


def test_pairs_in_a_local_copy_share_an_id(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = hub_videos(HubSource(kind="hub", repo=str(tmp_path), **PATTERNS), tmp_path / "l.json")
    assert found == [("-a b", str(tmp_path / "video/-a b.webm"), str(tmp_path / "audio/-a b.opus"))]
    with pytest.raises(ConfigError, match=r"no files like .*mp3"):
        hub_videos(HubSource(kind="hub", repo=str(tmp_path), video="{id}.mp3"), tmp_path / "l.json")


@pytest.mark.system
def test_a_repository_is_listed_once_and_its_files_are_urls(hub, tmp_path):
    listings = tmp_path / "hub.json"
    done = run(PROGRAM, hub, "someone/open", listings)
    assert done.returncode == 0, done.stderr
    video_id, video, audio = done.stdout.splitlines()
    assert video_id == "-a b"
    assert video == f"{hub}/datasets/someone/open/resolve/main/video/-a%20b.webm"
    assert audio == f"{hub}/datasets/someone/open/resolve/main/audio/-a%20b.opus"
    # Planning again sends no request.
    assert run(PROGRAM, hub, "someone/open", listings).stdout == done.stdout
    assert run(PROGRAM, "http://127.0.0.1:9", "someone/open", listings).returncode == 0


@pytest.mark.system
def test_a_repository_that_does_not_exist_is_named(hub, tmp_path):
    done = run(PROGRAM, hub, "someone/else", tmp_path / "hub.json")
    assert done.returncode == 1
    assert "the repository someone/else (revision main) cannot be listed" in done.stderr


def test_a_hub_that_cannot_be_reached_is_an_error_of_the_configuration(tmp_path, monkeypatch):
    import huggingface_hub
    from huggingface_hub.errors import HTTPError

    def refuse(*_, **__):
        raise HTTPError("connection refused")

    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_files", refuse)
    with pytest.raises(ConfigError, match=r"someone/open .* cannot be listed: connection refused"):
        hub_videos(HubSource(kind="hub", repo="someone/open", **PATTERNS), tmp_path / "hub.json")
    assert not (tmp_path / "hub.json").exists()


@pytest.mark.system
def test_a_gated_repository_is_listed_with_a_token_that_is_never_shown(hub, tmp_path):
    listings = tmp_path / "hub.json"
    denied = run(PROGRAM, hub, "someone/gated", listings)
    assert denied.returncode == 1
    assert "a private or gated repository needs a token that has access, in HF_TOKEN" in (
        denied.stderr
    )
    wrong = run(PROGRAM, hub, "someone/gated", listings, token="hf_wrong")
    assert wrong.returncode == 1
    assert "hf_wrong" not in wrong.stdout + wrong.stderr
    done = run(PROGRAM, hub, "someone/gated", listings, token=TOKEN)
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr + listings.read_text()
