"""The page in a real browser: every panel, filter, link and key, two widths, light and dark."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.report import browser, build, console, report_clip, requests, write_results

from foa360.ambisonics import encode, look_at
from foa360.core.records import ClipAgreement
from foa360.stages.report.files import ReportFiles

pytestmark = [pytest.mark.system, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SECTIONS = (
    "funnel",
    "scenes",
    "table",
    "ratio",
    "agreement",
    "frames",
    "diversity",
    "fetch",
    "training",
    "evaluation",
    "origin",
)
#: Renders a source (azimuth, elevation) in noise for a view: level left over right, dB.
RENDER = """
const [source, view, solo, done] = arguments;
(async () => {
  const context = new OfflineAudioContext(2, 24000, 48000);
  const buffer = context.createBuffer(4, 24000, 48000);
  let seed = 1;
  const noise = Float32Array.from({ length: 24000 }, () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647 - 0.5;
  });
  source.forEach((gain, i) => buffer.getChannelData(i).set(noise.map((value) => gain * value)));
  const node = context.createBufferSource();
  node.buffer = buffer;
  const sound = await foa360.sound(context, node);
  sound.look(...view);
  sound.solo(solo);
  node.start();
  const out = await context.startRendering();
  const energy = (i) => out.getChannelData(i).reduce((sum, v) => sum + v * v, 1e-12);
  done([0, 1].map((i) => 10 * Math.log10(energy(i))));
})().catch((error) => done(String(error)));
"""


def find(page: Any, selector: str) -> list[Any]:
    from selenium.webdriver.common.by import By

    return page.find_elements(By.CSS_SELECTOR, selector)


#: Longest wait for what a page shows at once on an idle machine, s.
MAX_WAIT_S = 300.0


def until(condition: Any) -> Any:
    """Wait for a condition, and return what it returns."""
    end = time.monotonic() + MAX_WAIT_S
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def shown_ids(page: Any) -> list[str]:
    script = (
        "return [...document.querySelectorAll('#clips tbody tr')]"
        ".map((row) => row.cells[0].textContent)"
    )
    return page.execute_script(script)


def open_page(page: Any, path: Path, address: str = "") -> None:
    page.get("about:blank")
    page.get(f"file://{path}{address}")
    until(lambda: find(page, "#count")[0].text)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture
def page(chromium: Any, results: ReportFiles) -> Iterator[Any]:
    """Open the page; at the end it must have said and requested nothing."""
    console(chromium)
    requests(chromium)
    open_page(chromium, build(results))
    yield chromium
    assert console(chromium) == []
    assert all(url.startswith(("file:", "data:", "about:")) for url in requests(chromium))


def test_every_panel_is_there_and_no_hostile_text_runs(page: Any) -> None:
    assert page.title == "foa360 report"
    linked = {link.get_attribute("href").rpartition("#")[2] for link in find(page, "nav a")}
    assert linked == set(SECTIONS)
    for section in SECTIONS:
        assert find(page, f"#{section}")[0].is_displayed()


def ratios(page: Any) -> list[float]:
    """Energy ratios in the order of the table."""
    script = (
        "return [...document.querySelectorAll('#clips tbody tr')]"
        ".map((row) => Number(row.cells[3].textContent))"
    )
    return page.execute_script(script)


def test_search_filters_and_order(page: Any) -> None:
    assert len(shown_ids(page)) == 5
    search = find(page, "#find")[0]
    search.send_keys("no_audio")
    assert until(lambda: shown_ids(page) == ["v8_0"])
    find(page, "#clear")[0].click()
    until(lambda: len(shown_ids(page)) == 5)
    find(page, "#verdict option[value='']")
    page.execute_script(
        "verdict.value = 'kept'; verdict.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    until(lambda: sorted(shown_ids(page)) == ["v0_0", "v1_0", "v2_0"])
    until(lambda: find(page, "#count")[0].text == "3 of 5 clips")
    for button in find(page, "#clips th button"):
        button.click()
    find(page, "#clips th button")[3].click()
    until(lambda: (found := ratios(page)) == sorted(found))


def test_a_loss_in_the_funnel_filters_the_table(page: Any) -> None:
    (link,) = find(page, "#funnel svg a[href='#lost=silent']")
    page.execute_script(
        "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", link
    )
    until(lambda: len(shown_ids(page)) == 1)
    assert "silent" in find(page, "#clips tbody tr")[0].text
    assert page.execute_script("return lost.value") == "silent"
    page.execute_script("location.hash = '#reason=static_video'")
    until(lambda: page.execute_script("return reason.value") == "static_video")
    until(lambda: len(shown_ids(page)) == 1)


#: Counts the pixels of a chart that have the colour of a variable of the page, or nearly.
COLOURED = """
const [id, name] = arguments;
const canvas = document.querySelector(`#${id} canvas`);
const context = new OffscreenCanvas(canvas.width, canvas.height).getContext(
  "2d", { willReadFrequently: true });
