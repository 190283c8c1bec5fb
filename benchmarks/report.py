"""Cost of the report for many clips: time and memory of building it, and its first view.

`PYTHONPATH=tests python benchmarks/report.py --clips 100000 --media FILE` writes tables as those of
a run, a tenth of the clips rejected or failed, and builds the report of them in a process of its
own. Then it opens the page in headless Chromium, which must be installed, several times. All videos
that were fetched name the one FILE, which the cards are drawn from; without it cards have no media.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from support.report import browser, build, report_clip, report_files, write_results

from foa360.core.reasons import NOT_FETCHED, REASONS, REJECTING
from foa360.core.records import ClipAgreement, CuratedClip

#: Verdicts and reasons, by the number of a clip modulo 20; the first clips have one reason each.
KINDS: dict[int, tuple[str, list[str]]] = {
    0: ("rejected", ["energy_ratio", "clipped"]),
    1: ("failed", ["removed"]),
    2: ("kept", ["energy_ratio_off", "horizontal_only"]),
    3: ("kept", ["octaves_disagree"]),
    4: ("kept", ["channels_late"]),
}
#: Clips of a video, as YT-360 has on average, and their length, s.
PER_VIDEO = 16
SECONDS = 10.0
SHARES = ("silent_share", "clipped_share", "dc_offset", "static_share")
LEVELS = ("energy_w_db", "energy_y_db", "energy_z_db", "energy_x_db")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#: When the first paint was, ms since the navigation, and whether rows and charts stand.
PAINT = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
NOW = "return performance.now()"
STANDS = (
    "return document.querySelectorAll('#clips tbody tr').length > 0 &&"
    " document.querySelectorAll('.chart canvas').length >= 3"
)


def varied_clips(count: int) -> Iterator[CuratedClip]:
    """Yield rows with measures of their own, sixteen of each video in turn."""
    numbers = np.random.default_rng(0)
    letters = random.Random(0)
    video = ""
    firsts = [(_verdict(code), [code]) for code in REASONS]
    for i in range(count):
        if i % PER_VIDEO == 0:
            video = "".join(letters.choices(LETTERS, k=11))
        clip = report_clip(i, *(firsts[i] if i < len(firsts) else KINDS.get(i % 20, ("kept", []))))
        start = SECONDS * (i % PER_VIDEO)
        ratio = float(np.exp(0.3 * numbers.standard_normal()))
        yield replace(
            clip,
            clip_id=f"youtube:{video}_{start:g}",
            video_id=f"youtube:{video}",
            start=start,
            duration=SECONDS,
            message=None,
            energy_ratio=ratio,
            energy_ratio_after=ratio,
            octave_ratios=np.exp(0.3 * numbers.standard_normal(9)).tolist(),
            channel_lags=(0.001 * numbers.standard_normal(4)).tolist(),
            azimuth=float(numbers.uniform(-np.pi, np.pi)),
            elevation=float(numbers.uniform(-1.5, 1.5)),
            diffuseness=float(numbers.uniform()),
            claimed_convention="ACN/SN3D",
            audio_offset=0.01,
            width=3840,
            height=1920,
            **{name: float(numbers.uniform(-60, -10)) for name in LEVELS},
            **{name: float(numbers.uniform(0, 0.1)) for name in SHARES},
        )


def _verdict(code: str) -> str:
    if REASONS[code].kind == "failed":
        return "failed"
    return "rejected" if code in REJECTING else "kept"


def write_tables(folder: Path, count: int, media: Path | None) -> None:
    """Write the tables of a run."""
    clips = list(varied_clips(count))
    agreement = [
        ClipAgreement(
            clip_id=clip.clip_id,
            video_id=clip.video_id,
            agreement=float(np.sin(i)),
            chance=0.2,
        )
        for i, clip in enumerate(clips)
        if clip.verdict == "kept"
    ]
    fetched = [clip.video_id for clip in clips if not set(clip.reasons) & set(NOT_FETCHED)]
    named = dict.fromkeys(fetched, media) if media else None
    write_results(folder, clips, agreement, named, licence="Creative Commons Attribution")


def build_here(folder: Path) -> None:
    """Build the report; print seconds and peak memory in GB."""
    begin = time.perf_counter()
    build(report_files(folder))
    seconds = time.perf_counter() - begin
    # Not `ru_maxrss`, which starts at the value of the parent.
    status = Path("/proc/self/status").read_text()
    print(seconds, int(status.split("VmHWM:")[1].split()[0]) / 1e6)


def first_view(page: Path) -> tuple[float, float, float]:
    """Open a page in a new browser.

    Returns seconds to its first paint, to its rows and charts, and from the search of a clip, for
    which all rows are loaded, to the row.
    """
    with browser() as running:
        running.get("about:blank")
        running.get(f"file://{page}")
        stands = _until(running, STANDS)
        painted = running.execute_script(PAINT)
        begin = running.execute_script(NOW)
        running.execute_script(
            "filters.find.value = 'removed';"
            "filters.find.dispatchEvent(new Event('input', {bubbles: true}))"
        )
        found = _until(
            running, "return !document.querySelector('#count').textContent.startsWith(state.clips)"
        )
        return painted / 1000, stands / 1000, (found - begin) / 1000


def _until(running: Any, condition: str) -> float:
    """Wait for a condition; return the time of the page when it held, ms."""
    script = f"""
    const done = arguments[0];
    const holds = () => {{ {condition} }};
    const look = () => holds() ? done(performance.now()) : setTimeout(look, 5);
    look();
    """
    return float(running.execute_async_script(script))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--media", type=Path, help="file with the video and audio of all clips")
    parser.add_argument("--views", type=int, default=5, help="how often the page is opened")
    parser.add_argument("--folder", type=Path, help="where the report goes, and stays")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.build:
        build_here(chosen.build)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        write_tables(folder, chosen.clips, chosen.media and chosen.media.resolve())
        command = [sys.executable, __file__, "--build", str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        seconds, memory = map(float, done.stdout.split()[-2:])
        page = folder / "report" / "index.html"
        beside = [path.stat().st_size for path in page.parent.glob("data/*")]
        print(f"built in {seconds:.1f} s, {memory:.2f} GB")
        print(f"page {page.stat().st_size / 1e6:.2f} MB, beside it {sum(beside) / 1e6:.1f} MB")
        views = [first_view(page) for _ in range(chosen.views)]
        for name, values in zip(
            ("first paint", "rows and charts", "search of all rows"),
            zip(*views, strict=True),
            strict=True,
        ):
            print(f"{name}: {min(values):.2f} s at best, median {statistics.median(values):.2f} s")


if __name__ == "__main__":
    main()
