"""The page in a real browser, and the text for the terminal."""

import shutil

import numpy as np
import pytest
from support.clips import planned_clip

from foa360.config.features import Features
from foa360.config.load import load_config
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import (
    ClipAgreement,
    CuratedClip,
    Detection,
    FetchedVideo,
    PlannedClip,
)
from foa360.stages.report import charts
from foa360.stages.report.stage import ReportFiles, write_report

HOSTILE = "<script>document.title='run'</script>\"'&\n"


def curated(i: int, verdict: str, reasons: list[str], video_id: str = "v") -> CuratedClip:
    return CuratedClip(
        clip_id=f"{video_id}{i}_0",
        video_id=f"{video_id}{i}",
        start=0.0,
        duration=10.0,
        split="train",
        verdict=verdict,
        reasons=reasons,
        message=HOSTILE,
        convention="ACN/SN3D",
        energy_ratio=0.5 + 0.2 * i,
        azimuth=np.radians(10.0 * i),
        elevation=0.0,
        diffuseness=0.3,
        audio_codec="aac",
        audio_layout="5.1",
    )


@pytest.fixture
def built(tmp_path, write_features):
    clips = [curated(i, "kept", []) for i in range(3)]
    clips += [curated(7, "rejected", ["silent"], HOSTILE), curated(8, "failed", ["no_audio"])]
    agreement = ClipAgreement(
        clip_id="v0_0",
        video_id="v0",
        agreement=1.25,
        chance=0.02,
        axes="+y +x +z",
        axes_gain=0.5,
    )
    tables_of_shard = ("fetch", "curation", "detections", "agreement")
    paths = {name: tmp_path / name / "s0000.parquet" for name in tables_of_shard}
    paths["plan"] = tmp_path / "plan.parquet"
    # The shard names the kept clips as unreadable.
    media = {clip.video_id: tmp_path / "damaged.mp4" for clip in clips}
    (tmp_path / "damaged.mp4").write_text("no video")
    shard = write_features(media, clips, [[0.0, 0.0]], Features(), tmp_path / "s0000.h5")
    fetched = [FetchedVideo(video_id=clip.video_id, state="failed") for clip in clips]
    tables.write(paths["plan"], [planned_clip(clip) for clip in clips], PlannedClip)
    tables.write(paths["fetch"], fetched, FetchedVideo)
    tables.write(paths["curation"], clips, CuratedClip)
    tables.write(paths["detections"], [], Detection)
    tables.write(paths["agreement"], [agreement], ClipAgreement)
    folder = tmp_path / "avc"
    folder.mkdir()
    (folder / "curves.csv").write_text("step,loss,accuracy\n10,2.5,0.1\n20,1.5,0.5\n")
    (tmp_path / "avc.json").write_text(
        '{"task": "avc", "experiment": "avc", "accuracy": 0.8, "ci_low": 0.7, "ci_high": 0.9, '
        '"chance": 0.5, "untrained": 0.51, "pairs": 400, "test_videos": 8}'
    )
    (tmp_path / "probe.json").write_text(
        '{"task": "probe", "experiment": "avc", "accuracy": null, "note": "needs two", '
        '"test_videos": 1}'
    )

    def build(name: str):
        files = ReportFiles(
            plan=paths["plan"],
            fetch=[paths["fetch"]],
            curation=[paths["curation"]],
            detections=[paths["detections"]],
            agreement=[paths["agreement"]],
            features=[shard],
            models={"avc": folder},
            evaluations=[tmp_path / "avc.json", tmp_path / "probe.json"],
            page=tmp_path / f"{name}.html",
            summary=tmp_path / f"{name}.txt",
        )
        write_report(files, load_config({"sources": [{"kind": "demo"}]}), Progress("test"))
        return files.page

    return build


def test_the_summary_counts_clips_and_gives_accuracies(built):
    text = built("page").with_suffix(".txt").read_text()
    assert "5 listed, 3 kept" in text
    assert "1 rejected: silent 1" in text
    assert "1 failed: no_audio 1" in text
    assert "80.0 % (70 to 90; chance 50)" in text
    assert "not measured, needs two" in text


def test_the_same_results_give_the_same_bytes_and_no_request(built):
    page = built("one").read_text()
    assert page == built("two").read_text().replace("two.html", "one.html")
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert "<script>document.title" not in page


def test_charts_count_right():
    svg = charts.histogram({"kept": [1.0, 1.0, 1e-12]}, 0.1, (0.4, 2.5))
    assert "2 kept" in svg
    assert "1 kept" in svg
    assert charts.curves({"avc": []}, "loss", None) == ""
    assert "&lt;b&gt;" in charts.bars([charts.Bar("<b>", 3, "kept", "x")])


@pytest.fixture
def browser():
    from selenium import webdriver

    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        pytest.skip("no chromium and chromedriver here")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1100,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield running
    running.quit()


@pytest.mark.system
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_page_works_in_a_browser(built, browser):
    from selenium.webdriver.common.by import By

    browser.get(f"file://{built('page')}")
    assert browser.title == "foa360 report", "no hostile text may run"
    assert not [e for e in browser.get_log("browser") if e["level"] in {"SEVERE", "WARNING"}]
    sent = [
        e["message"]
        for e in browser.get_log("performance")
        if '"Network.requestWillBeSent"' in e["message"]
    ]
    assert all('"url":"file:' in m or '"url":"data:' in m for m in sent)
    for section in ("funnel", "ratio", "scenes", "training", "evaluation", "table", "origin"):
        assert browser.find_element(By.ID, section).is_displayed()
    rows = browser.find_elements(By.CSS_SELECTOR, "#clips tbody tr")
    assert len(rows) == 5
    browser.find_element(By.ID, "find").send_keys("no_audio")
    shown = [
        r for r in browser.find_elements(By.CSS_SELECTOR, "#clips tbody tr") if r.is_displayed()
    ]
    assert len(shown) == 1
    browser.find_element(By.ID, "find").clear()
    browser.find_element(By.ID, "find").send_keys("v")
    head = browser.find_elements(By.CSS_SELECTOR, "#clips th button")[3]
    head.click()
    cells = browser.find_elements(By.CSS_SELECTOR, "#clips tbody tr td:nth-child(4)")
    values = [float(c.text) for c in cells if c.text]
    assert values == sorted(values)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.set_window_size(420, 800)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 520 < width


def test_a_video_whose_audio_fits_other_axes_is_named(built):
    page = built("page").read_text()
    assert "fits its detections better, by 0.50 nats, with +y +x +z" in page
    assert "<td>1.25</td>" in page
