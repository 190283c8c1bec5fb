"""Files that appear whole or not at all; names for ids that may hold anything."""

import errno
import hashlib
import os
import stat
import subprocess
import sys

import pytest

from foa360.core.files import atomic, read_file, read_lines_of, sha256, text_since


def test_a_file_appears_whole_under_its_name(tmp_path):
    target = tmp_path / "new" / "folder" / "a.txt"
    with atomic(target) as temporary:
        temporary.write_text("half")
        assert not target.exists()
        assert temporary.parent == target.parent, "a rename never crosses file systems"
        assert temporary.suffix == ".txt", "encoders choose a format by it"
    assert target.read_text() == "half"
    assert os.listdir(target.parent) == ["a.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def stop():
        with atomic(target) as temporary:
            temporary.write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_killed_process_leaves_no_file_under_the_name(tmp_path):
    code = (
        "import os, sys\nfrom foa360.core.files import atomic\n"
        "with atomic(sys.argv[1]) as t:\n    t.write_text('half')\n    os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "a.txt"], check=False)
    assert done.returncode == -9
    assert not (tmp_path / "a.txt").exists()
    assert all(name.startswith(".") for name in os.listdir(tmp_path))


def test_permissions_are_those_of_a_common_file(tmp_path):
    (tmp_path / "common").touch()
    with atomic(tmp_path / "a") as temporary:
        temporary.touch()
    modes = [stat.S_IMODE((tmp_path / n).stat().st_mode) for n in ("common", "a")]
    assert modes[0] == modes[1]


def test_a_folder_in_the_way_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"), atomic(tmp_path / "file" / "a"):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_closed_folder_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError), atomic(tmp_path / "a"):
        pass


@pytest.fixture
def tiny(tmp_path):
    """Mount a file system that holds 64 KiB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_one_error_and_leaves_the_old_file(tiny):
    target = tiny / "a.bin"
    target.write_bytes(b"old")
    with pytest.raises(OSError, match="No space") as error, atomic(target) as temporary:
        temporary.write_bytes(bytes(1 << 20))
    assert error.value.errno == errno.ENOSPC
    assert os.listdir(tiny) == ["a.bin"]
    assert target.read_bytes() == b"old"


def test_sha256_is_that_of_the_standard(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256(tmp_path / "abc").startswith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9c")
    (tmp_path / "long").write_bytes(bytes(3 << 20))
    assert sha256(tmp_path / "long") == hashlib.sha256(bytes(3 << 20)).hexdigest()


def test_text_of_an_earlier_run_is_not_returned(tmp_path):
    path = tmp_path / "summary.txt"
    assert text_since(path, 0) == ""
    path.write_text("Report: 3 clips")
    written = path.stat().st_mtime
    assert text_since(path, written) == "Report: 3 clips"
    assert text_since(path, written + 1) == ""


@pytest.mark.parametrize("kind", ["pipe", "folder", "too large", "declared too large"])
def test_what_is_no_small_file_is_an_error_that_names_it(tmp_path, kind):
    path = tmp_path / "record.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(bytes(101))
        if kind == "declared too large":
            os.truncate(path, 1 << 40)
    with pytest.raises(OSError, match=str(path)):
        read_file(path, 100)


def test_a_file_and_a_pipe_of_the_shell_are_read_up_to_the_limit(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(b"a\r\nb\rc\x0bd")
    assert read_file(path, 10) == b"a\r\nb\rc\x0bd"
    assert read_lines_of(path, 10, "utf-8") == ["a", "b", "c\x0bd"]
    code = "import sys; from foa360.core.files import read_file; print(read_file(sys.argv[1], 100))"
    done = subprocess.run(
        [sys.executable, "-c", code, "/dev/stdin"], input=b"a", capture_output=True, check=True
    )
    assert done.stdout == b"b'a'\n"
    with pytest.raises(OSError, match="larger than 100 bytes"):
        read_file("/dev/zero", 100)
