"""Bars as SVG text, and the data of the charts that the page draws with uPlot (`charts.js`)."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.core.shown import printable

#: Width of bars, in units of their view box.
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


class Bar(NamedTuple):
    """One bar: its name, number, class in the style sheet, explanation, and address if any."""

    name: str
    clips: int
    kind: str
    sentence: str
    address: str = ""


def bars(rows: Sequence[Bar]) -> str:
    """Draw horizontal bars."""
    longest = max((bar.clips for bar in rows), default=0) or 1
    described = printable(", ".join(f"{bar.name} {bar.clips}" for bar in rows))
    parts = [_open(BAR_PITCH * len(rows) + 4, f"bars of counts: {described}")]
    for number, bar in enumerate(rows):
        y = BAR_PITCH * number + 2
        length = max(2, MAX_BAR_LENGTH * bar.clips / longest if bar.clips else 0)
        shown = (
            f'<text x="176" y="{y + 15}" class="end">{escape(printable(bar.name))}</text>'
            f'<rect x="184" y="{y}" width="{length:.1f}" height="{BAR_HEIGHT}" rx="3"'
            f' class="{bar.kind}"/><text x="{190 + length:.1f}" y="{y + 15}">{bar.clips}</text>'
        )
        title = f"<title>{escape(printable(bar.sentence))}</title>"
        if bar.address:
            shown = f'<a href="{escape(bar.address, quote=True)}">{shown}</a>'
        parts.append(f"<g>{title}{shown}</g>")
    return "".join([*parts, "</svg>"])


def histogram(
    values: Mapping[str, Sequence[float]], tau: float, accepted: tuple[float, float]
) -> dict[str, Any]:
    """Count energy ratios by verdict in equal steps of their logarithm, for `charts.js`.

    The outer bins hold everything beyond. Bands are the range that is `accepted` and 1 ± `tau`, as
    exponents of 2.
    """
    edges = np.linspace(*LOG2_RANGE, BINS + 1)
    return {
        "edges": edges.tolist(),
        "counts": {kind: _bin_counts(own, edges).tolist() for kind, own in values.items()},
        "bands": [[_exponent(end) for end in ends] for ends in (accepted, (1 - tau, 1 + tau))],
    }


def _bin_counts(ratios: Sequence[float], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    exponents = [_exponent(ratio) for ratio in ratios]
    return np.histogram(np.clip(exponents, edges[0], edges[-1]), edges)[0]


def _exponent(ratio: float) -> float:
    return float(np.log2(max(ratio, MIN_RATIO)))


def _open(height: int, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">'
    )
