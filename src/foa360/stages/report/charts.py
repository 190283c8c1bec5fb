"""Drawings as SVG text: bars, a histogram, curves. Colours come from the page's style sheet."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

WIDTH = 720


def bars(rows: Sequence[tuple[str, int, str, str]]) -> str:
    """Horizontal bars from rows of name, count, class and sentence."""
    most = max((count for _, count, _, _ in rows), default=0) or 1
    height = 26 * len(rows) + 4
    parts = [_open(height, "bars of counts: " + ", ".join(f"{n} {c}" for n, c, _, _ in rows))]
    for i, (name, count, kind, sentence) in enumerate(rows):
        y, length = 26 * i + 2, max(2, 380 * count / most if count else 0)
        parts.append(
            f'<g><title>{escape(sentence)}</title><text x="176" y="{y + 15}" class="end">'
            f'{escape(name)}</text><rect x="184" y="{y}" width="{length:.1f}" height="20" rx="3" '
            f'class="{kind}"/><text x="{190 + length:.1f}" y="{y + 15}">{count}</text></g>'
        )
    return "".join([*parts, "</svg>"])


def histogram(
    values: Mapping[str, NDArray[np.floating]], tau: float, accepted: tuple[float, float]
) -> str:
    """Energy ratios on a logarithmic axis, stacked by verdict; bands for τ and what passes."""
    edges = np.linspace(np.log2(1 / 16), np.log2(16), 49)
    counts = {
        k: np.histogram(np.clip(np.log2(np.maximum(v, 1e-9)), edges[0], edges[-1]), edges)[0]
        for k, v in values.items()
    }
    most = max(int(sum(counts.values()).max()) if counts else 0, 1)  # type: ignore[union-attr]

    def x(ratio: float) -> float:
        share = (np.log2(max(ratio, 1e-9)) - edges[0]) / (edges[-1] - edges[0])
        return float(40 + 660 * np.clip(share, 0, 1))

    parts = [_open(230, "histogram of the energy ratio by verdict")]
    for low, high, kind in ((*accepted, "accepted"), (1 - tau, 1 + tau, "tau")):
        parts.append(
            f'<rect x="{x(low):.1f}" y="10" width="{x(high) - x(low):.1f}" height="180" '
            f'class="{kind}"/>'
        )
    base = np.zeros(len(edges) - 1)
    for kind, count in counts.items():
        for i in np.flatnonzero(count):
            h, y = 175 * count[i] / most, 190 - 175 * (base[i] + count[i]) / most
            parts.append(
                f'<rect x="{x(2 ** edges[i]) + 0.5:.1f}" y="{y:.1f}" width="12.7" height="{h:.1f}" '
                f'class="{kind}"><title>{2 ** edges[i]:.2f} to {2 ** edges[i + 1]:.2f}: {count[i]} '
                f"{kind}</title></rect>"
            )
        base += count
    for tick in (1 / 16, 1 / 4, 1 / 2, 1, 2, 3, 4, 16):
        label = f"{tick:.3g}" + (
            "" if 1 / 16 < tick < 16 else " or less" if tick < 1 else " or more"
        )
        anchor = {1 / 16: "start", 16: "end"}.get(tick, "middle")
        parts.append(
            f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="190" y2="195" class="axis"/>'
            f'<text x="{x(tick):.1f}" y="210" text-anchor="{anchor}">{label}</text>'
        )
    for line, name in ((0, "0"), (1, str(most))):
        parts.append(f'<text x="34" y="{194 - 175 * line}" class="end">{name}</text>')
    parts.append('<line x1="40" x2="700" y1="190" y2="190" class="axis"/>')
    parts.append('<text x="370" y="227" text-anchor="middle">E_xyz / E_w</text></svg>')
    return "".join(parts)


def curves(
    lines: Mapping[str, Sequence[tuple[float, float]]], label: str, top: float | None
) -> str:
    """Lines of (step, value), one colour each, with a legend."""
    points = [p for line in lines.values() for p in line]
    if not points:
        return ""
    x1 = max(p[0] for p in points)
    y1 = top or max(p[1] for p in points) * 1.05 or 1.0
    parts = [_open(230, f"{label} over the steps of training")]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = 185 - 170 * share
        parts.append(
            f'<line x1="50" x2="700" y1="{y}" y2="{y}" class="grid"/>'
            f'<text x="44" y="{y + 4}" class="end">{y1 * share:.2g}</text>'
        )
    for i, (name, line) in enumerate(lines.items()):
        path = " ".join(
            f"{50 + 650 * s / x1:.1f},{185 - 170 * min(v / y1, 1):.1f}" for s, v in line
        )
        parts.append(f'<polyline points="{path}" class="line c{i}"/>')
        parts.append(f'<text x="{60 + 90 * i}" y="225" class="c{i}">{escape(name)}</text>')
    parts.append(f'<text x="700" y="205" class="end">{x1:g} steps</text>')
    parts.append(f'<text x="700" y="225" class="end">{escape(label)}</text></svg>')
    return "".join(parts)


def _open(height: int, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">'
    )