context.fillStyle = colour(name);
context.fillRect(0, 0, 1, 1);
const wanted = context.getImageData(0, 0, 1, 1).data;
context.clearRect(0, 0, 1, 1);
context.drawImage(canvas, 0, 0);
const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
let count = 0;
for (let i = 0; i < data.length; i += 4) {
  const near = [0, 1, 2].every((c) => Math.abs(data[i + c] - wanted[c]) < 8);
  if (near && data[i + 3] > 200) count += 1;
}
return count;
"""


def test_charts_show_the_ratios_and_the_curves(page: Any) -> None:
    for chart in ("histogram", "loss", "accuracy"):
        until(lambda chart=chart: find(page, f"#{chart} canvas"))
        until(lambda chart=chart: page.execute_script(COLOURED, chart, "kept") > 20)
    until(lambda: page.execute_script(COLOURED, "histogram", "rejected") > 20)
    # The band of τ.
    until(lambda: page.execute_script(COLOURED, "histogram", "line") > 20)
    page.execute_script("drawn.get(loss).setCursor({ left: 1e4, top: 10 })")
    page.execute_script("drawn.get(loss).setLegend({ idx: 1 })")
    until(lambda: "1.500" in find(page, "#loss")[0].text)
    # A ratio of 0.5 is at the middle of the left half.
    page.execute_script("drawn.get(histogram).setLegend({ idx: 18 })")
    until(lambda: re.search(r"kept:?\s*1", find(page, "#histogram")[0].text))


def test_a_curve_of_one_value_is_a_point(page: Any) -> None:
    until(lambda: page.execute_script(COLOURED, "validation_loss", "kept") > 20)


def test_a_row_says_why_before_its_numbers_and_in_view(page: Any) -> None:
    until(lambda: find(page, "#clips tbody tr"))
    cells = find(page, "#clips tbody tr:last-child td")
    assert cells[4].text.startswith("Kept: ")
    box = find(page, "#table .wide")[0].rect
    assert cells[4].rect["x"] + cells[4].rect["width"] <= box["x"] + box["width"]


def test_a_card_has_an_address_and_leads_back(page: Any) -> None:
    open_page(page, Path(page.current_url.removeprefix("file://").partition("#")[0]), "#clip=v0_0")
    card = until(lambda: [d for d in find(page, "dialog[open]") if "v0_0" in d.text])[0]
    assert "Kept: energy ratio 0.50, outside 1 ± 0.1." in card.text
    for selector in (".frame img", ".frame svg circle", ".crops img", ".wave", ".spectrum"):
        until(lambda selector=selector: find(page, f"#card {selector}"))
    decoded = "return [...document.querySelectorAll('#card img')].every((i) => i.naturalWidth)"
    until(lambda: page.execute_script(decoded))
    find(page, "#card a[href='#table']")[0].click()
    until(lambda: not find(page, "dialog[open]"))
    link = next(a for a in find(page, "#clips tbody a") if a.text.startswith("<script>"))
    link.click()
    until(lambda: find(page, "dialog[open]"))
    assert page.title == "foa360 report"
    until(lambda: "Rejected: the audio is silent" in find(page, "#card")[0].text)
    assert "Further: the frames do not change" in find(page, "#card")[0].text


def test_an_unknown_clip_is_answered(page: Any) -> None:
    page.execute_script("location.hash = '#clip=nobody'")
    until(lambda: "There is no such clip" in find(page, "#card")[0].text)


def test_the_slider_says_how_many_clips_would_change(page: Any) -> None:
    slider = find(page, "#tau")[0]
    assert "nothing changes" in find(page, "#taucount")[0].text
    page.execute_script(
        "arguments[0].value = 0.6; arguments[0].dispatchEvent(new Event('input'))", slider
    )
    # Ratios are 0.5, 0.7, 0.9, 1.9 and 2.1.
    text = "3 of 5 clips pass; 2 notes would change, more pass"
    until(lambda: text in find(page, "#taucount")[0].text)


def test_the_page_can_be_used_by_keys_alone(page: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        for key in keys:
            ActionChains(page).send_keys(key).perform()

    def focused() -> str:
        return page.execute_script(
            "return document.activeElement.id || document.activeElement.textContent.trim()"
        )

    seen = []
    for _ in range(60):
        press(Keys.TAB)
        seen.append(focused())
        if seen[-1] == "find":
            break
    assert {"Funnel", "Provenance", "− silent1", "find"} <= set(seen)
    press(*"v2_0")
    until(lambda: shown_ids(page) == ["v2_0"])
    for _ in range(40):
        press(Keys.TAB)
        if focused() == "v2_0":
            break
    press(Keys.ENTER)
    until(lambda: find(page, "dialog[open]"))
    until(lambda: "v2_0" in find(page, "#card")[0].text)
    until(lambda: find(page, "#card .start"))
    for _ in range(6):
        if focused() == "Look around and listen":
            break
        press(Keys.TAB)
    press(Keys.ENTER)
    until(lambda: find(page, "#card canvas"))
    press(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_UP)
    until(lambda: find(page, "#card output")[0].text == "20° left, 10° up")
    press(Keys.ESCAPE)
    until(lambda: not find(page, "dialog[open]"))
    until(lambda: focused() == "v2_0")


def test_the_player_plays_and_is_dragged(page: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    page.execute_script("location.hash = '#clip=v0_0'")
    until(lambda: find(page, "#card .start"))[0].click()
    canvas = until(lambda: find(page, "#card canvas"))[0]
    before = canvas.screenshot_as_png
    ActionChains(page).drag_and_drop_by_offset(canvas, 120, 0).perform()
    until(lambda: "left" in find(page, "#card output")[0].text)
    until(lambda: not find(page, "#card output")[0].text.startswith("0°"))
    play = find(page, "#card .controls button")[0]
    play.click()
    until(lambda: play.text == "Pause")
    page.execute_script(
        "const s = document.querySelector('#card .controls select'); s.value = 'Y';"
        "s.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    until(lambda: canvas.screenshot_as_png != before)
    play.click()
    until(lambda: play.text == "Play")


def heard(page: Any, source_deg: float, view_deg: float, elevation_deg: float = 0.0) -> float:
    """Level left over right, dB, of a source for a view."""
    source = encode(*np.radians([source_deg, 0.0])).tolist()
    view = np.radians([view_deg, elevation_deg]).tolist()
    left, right = page.execute_async_script(RENDER, source, view, "")
    return left - right


def test_the_sound_field_rotates_with_the_view(page: Any) -> None:
    assert heard(page, 90, 0) > 6
    assert heard(page, 90, 180) < -6
    assert abs(heard(page, 90, 90)) < 1
    assert abs(heard(page, -135, -135)) < 1
    assert heard(page, 30, -60) > 6
    levels = page.execute_async_script(RENDER, [1.0, 0.1, 0.0, 0.0], [0.0, 0.0], "Y")
    assert levels[0] == pytest.approx(levels[1], abs=0.01), "one channel, on both sides"
    alone = page.execute_async_script(RENDER, [1.0, 0.1, 0.0, 0.0], [0.0, 0.0], "W")
    assert alone[0] - levels[0] == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (40, 0), (0, 50), (-130, -35)])
def test_the_matrix_of_a_view_is_that_of_the_package(
    page: Any, azimuth: float, elevation: float
) -> None:
    angles = np.radians([azimuth, elevation])
    columns = page.execute_script("return [...foa360.viewMatrix(...arguments)]", *angles.tolist())
    axes = np.array([[0, -1, 0], [0, 0, 1], [-1, 0, 0]])  # right, up, back of x, y, z
    expected = axes @ look_at(*angles) @ axes.T
    np.testing.assert_allclose(np.reshape(columns, (3, 3)).T, expected, atol=1e-6)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [500, 1400])
def test_nothing_scrolls_sideways(results: ReportFiles, width: int, dark: bool) -> None:
    path = build(results)
    with browser(width, 900, dark) as running:
        open_page(running, path)
        assert running.execute_script("return document.documentElement.scrollWidth") <= width
        shade = "return getComputedStyle(document.body).backgroundColor"
        is_dark = running.execute_script(shade) != "rgb(255, 255, 255)"
        assert is_dark == dark
        running.execute_script("location.hash = '#clip=v0_0'")
        until(lambda: find(running, "#card .wave"))
        assert running.execute_script("return card.scrollWidth <= card.clientWidth")
        assert console(running) == []


def test_names_of_bars_can_be_read_on_a_narrow_screen(results: ReportFiles) -> None:
    path = build(results)
    with browser(500) as running:
        open_page(running, path)
        names = find(running, "#funnel svg text")
        assert min(name.rect["height"] for name in names) >= 10, "pixels"
        left = find(running, "#funnel svg")[0].rect["x"]
        assert min(name.rect["x"] for name in names) >= left


#: Builds a report of results that are there; prints its peak memory, GB. Not `ru_maxrss`, which
#: starts at the value of the parent, here a test process with all clips.
BUILD = """
import sys
from pathlib import Path
from support.report import build, report_files
build(report_files(Path(sys.argv[1])))
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) / 1e6)
"""
#: What real clips have besides.
MEASURED = {
    "octave_ratios": [0.9] * 9,
    "channel_lags": [0.0] * 4,
    "silent_share": 0.01,
    "clipped_share": 0.0,
    "dc_offset": 0.001,
    "width": 3840,
    "height": 1920,
    "claimed_convention": "ACN/SN3D",
    "audio_offset": 0.01,
}
KINDS = {0: ("rejected", ["energy_ratio"]), 1: ("failed", ["removed"])}


@pytest.mark.slow
def test_a_hundred_thousand_clips(tmp_path: Path, chromium: Any) -> None:
    clips = [
        replace(report_clip(i, *KINDS.get(i % 20, ("kept", []))), **MEASURED)
        for i in range(100_000)
    ]
    agreement = [
        ClipAgreement(clip_id=clip.clip_id, video_id=clip.video_id, agreement=1.0, chance=0.2)
        for clip in clips
        if clip.verdict == "kept"
    ]
    write_results(tmp_path, clips, agreement)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < 1  # GB
    path = tmp_path / "report" / "index.html"
    assert path.stat().st_size < 10e6
    open_page(chromium, path)
    assert find(chromium, "#count")[0].text == "100000 of 100000 clips"
    find(chromium, "#find")[0].send_keys("v99999_0")
    until(lambda: shown_ids(chromium) == ["v99999_0"])
    chromium.execute_script("document.querySelector('#clips tbody a').click()")
    until(lambda: "v99999_0" in find(chromium, "#card")[0].text)
    assert console(chromium) == []


def test_twelve_clips_of_two_pages(tmp_path: Path, chromium: Any) -> None:
    clips = [report_clip(i, "kept", []) for i in range(62)]
    open_page(chromium, build(write_results(tmp_path, clips, [])))
    assert len(shown_ids(chromium)) == 50
    find(chromium, "#after")[0].click()
    until(lambda: len(shown_ids(chromium)) == 12)
    assert not find(chromium, "#after")[0].is_enabled()
    find(chromium, "#before")[0].click()
    until(lambda: len(shown_ids(chromium)) == 50)
