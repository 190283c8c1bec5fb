"""Results that a report can be built from, and a browser that opens it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.clips import planned_clip

from foa360.config.load import load_config
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import ClipAgreement, CuratedClip, Detection, FetchedVideo, PlannedClip
from foa360.stages.report.files import ReportFiles
from foa360.stages.report.stage import write_report

#: Clips of a shard.
PER_SHARD = 256
HOSTILE = "<script>document.title='run'</script>\"'&\n\x1b[2J\u202e"
AVC = (
    '{"task": "avc_choice", "experiment": "avc", "trained_for": "avc", "accuracy": 0.8, '
    '"ci_low": 0.7, "ci_high": 0.9, "chance": 0.5, "untrained": 0.51, "blind": 0.72, "deaf": 0.5, '
    '"decisions": 400, "reached_by": ["blind_mean"], "videos": 8}'
)
PROBE = (
    '{"task": "probe", "experiment": "avc", "trained_for": "avc", "accuracy": null, '
    '"note": "needs two"}'
)


def report_clip(i: int, verdict: str, reasons: list[str], video_id: str = "v") -> CuratedClip:
    """Make a row of the curation table with the columns that the page shows."""
    return CuratedClip(
        clip_id=f"{video_id}{i}_0",
        video_id=f"{video_id}{i}",
        start=0.0,
        duration=2.0,
        split="train",
        verdict=verdict,
        reasons=reasons,
        message=HOSTILE if verdict != "kept" else None,
        convention="ACN/SN3D",
        planes=[0, 1, 2, 3],
        gains=[1.0] * 4,
        energy_ratio=0.5 + 0.2 * (i % 10),
        energy_ratio_after=0.5 + 0.2 * (i % 10),
        energy_w_db=-20.0,
        energy_y_db=-25.0,
        energy_z_db=-30.0,
        energy_x_db=-25.0,
        azimuth=np.radians(10.0 * (i % 18)),
        elevation=0.0,
        diffuseness=0.3,
        audio_codec="aac",
        audio_layout="5.1",
        static_share=0.1,
        projection="erp",
        stereo="mono",
    )


def _fetched(video_id: str, media: dict[str, Path], licence: str) -> FetchedVideo:
    path = media.get(video_id)
    known = {"video_path": str(path), "audio_path": str(path)} if path else {}
    return FetchedVideo(video_id=video_id, state="fetched", licence=licence, **known)


def write_results(
    folder: Path,
    clips: list[CuratedClip],
    agreement: list[ClipAgreement],
    media: dict[str, Path] | None = None,
    sources: dict[str, int] | None = None,
    licence: str = HOSTILE,
) -> ReportFiles:
    """Write the tables of a run, a shard for each `PER_SHARD` clips.

    `media` are the files of videos that have one; `sources` the numbers of their sources, 0 if
    absent.
    """
    plan = folder / "plan.parquet"
    shards = [clips[i : i + PER_SHARD] for i in range(0, max(len(clips), 1), PER_SHARD)]
    planned = []
    for number, of_shard in enumerate(shards):
        name = f"s{number:04d}"
        for clip in of_shard:
            source = (sources or {}).get(clip.video_id, 0)
            planned.append(replace(planned_clip(clip), shard=name, source_number=source))
        videos = dict.fromkeys(clip.video_id for clip in of_shard)
        fetched = [_fetched(video_id, media or {}, licence) for video_id in videos]
        file = f"{name}.parquet"
        tables.write(folder / "fetch" / file, fetched, FetchedVideo)
        tables.write(folder / "curation" / file, of_shard, CuratedClip)
        tables.write(folder / "detections" / file, [], Detection)
        tables.write(folder / "agreement" / file, agreement if not number else [], ClipAgreement)
    tables.write(plan, planned, PlannedClip)
    model = folder / "avc" / "0"
    model.mkdir(parents=True)
    curves = "step,loss,accuracy,validation_loss\n10,2.5,0.1,\n20,1.5,0.5,1.8\n"
    (model / "curves.csv").write_text(curves)
    (folder / "avc.json").write_text(AVC)
    (folder / "probe.json").write_text(PROBE)
    costs = folder / "cost" / "measure"
    costs.mkdir(parents=True)
    (costs / "s0000.tsv").write_text("s\tmax_rss\tcpu_time\n12.5\t300\t-\n")
    return report_files(folder)


def report_files(folder: Path) -> ReportFiles:
    """Name the files of such a run."""
    return ReportFiles(
        plan=folder / "plan.parquet",
        fetch=sorted((folder / "fetch").iterdir()),
        curation=sorted((folder / "curation").iterdir()),
        detections=sorted((folder / "detections").iterdir()),
        agreement=sorted((folder / "agreement").iterdir()),
        features=sorted((folder / "features").glob("*.h5")),
        models=[folder / "avc" / "0" / "model.pt"],
        evaluations=[folder / "avc.json", folder / "probe.json"],
        costs=folder / "cost",
        page=folder / "report" / "index.html",
    )


def build(files: ReportFiles, **config: Any) -> Path:
    """Build the report and return its page."""
    settings = load_config({"sources": [{"kind": "demo"}]} | config)
    write_report(files, settings, "0123abcd", Progress("test"))
    return files.page


@contextmanager
def browser(width: int = 1100, height: int = 900, dark: bool = False) -> Iterator[Any]:
    """Headless Chromium of a size; skips the test where there is none."""
    from selenium import webdriver

    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        pytest.skip("no chromium and chromedriver here")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",  # of any size
        "--enable-unsafe-swiftshader",  # WebGL without a GPU
        "--autoplay-policy=no-user-gesture-required",
        "--window-size=1100,900",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        running.set_script_timeout(300)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        running.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        running.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield running
    finally:
        running.quit()


def console(running: Any) -> list[str]:
    """Messages on the console, without those of the software that stands in for a GPU."""
    messages = [entry["message"] for entry in running.get_log("browser")]
    return [message for message in messages if "GPU stall" not in message]


def requests(running: Any) -> list[str]:
    """Addresses that were requested."""
    import json

    found = []
    for entry in running.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return found
