"""Charts as SVG text: bars, a histogram, curves. Colours come from the page's style sheet."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Width of every chart, in units of its view box.
WIDTH = 720
BAR_PITCH = 26
BAR_HEIGHT = 20
#: Length of the longest bar.
MAX_BAR_LENGTH = 380
#: Range of the histogram's logarithmic axis, as exponents of 2, and its number of bins.
LOG2_RANGE = (-4.0, 4.0)
BINS = 48
#: Smallest ratio, so that its logarithm exists.
MIN_RATIO = 1e-9
TICKS = (1 / 16, 1 / 4, 1 / 2, 1, 2, 3, 4, 16)


class Bar(NamedTuple):
    """One bar: its name, number of clips, class in the style sheet, and an explanation."""

    name: str
    clips: int
    kind: str
    sentence: str


def bars(rows: Sequence[Bar]) -> str:
    """Draw horizontal bars."""
    longest = max((bar.clips for bar in rows), default=0) or 1
    described = ", ".join(f"{bar.name} {bar.clips}" for bar in rows)
    parts = [_open(BAR_PITCH * len(rows) + 4, f"bars of counts: {described}")]
    for number, bar in enumerate(rows):
        y = BAR_PITCH * number + 2
        length = max(2, MAX_BAR_LENGTH * bar.clips / longest if bar.clips else 0)
        parts.append(
            f'<g><title>{escape(bar.sentence)}</title><text x="176" y="{y + 15}" class="end">'
            f'{escape(bar.name)}</text><rect x="184" y="{y}" width="{length:.1f}" '
            f'height="{BAR_HEIGHT}" rx="3" class="{bar.kind}"/>'
            f'<text x="{190 + length:.1f}" y="{y + 15}">{bar.clips}</text></g>'
        )
    return "".join([*parts, "</svg>"])


def histogram(
    values: Mapping[str, Sequence[float]], tau: float, accepted: tuple[float, float]
) -> str:
    """Draw energy ratios on a logarithmic axis, stacked by verdict.

    Bands show 1 ± `tau` and the `accepted` range.
    """
    edges = np.linspace(*LOG2_RANGE, BINS + 1)
    counts = {kind: _bin_counts(own, edges) for kind, own in values.items()}
    tallest = max(int(np.sum(list(counts.values()), axis=0).max()) if counts else 0, 1)
    parts = [_open(230, "histogram of the energy ratio by verdict")]
    for low, high, kind in ((*accepted, "accepted"), (1 - tau, 1 + tau, "tau")):
        left, right = _histogram_x(low), _histogram_x(high)
        parts.append(
            f'<rect x="{left:.1f}" y="10" width="{right - left:.1f}" height="180" class="{kind}"/>'
        )
    base = np.zeros(BINS)
    for kind, count in counts.items():
        for i in np.flatnonzero(count):
            height = 175 * count[i] / tallest
            top = 190 - 175 * (base[i] + count[i]) / tallest
            low, high = 2 ** edges[i], 2 ** edges[i + 1]
            parts.append(
                f'<rect x="{_histogram_x(low) + 0.5:.1f}" y="{top:.1f}" width="12.7" '
                f'height="{height:.1f}" class="{kind}">'
                f"<title>{low:.2f} to {high:.2f}: {count[i]} {kind}</title></rect>"
            )
        base += count
    parts += [_tick(ratio) for ratio in TICKS]
    parts.append('<text x="34" y="194" class="end">0</text>')
    parts.append(f'<text x="34" y="19" class="end">{tallest}</text>')
    parts.append('<line x1="40" x2="700" y1="190" y2="190" class="axis"/>')
    parts.append('<text x="370" y="227" text-anchor="middle">E_xyz / E_w</text></svg>')
    return "".join(parts)


def _bin_counts(ratios: Sequence[float], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    exponents = np.log2(np.maximum(np.asarray(ratios, float), MIN_RATIO))
    return np.histogram(np.clip(exponents, edges[0], edges[-1]), edges)[0]


def _histogram_x(ratio: float) -> float:
    low, high = LOG2_RANGE
    share = (np.log2(max(ratio, MIN_RATIO)) - low) / (high - low)
    return float(40 + 660 * np.clip(share, 0, 1))


def _tick(ratio: float) -> str:
    """Draw a tick of the histogram's axis; the outer ones stand for everything beyond."""
    label, anchor = f"{ratio:.3g}", "middle"
    if ratio == TICKS[0]:
        label, anchor = f"{label} or less", "start"
    elif ratio == TICKS[-1]:
        label, anchor = f"{label} or more", "end"
    x = _histogram_x(ratio)
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="190" y2="195" class="axis"/>'
        f'<text x="{x:.1f}" y="210" text-anchor="{anchor}">{label}</text>'
    )


def curves(
    lines: Mapping[str, Sequence[tuple[float, float]]], label: str, top: float | None
) -> str:
    """Draw lines of (step, value) in one colour each, with a legend.

    Without a `top` of the vertical axis, it ends 5 % above the largest value. Returns an empty text
    for no points.
    """
    points = [point for line in lines.values() for point in line]
    if not points:
        return ""
    last_step = max(step for step, _ in points)
    top = top or max(value for _, value in points) * 1.05 or 1.0
    parts = [_open(230, f"{label} over the steps of training")]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = 185 - 170 * share
        parts.append(
            f'<line x1="50" x2="700" y1="{y}" y2="{y}" class="grid"/>'
            f'<text x="44" y="{y + 4}" class="end">{top * share:.2g}</text>'
        )
    for number, (name, line) in enumerate(lines.items()):
        path = " ".join(
            f"{50 + 650 * step / last_step:.1f},{185 - 170 * min(value / top, 1):.1f}"
            for step, value in line
        )
        parts.append(f'<polyline points="{path}" class="line c{number}"/>')
        parts.append(
            f'<text x="{60 + 90 * number}" y="225" class="c{number}">{escape(name)}</text>'
        )
    parts.append(f'<text x="700" y="205" class="end">{last_step:g} steps</text>')
    parts.append(f'<text x="700" y="225" class="end">{escape(label)}</text></svg>')
    return "".join(parts)


def _open(height: int, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">'
    )
