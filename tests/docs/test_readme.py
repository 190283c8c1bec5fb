"""Every block of the README: configurations and commands work, the Python example runs."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.miniatures import write_network
from support.runs import ROOT
from support.sample_shard import CLIPS, SETTINGS

from foa360.core.jobs import Progress
from foa360.demo.encode import write_media
from foa360.stages.embeddings.stage import EmbeddingFiles, write_embeddings

pytestmark = [pytest.mark.system, pytest.mark.slow]

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
#: Commands without a server and without hours of work: the workflow lists its jobs.
PROGRAMS = {
    "snakemake": [sys.executable, "-m", "snakemake"],
    "foa360": [sys.executable, "-c", "from foa360.commands.entry import main; exit(main())"],
}
LISTS = {
    "yt360/train.txt": "0FB9jMXMP8A\n",
    "yt360/test.txt": "QO-pWw4_z8Y\n",
    "yt360/segments.txt": "0FB9jMXMP8A 0,10\nQO-pWw4_z8Y 5\n",
    "sphere360/train.txt": "0FB9jMXMP8A_19\n",
    "sphere360/test.txt": "QO-pWw4_z8Y_120\n",
}


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_shard: Path) -> Path:
    """Make a checkout with everything that the README names."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("workflow", "rules", "scripts", "src"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "config.yaml", folder)
    audio = 0.1 * np.random.default_rng(0).standard_normal((4, 48000)).astype(np.float32)
    frames = (np.full((64, 128, 3), 8 * number, np.uint8) for number in range(25))
    write_media(folder / "recordings" / "forest.mp4", frames, audio, video="h264")
    for name, text in LISTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "sphere360" / "media").mkdir()
    (folder / "results" / "features").mkdir(parents=True)
    shutil.copy(sample_shard, folder / "results" / "features" / "s0000.h5")
    # What an interrupted job leaves.
    (folder / "results" / "features" / ".x.part.h5").write_bytes(b"half a shard")
    for text in blocks("yaml"):
        (folder / re.match(r"# (\w+\.yaml)\n", text)[1]).write_text(text)
    return folder


COMMANDS = [
    arguments
    for text in blocks("sh")
    for line in text.splitlines()
    if (arguments := shlex.split(line, comments=True)) and arguments[0] != "source"
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_works(folder: Path, arguments: list[str]) -> None:
    program, *rest = arguments
    if program == "python3":  # what runs this test
        assert rest[0] == "bootstrap.py"
        assert f'"{rest[1]}"' in (ROOT / "bootstrap.py").read_text()
        return
    if program == "snakemake":
        rest = [*rest, "--dry-run", "--executor", "local"]
    elif rest[0] == "probe-clients":  # asks YouTube
        rest.append("--help")
    done = subprocess.run(
        [*PROGRAMS[program], *rest], cwd=folder, capture_output=True, text=True, check=False
    )
    # 1 where a clip is not kept.
    assert done.returncode in ({0, 1} if rest[0] == "check" else {0}), done.stderr
    assert "Traceback" not in done.stderr
    if program == "snakemake":
        assert re.search(r"^total +[1-9]", done.stdout + done.stderr, re.MULTILINE)


def test_the_example_runs_as_a_script(folder: Path) -> None:
    example, _ = blocks("python")
    (folder / "example.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "torch.Size" in done.stdout


def test_the_example_of_embeddings_runs(folder: Path, sample_shard: Path, tmp_path: Path) -> None:
    _, example = blocks("python")
    output = folder / "results" / "embeddings" / "avsa" / "0.parquet"
    (tmp_path / "clips.txt").write_text("\n".join(clip.video_id for clip in CLIPS))
    files = EmbeddingFiles(
        shards=[sample_shard],
        clips=tmp_path / "clips.txt",
        model=write_network(tmp_path / "model.pt", bands=SETTINGS.n_mels),
        output=output,
    )
    write_embeddings(files, Progress("test"))
    (folder / "embeddings.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "embeddings.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert 0 <= float(done.stdout) <= 1


def test_tasks_are_short() -> None:
    assert len(COMMANDS) > 12
    assert [len(text.splitlines()) <= 10 for text in blocks("yaml") + blocks("sh")].count(
        False
    ) == 0
