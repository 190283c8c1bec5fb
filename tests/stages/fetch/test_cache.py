"""The cache of downloads: records of files and of failures, and locks."""

import json
import os
import subprocess
import sys

import pytest
from support.media_server import BODY, DIGEST, Handler, fetch_video, video

from foa360.core.video_ids import safe_name, url_name
from foa360.stages.fetch.cache import delete_files, fetch_once, forget_failures
from foa360.stages.fetch.downloads import Download, StatedProperties
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.slots import slot

HOLD_LOCK = """
import sys, time
from pathlib import Path
from foa360.core.files import lock_file
with lock_file(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(3600)
"""


def test_a_failed_download_leaves_no_record(tmp_path):
    def download(folder):
        (folder / "half").write_bytes(b"x")
        raise FetchError("timeout", "gone")

    with pytest.raises(FetchError):
        fetch_once(tmp_path, "x", download)
    assert not list(tmp_path.rglob("record.json"))


def test_a_lasting_failure_is_not_attempted_again(server, tmp_path):
    gone, busy = f"{server}/404", f"{server}/500"
    for _ in range(2):
        assert fetch_video(video(gone), tmp_path).reason == "removed"
        assert fetch_video(video(busy), tmp_path).reason == "http_5xx"
    assert Handler.requested.count("404") == 1
    assert Handler.requested.count("500") == 6
    assert fetch_video(video(busy), tmp_path).attempts == 9
    assert forget_failures(tmp_path, {"removed"}) == 1
    fetch_video(video(gone), tmp_path)
    assert Handler.requested.count("404") == 2


def test_records_of_earlier_versions_stay_valid(server, tmp_path):
    url, gone = f"{server}/good", f"{server}/500"
    folder = tmp_path / safe_name(url)
    folder.mkdir()
    (folder / "media").write_bytes(BODY)
    record = {
        "address": url,
        "files": {"file": {"path": "media", "size": len(BODY), "digest": DIGEST}},
        "about": {"tries": 2, "fetched": "2026-01-01T00:00:00+00:00", "tool": "requests 2"},
    }
    (folder / "record.json").write_text(json.dumps(record))
    row = fetch_video(video(url), tmp_path)
    assert Handler.requested == []
    assert (row.video_path, row.attempts) == (str(folder / "media"), 2)
    assert (row.fetched_at, row.tool) == ("2026-01-01T00:00:00+00:00", "requests 2")
    folder = tmp_path / safe_name(gone)
    folder.mkdir()
    failure = {"address": gone, "reason": "http_5xx", "message": "HTTP 500", "tries": 4}
    (folder / "failure.json").write_text(json.dumps(failure))
    assert fetch_video(video(gone), tmp_path).attempts == 7


def test_what_youtube_states_is_stored_with_the_files(tmp_path):
    stated = StatedProperties(
        video_codec="avc1",
        audio_codec="opus",
        audio_channels=4,
        format_note="137, 338 ambisonics",
        licence=None,
        channel="someone",
    )

    def download(folder):
        (folder / "v.mp4").write_bytes(b"video")
        (folder / "a.webm").write_bytes(b"audio")
        return Download(
            video=folder / "v.mp4", audio=folder / "a.webm", tool="yt-dlp 2026", stated=stated
        )

    first = fetch_once(tmp_path, "x", download)
    assert first.facts.stated == stated
    assert first.video != first.audio
    assert fetch_once(tmp_path, "x", lambda _: pytest.fail("is in the cache")) == first


