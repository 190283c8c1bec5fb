"""The page as a file, the tables beside it, and the text for the terminal."""

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from support.report import HOSTILE, build, report_clip, write_results

from foa360.stages.report import charts
from foa360.stages.report.files import ReportFiles


def written(folder: Path) -> dict[str, bytes]:
    """Content of every file below a folder, without the times of the jobs."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "cost.js"
    }


def test_the_summary_counts_clips_and_gives_accuracies(results: ReportFiles) -> None:
    text = build(results).with_name("summary.txt").read_text()
    assert "5 listed, 3 kept" in text
    assert "1 rejected: silent 1" in text
    assert "static_video" not in text, "each lost clip is counted once"
    assert "1 failed: no_audio 1" in text
    assert "80.0 % (70 to 90; chance 50, blind 72, deaf 50)" in text
    assert "shows nothing" in text
    assert "only 8 test videos" in text
    assert "not measured, needs two" in text


def test_the_same_results_give_the_same_bytes_and_no_request(results: ReportFiles) -> None:
    page = build(results)
    first = written(page.parent)
    (page.parent / "data" / "rows-0099.js").write_text("of a run with more clips")
    build(results)
    assert written(page.parent) == first
    text = page.read_text().replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in text
    assert "https://" not in text
    assert "<script>document.title" not in text


def test_the_tables_beside_the_page_have_every_clip(results: ReportFiles) -> None:
    folder = build(results).parent
    table = pq.read_table(folder / "clips.parquet")
    assert table.num_rows == 5
    by_id = {row["clip_id"]: row for row in table.to_pylist()}
    assert by_id["v0_0"]["agreement"] == 1.25
    assert by_id["v1_0"]["agreement"] is None
    assert by_id["v8_0"]["verdict_text"].startswith("Failed: there is no audio stream")
    assert by_id["v8_0"]["fetch_state"] == "fetched"
    assert by_id["v0_0"]["shard"] == "s0000"
    options = pa_csv.ParseOptions(newlines_in_values=True)
    csv = pa_csv.read_csv(folder / "clips.csv", parse_options=options)
    assert csv.column_names == table.column_names
    assert csv["clip_id"].to_pylist() == table["clip_id"].to_pylist()
    assert json.loads(csv["reasons"].to_pylist()[3]) == ["silent", "static_video"]


def test_the_summary_for_programs_adds_up(results: ReportFiles) -> None:
    summary = json.loads((build(results).parent / "summary.json").read_text())
    assert summary["clips"] == {"listed": 5, "kept": 3, "rejected": 1, "failed": 1}
    lost = sum(sum(step["lost"].values()) for step in summary["funnel"])
    assert lost + 3 == summary["funnel"][0]["passed"] == 5
    assert summary["funnel"][-1]["passed"] == 3
    assert summary["reasons"]["static_video"] == 1
    assert [metric["task"] for metric in summary["metrics"]] == ["avc_choice", "probe"]


def test_reasons_come_with_what_to_do(results: ReportFiles) -> None:
    page = html.unescape(build(results).read_text())
    assert "<td>there is no audio stream</td><td>name the file with the audio in the list" in page


def test_charts_count_right() -> None:
    histogram = charts.histogram({"kept": [1.0, 1.0, 1e-12, 99.0]}, 0.5, (0.25, 4.0))
    counts = np.array(histogram["counts"]["kept"])
    assert counts.sum() == 4
    assert (counts[0], counts[-1]) == (1, 1), "the outer bins hold everything beyond"
    edges = np.array(histogram["edges"])
    assert counts[np.searchsorted(edges, 1e-6) - 1] == 2
    np.testing.assert_allclose(histogram["bands"], [[-2, 2], [-1, np.log2(1.5)]])
    assert "&lt;b&gt;" in charts.bars([charts.Bar("<b>", 3, "kept", "x")])


def test_the_page_allows_its_own_script_and_style_only(results: ReportFiles) -> None:
    page = build(results).read_text()
    policy = html.unescape(
        re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for tag, more in (("script", " 'strict-dynamic'"), ("style", "")):
        [content] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'{more}"
    assert not re.search(r"<[^>]+ (style|on[a-z]+)=", page)


def test_control_and_direction_characters_are_escapes_in_all_files(results: ReportFiles) -> None:
    folder = build(results).parent
    assert r"\x1b[2J\u202e" in (folder / "index.html").read_text()
    for path in [folder / "index.html", *folder.glob("data/rows-*.js")]:
        assert not set(path.read_text()) & set("\x1b\u202e"), path.name


def test_a_video_whose_audio_fits_other_axes_is_named(results: ReportFiles) -> None:
    page = build(results).read_text()
    assert "fits its detections better, by 0.50 nats, with +y +x +z" in page


def test_the_libraries_of_the_page_come_with_their_licences(results: ReportFiles) -> None:
    data = build(results).parent / "data"
    for name in ("three", "omnitone", "uPlot"):
        (library,) = data.glob(f"{name}.*js")
        assert library.stat().st_size > 40_000
        assert "icense" in (data / f"{name}.LICENSE.txt").read_text()


def test_media_that_are_gone_leave_a_card_with_the_verdict(tmp_path: Path) -> None:
    clips = [report_clip(0, "rejected", ["silent"], HOSTILE), report_clip(1, "failed", ["removed"])]
    page = build(write_results(tmp_path, clips, []))
    assert "the video was removed or never existed" in page.read_text()
    cards = list(page.parent.glob("data/clip-*.js"))
    assert len(cards) == 2
    assert all(path.read_text().endswith(",{});\n") for path in cards)


@pytest.mark.parametrize("count", [0, 1])
def test_a_report_of_no_clips_or_one_can_be_built(tmp_path: Path, count: int) -> None:
    clips = [report_clip(i, "kept", []) for i in range(count)]
    page = build(write_results(tmp_path, clips, []))
    assert f"<b>{count}</b> clips" in page.read_text()
