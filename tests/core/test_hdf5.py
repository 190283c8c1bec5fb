"""HDF5 files from strangers: nothing but their own, plain data is read."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from foa360.core.hdf5 import ForeignContentError, create_hdf5, open_hdf5, text_attribute

SECRET = b"of the reader"


def external_storage(file: Any, secret: Path) -> None:
    file.create_dataset("notes", (len(SECRET),), "u1", external=[(str(secret), 0, len(SECRET))])


def relative_external_storage(file: Any, secret: Path) -> None:
    name = f"../{secret.parent.name}/{secret.name}"
    file.create_dataset("notes", (len(SECRET),), "u1", external=[(name, 0, len(SECRET))])


def external_link(file: Any, secret: Path) -> None:
    file["notes"] = h5py.ExternalLink(f"{secret}.h5", "/private")


def soft_link(file: Any, secret: Path) -> None:
    file["notes"] = h5py.SoftLink("/good")


def link_without_a_target(file: Any, secret: Path) -> None:
    file["notes"] = h5py.SoftLink("/nothing")


def virtual_dataset(file: Any, secret: Path) -> None:
    layout = h5py.VirtualLayout((len(SECRET),), "u1")
    layout[:] = h5py.VirtualSource(f"{secret}.h5", "private", (len(SECRET),), "u1")
    file.create_virtual_dataset("notes", layout)


def group(file: Any, secret: Path) -> None:
    file.create_group("notes")


def named_type(file: Any, secret: Path) -> None:
    file["notes"] = np.dtype("f8")


def texts_of_any_length(file: Any, secret: Path) -> None:
    file["notes"] = np.array(["x"], dtype=h5py.string_dtype())


def arrays_of_any_length(file: Any, secret: Path) -> None:
    file.create_dataset("notes", (1,), h5py.vlen_dtype("u1"))


def references(file: Any, secret: Path) -> None:
    file.create_dataset("notes", (1,), h5py.ref_dtype)


def compound(file: Any, secret: Path) -> None:
    file.create_dataset("notes", (1,), np.dtype([("a", "u1")]))


def scalar(file: Any, secret: Path) -> None:
    file["notes"] = 1


def no_data(file: Any, secret: Path) -> None:
    file["notes"] = h5py.Empty("f4")


def rows_that_are_not_stored(file: Any, secret: Path) -> None:
    file.create_dataset("notes", (3 * 10**9,), "S5", chunks=(1 << 20,))


def compressed_rows_that_are_not_stored(file: Any, secret: Path) -> None:
    file.create_dataset("notes", (1, 1 << 33), "u1", chunks=(1, 1 << 24), compression="gzip")


def one_stored_chunk_of_a_huge_row(file: Any, secret: Path) -> None:
    dataset = file.create_dataset("notes", (1, 1 << 31), "u1", chunks=(1, 1 << 24))
    dataset[0, 0] = 1


def long_texts(file: Any, secret: Path) -> None:
    file["notes"] = np.array([b"x" * 70_000])


def foreign_filter(file: Any, secret: Path) -> None:
    file.create_dataset("notes", data=np.zeros(9), chunks=(9,), compression="lzf")


@pytest.mark.parametrize(
    "add",
    [
        external_storage,
        relative_external_storage,
        external_link,
        soft_link,
        link_without_a_target,
        virtual_dataset,
        group,
        named_type,
        texts_of_any_length,
        arrays_of_any_length,
        references,
        compound,
        scalar,
        no_data,
        rows_that_are_not_stored,
        compressed_rows_that_are_not_stored,
        one_stored_chunk_of_a_huge_row,
        long_texts,
        foreign_filter,
    ],
    ids=lambda function: function.__name__,
)
def test_only_plain_datasets_are_read(add: Callable[[Any, Path], None], tmp_path: Path) -> None:
    secret = tmp_path / "home" / "secret"
    secret.parent.mkdir()
    secret.write_bytes(SECRET)
    with h5py.File(f"{secret}.h5", "w") as file:
        file["private"] = np.frombuffer(SECRET, np.uint8)
    path = tmp_path / "got.h5"
    with h5py.File(path, "w", libver="v110") as file:
        file["good"] = np.arange(3)
        add(file, secret)
    with pytest.raises(ForeignContentError, match="notes") as error:
        open_hdf5(path)
    assert error.value.filename == str(path)
    with h5py.File(path, "r+"):  # it was closed
        pass


def test_what_foa360_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.h5"
    with h5py.File(path, "w", libver="v110") as file:
        file.create_dataset("rows", (0, 9), "f4", maxshape=(None, 9), chunks=(1, 9))
        file["texts"] = np.array([b"a", b"bc"])
        zeros = np.zeros((2, 1 << 16), "i2")
        options = {"compression": "gzip", "compression_opts": 9, "shuffle": True}
        file.create_dataset("packed", data=zeros, chunks=(1, 1 << 16), **options)
        file.attrs["settings"] = "{}"
        file.attrs["number"] = 3
    with open_hdf5(path) as file:
        assert file["texts"][:].tolist() == [b"a", b"bc"]
        assert not file["packed"][:].any()
        assert text_attribute(file, "settings") == "{}"
        with pytest.raises(ValueError, match="number"):
            text_attribute(file, "number")


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "got.h5")
    with pytest.raises(OSError, match="not a regular file") as error:
        open_hdf5(tmp_path / "got.h5")
    assert error.value.filename == str(tmp_path / "got.h5")


def test_a_damaged_file_is_an_error_of_the_operating_system(tmp_path: Path) -> None:
    path = tmp_path / "own.h5"
    with h5py.File(path, "w") as file:
        for number in range(20):
            file[f"d{number}"] = np.arange(number + 1)
    intact = path.read_bytes()
    random = np.random.default_rng(0)
    for position in random.integers(0, len(intact), 300).tolist():
        changed = bytearray(intact)
        changed[position] ^= 1 << int(random.integers(8))
        path.write_bytes(changed)
        with suppress(OSError):
            open_hdf5(path).close()


def test_a_file_that_cannot_grow_is_named_and_the_process_lives(tmp_path):
    code = (
        "import resource, sys; import numpy as np; from foa360.core.hdf5 import create_hdf5;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000));\n"
        "try:\n"
        "    with create_hdf5(sys.argv[1]) as file:\n"
        "        for name in 'abc':\n"
        "            data = np.random.default_rng(0).integers(0, 99, (64, 1024))\n"
        "            chunks = {'chunks': (1, 1024), 'compression': 'gzip'}\n"
        "            file.create_dataset(name, data=data, **chunks)\n"
        "except OSError as error:\n"
        "    print(error)\n"
    )
    path = tmp_path / "x.h5"
    environment = {"PYTHONPATH": ":".join(sys.path)}
    line = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"[Errno 27] File too large: '{path}'\n"
    assert done.stderr == ""


def test_a_written_file_reads_back(tmp_path):
    with create_hdf5(tmp_path / "x.h5") as file:
        file["x"] = np.arange(1000)
        file.create_dataset("y", data=np.arange(1000), chunks=(100,), compression="gzip")
    with open_hdf5(tmp_path / "x.h5") as file:
        assert file["x"][:].tolist() == file["y"][:].tolist() == list(range(1000))