def test_the_slot_of_a_killed_process_is_free(tmp_path):
    (tmp_path / "slots").mkdir()
    command = [sys.executable, "-c", HOLD_LOCK, str(tmp_path / "slots" / "0")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with slot(tmp_path, 2):
            assert sorted(os.listdir(tmp_path / "slots")) == ["0", "1"], "the first is taken"
        holder.kill()
    with slot(tmp_path, 1):
        pass


def own_record(folder, **changed):
    """Write the record of a file in a folder of the cache, with changes; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "media.mp4"
    file.write_bytes(BODY)
    listed = {"path": file.name, "size": len(BODY), "digest": DIGEST} | changed
    about = {"attempts": 1, "fetched_at": "2026-01-01T00:00:00+00:00", "tool": None}
    record = {"url": "x", "files": {"file": listed}, "about": about}
    (folder / "record.json").write_text(json.dumps(record))
    return file


def refuse(_):
    raise FetchError("timeout", "not asked")


@pytest.mark.parametrize(
    "name", ["absolute", "../../home/thesis.tex", "..", ".", "", "a\0b", "\ud800", "lock", 7, None]
)
def test_a_record_names_files_of_its_folder_only(tmp_path, name):
    precious = tmp_path / "home" / "thesis.tex"
    precious.parent.mkdir()
    precious.write_text("years of work")
    media = tmp_path / "media"
    own_record(media / safe_name("x"), path=str(precious) if name == "absolute" else name)
    with pytest.raises(FetchError, match="not asked"):
        fetch_once(media, "x", refuse)
    delete_files(media, "x")
    assert precious.read_text() == "years of work"


@pytest.mark.parametrize(
    "about",
    [
        {"attempts": "1"},
        {"attempts": True},
        {"fetched_at": []},
        {"tool": {}},
        {"format_note": 3, "video_codec": None, "audio_codec": None, "audio_channels": None},
        {"format_note": "", "audio_channels": "4"},
        {"attempts": 10**20},
        {"attempts": -1},
        {"tool": "\ud800"},
    ],
)
def test_a_record_with_surprising_facts_is_none(tmp_path, about):
    folder = tmp_path / safe_name("x")
    own_record(folder)
    assert fetch_once(tmp_path, "x", refuse).facts.attempts == 1
    record = json.loads((folder / "record.json").read_text())
    record["about"] |= about
    (folder / "record.json").write_text(json.dumps(record))
    with pytest.raises(FetchError, match="not asked"):
        fetch_once(tmp_path, "x", refuse)


def test_a_link_in_place_of_a_recorded_file_is_not_used(tmp_path):
    file = own_record(tmp_path / "media" / safe_name("x"))
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.symlink_to(elsewhere)
    with pytest.raises(FetchError, match="not asked"):
        fetch_once(tmp_path / "media", "x", refuse)
    assert elsewhere.read_bytes() == BODY


@pytest.mark.parametrize("name", ["media.part", "media.version", "media", "record.json"])
def test_nothing_is_written_through_a_link(server, tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    url = f"{server}/broken"
    folder = tmp_path / "media" / url_name(url)
    folder.mkdir(parents=True)
    (folder / name).symlink_to(precious)
    assert fetch_video(video(url), tmp_path / "media").state == "fetched"
    assert precious.read_text() == "years of work"


@pytest.mark.parametrize("name", ["lock", "slots/0"])
def test_a_link_in_place_of_a_lock_is_not_followed(server, tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    url = f"{server}/good"
    folder = tmp_path / "media" / (url_name(url) if name == "lock" else ".")
    (folder / name).parent.mkdir(parents=True)
    (folder / name).symlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"):
        fetch_video(video(url), tmp_path / "media")
    assert precious.read_text() == "years of work"


@pytest.mark.parametrize("name", ["record.json", "failure.json", "media.part", "media.version"])
@pytest.mark.parametrize("kind", ["pipe", "declared too large"])
def test_what_is_no_file_of_a_cache_is_not_waited_for(server, tmp_path, name, kind):
    url = f"{server}/broken"
    path = tmp_path / url_name(url) / name
    path.parent.mkdir()
    (path.parent / "media.part").write_bytes(b"x")
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.touch()
        os.truncate(path, 1 << 40 if name != "media.part" else 1 << 20)
    assert forget_failures(tmp_path, ["timeout"]) == 0
    assert fetch_video(video(url), tmp_path).state == "fetched"


@pytest.mark.parametrize("version", [b"a\r\nX-Header: 1", b"\xff\xfe", b""])
def test_a_version_that_is_none_is_forgotten(server, tmp_path, version):
    url = f"{server}/good"
    folder = tmp_path / url_name(url)
    folder.mkdir()
    (folder / "media.part").write_bytes(b"from a stranger")
    (folder / "media.version").write_bytes(version)
    assert fetch_video(video(url), tmp_path).video_sha256 == DIGEST


@pytest.mark.parametrize("failure", [{"attempts": 10**20}, {"message": "\ud800"}])
def test_a_failure_that_no_table_can_hold_is_none(tmp_path, failure):
    folder = tmp_path / safe_name("x")
    folder.mkdir()
    stored = {"url": "x", "reason": "removed", "message": "", "attempts": 1} | failure
    (folder / "failure.json").write_text(json.dumps(stored))
    with pytest.raises(FetchError, match="not asked"):
        fetch_once(tmp_path, "x", refuse)


@pytest.mark.parametrize("name", ["slots", url_name("http://h/a.mp4")])
def test_nothing_is_written_or_deleted_in_a_folder_behind_a_link(tmp_path, name):
    media, elsewhere = tmp_path / "media", tmp_path / "elsewhere"
    media.mkdir()
    own_record(elsewhere)
    failure = {"url": "", "reason": "timeout", "message": "", "attempts": 1}
    (elsewhere / "failure.json").write_text(json.dumps(failure))
    before = sorted(elsewhere.iterdir())
    (media / name).symlink_to(elsewhere)
    assert delete_files(media, "http://h/a.mp4") == 0
    assert forget_failures(media, ["timeout"]) == 0
    with slot(media, 1), pytest.raises(FetchError, match="not asked"):
        fetch_once(media, "http://h/a.mp4", refuse)
    assert sorted(elsewhere.iterdir()) == before
