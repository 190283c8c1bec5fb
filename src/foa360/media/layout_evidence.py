"""Evidence of how one frame holds the sphere: seam, poles, edges of faces, circles, bars, shape.

Every number is evidence for a layout or against it; none decides alone. Quotients are logarithms,
0 where both sides are equal. `foa360.media.frame_layout` weighs them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.media.cube_edges import Borders, log_quotient
from foa360.media.images import Image, shrink
from foa360.media.lens_circles import circle_evidence

Floats = NDArray[np.float32]

#: Width and height at which frames are measured, pixels: faces of all cubemaps have whole sizes.
SIZE = (264, 132)
#: Grey levels up to which rows and columns at the sides are bars.
BAR_LEVEL = 24
#: Bars on both sides differ less than this, pixels; thinner ones are none.
BAR_TOLERANCE = MIN_BAR = 2
#: Share of the frame that one bar takes at most.
MAX_BAR_SHARE = 0.4
#: Correlation of two halves above which they are the views of both eyes.
STEREO_CORRELATION = 0.85
#: Added to the correlation of stacked halves in frames of the shape 1:1, and of halves side by side
#: in those of 4:1, within so many octaves.
SHAPE_EVIDENCE = 0.15
SHAPE_TOLERANCE = 0.06
#: Size of the frame of which halves are correlated, pixels.
HALVES_SIZE = (66, 66)
#: Rows at each pole, and those next to them, whose stretch is measured.
POLE_ROWS, NEXT_ROWS = 12, 26
#: Columns before and after the caps of a barrel begin, at 4/5 of the width.
BARREL_COLUMNS = 210, 213
#: Offsets at which unrelated columns are compared, pixels.
FAR = 73
FAR_IN_BARREL = 60
#: Distance of usual neighbours, pixels, and variance of the noise of changes, grey levels squared.
BESIDE = 2
DETAIL_NOISE = 1.0
#: Quantile of the jumps between columns that stands for usual neighbours.
USUAL_JUMP = 0.75
#: Added to mean gradients in quotients, grey levels.
GRADIENT_NOISE = 0.3
#: Columns and rows on either side of the middle that the jump there is compared with.
NEAR_MIDDLE = 6
#: Distance from the middle beyond which a line that is drawn there has ended, pixels.
ACROSS = 4


#: Names of the numbers of `layout_evidence`, in their order.
EVIDENCE = (
    "vertical", "horizontal", "bar_rows", "bar_columns",
    "seam_jump", "seam_far", "seam_detail", "seam_detail_lost", "top", "bottom", "sides",
    "stretch_top", "stretch_bottom", "stretch_next_top", "stretch_next_bottom",
    "by_row", "by_radius", "outside_one", "outside_one_varies",
    "outside_beside", "outside_beside_varies", "by_radius_beside",
    "outside_stacked", "outside_stacked_varies", "by_radius_stacked",
    "middle_columns", "middle_rows", "barrel_break", "barrel_seam", "barrel_caps",
    "edges_cubemap", "worst_cubemap", "edges_eac", "worst_eac",
    "partner_3x2", "right_3x2", "least_right_3x2", "below_3x2",
    "edges_cubemap_6x1", "worst_cubemap_6x1", "partner_6x1", "breaks_6x1", "least_6x1",
    "edges_cubemap_1x6", "worst_cubemap_1x6", "partner_1x6", "breaks_1x6", "least_1x6",
    "aspect",
)  # fmt: skip


def layout_evidence(image: Image) -> Floats:
    """Measure one grey frame `(h, w)` of any size; `(len(EVIDENCE),)`.

    vertical, horizontal : correlation of the two halves, each without the means of its rows, which
        all ERP frames have in common; more in frames of the shape of two spheres. If one is high,
        the rest is measured in the first half.
    bar_rows, bar_columns : share of the frame in black bars above and below, or at the sides. The
        rest is measured without them.
    seam_jump, seam_far : difference of the first and last column over that of usual neighbours, and
        of columns far apart.
    top, bottom, sides : deviation within the outermost rows and columns over that of others; low at
        the poles of ERP.
    stretch… : horizontal over vertical gradients near the poles, over those at the equator.
    by_row, by_radius : share of the variance between rows, and between rings.
    outside… : level and deviation outside of one circle, of two beside each other, or stacked.
    middle… : jump in the middle over usual ones.
    barrel… : of Facebook's layout of a band and two caps.
    edges, worst, partner, right, below, breaks, least : see `foa360.media.cube_edges`.
    aspect : binary logarithm of width over height, of one eye without bars.
    """
    height, width = image.shape
    small = shrink(image, SIZE)
    bars = find_bars(small)
    if any(bars) and any(
        bar and halves > STEREO_CORRELATION
        for bar, halves in zip(bars, _halves(small), strict=True)
    ):
        # The dark sky and floor of both eyes: within bars, halves would no longer match.
        bars = (0, 0)
    content = small[bars[0] : SIZE[1] - bars[0], bars[1] : SIZE[0] - bars[1]]
    aspect = width / height * (content.shape[1] / SIZE[0]) / (content.shape[0] / SIZE[1])
    vertical, horizontal = _halves(content)
    # One sphere has neither of these shapes: less is needed to show that there are two.
    if abs(np.log2(aspect)) < SHAPE_TOLERANCE:
        vertical = min(vertical + SHAPE_EVIDENCE, 1.0)
    elif abs(np.log2(aspect / 4)) < SHAPE_TOLERANCE:
        horizontal = min(horizontal + SHAPE_EVIDENCE, 1.0)
    if vertical > STEREO_CORRELATION and vertical >= horizontal:
        content, aspect = content[: content.shape[0] // 2], 2 * aspect
    elif horizontal > STEREO_CORRELATION:
        content, aspect = content[:, : content.shape[1] // 2], aspect / 2
    if content.shape[::-1] != SIZE:
        content = np.asarray(cv2.resize(content, SIZE, interpolation=cv2.INTER_LINEAR), np.uint8)
    levels = content.astype(np.float32)
    values = {
        "vertical": vertical,
        "horizontal": horizontal,
        "bar_rows": 2 * bars[0] / SIZE[1],
        "bar_columns": 2 * bars[1] / SIZE[0],
        "aspect": float(np.log2(aspect)),
    }
    values |= _seam_and_poles(levels) | circle_evidence(levels, aspect) | _barrel(levels)
    values |= _faces(levels)
    return np.array([values[name] for name in EVIDENCE], np.float32)


def find_bars(image: Image) -> tuple[int, int]:
    """Return rows of black above and below, and columns at each side, of a small frame."""
    found = []
    for axis in (1, 0):
        dark = image.max(axis) <= BAR_LEVEL
        first = int(np.argmin(dark)) if not dark.all() else 0
        last = int(np.argmin(dark[::-1])) if not dark.all() else 0
        bar = min(first, last)
        is_bar = abs(first - last) <= BAR_TOLERANCE and MIN_BAR <= bar < MAX_BAR_SHARE * dark.size
        found.append(bar if is_bar else 0)
    return found[0], found[1]


def _halves(image: Image) -> tuple[float, float]:
    """Correlation of upper and lower half, and of left and right half."""
    small = cv2.resize(image, HALVES_SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    rows, columns = small.shape[0] // 2, small.shape[1] // 2
    return (
        _correlation(small[:rows], small[rows:]),
        _correlation(small[:, :columns], small[:, columns:]),
    )


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / scale) if scale > 0 else 0.0


def _seam_and_poles(levels: Floats) -> dict[str, float]:
    height, width = levels.shape
    across, down = np.abs(np.diff(levels, axis=1)), np.abs(np.diff(levels, axis=0))
    column_jumps, row_jumps = across.mean(0), down.mean(1)
    by_row = across.mean(1)

    def stretch(first: int, last: int) -> float:
        """Horizontal over vertical gradients within rows."""
        wide = float(by_row[first:last].mean()) + GRADIENT_NOISE
        tall = float(row_jumps[first : last - 1].mean()) + GRADIENT_NOISE
        return float(np.log(wide / tall))

    seam = float(np.abs(levels[:, 0] - levels[:, -1]).mean())
    far = float(np.abs(levels - np.roll(levels, FAR, 1)).mean())
    along = np.diff(levels[:, [0, BESIDE, -1 - BESIDE, -1]], axis=0).T
    shared = np.einsum("in,jn->ij", along, along) / along.shape[1] + DETAIL_NOISE * np.eye(4)
    shared /= np.sqrt(np.outer(shared.diagonal(), shared.diagonal()))
    detail = float(shared[0, 3])
    of_rows, of_columns = levels.std(1), levels.std(0)
    usual = float(np.median(of_rows))
    equator = stretch(height // 3, 2 * height // 3)
    sides = (float(of_columns[:2].mean()) + float(of_columns[-2:].mean())) / 2
    return {
        "seam_jump": log_quotient(seam, float(np.quantile(column_jumps, USUAL_JUMP))),
        "seam_far": log_quotient(seam, far),
        "seam_detail": detail,
        "seam_detail_lost": float(np.mean([shared[0, 1], shared[2, 3]])) - detail,
        "top": log_quotient(float(of_rows[:2].mean()), usual),
        "bottom": log_quotient(float(of_rows[-2:].mean()), usual),
        "sides": log_quotient(sides, float(np.median(of_columns))),
        "stretch_top": stretch(0, POLE_ROWS) - equator,
        "stretch_bottom": stretch(height - POLE_ROWS, height) - equator,
        "stretch_next_top": stretch(POLE_ROWS, NEXT_ROWS) - equator,
        "stretch_next_bottom": stretch(height - NEXT_ROWS, height - POLE_ROWS) - equator,
        "middle_columns": _break_at(levels.T, column_jumps, width // 2),
        "middle_rows": _break_at(levels, row_jumps, height // 2),
    }


def _break_at(lines: Floats, jumps: Floats, position: int) -> float:
    """Compare the jump to the line at a position with those near it; a drawn line is no break."""
    at = position - 1
    near = np.r_[jumps[at - NEAR_MIDDLE : at], jumps[at + 1 : at + 1 + NEAR_MIDDLE]]
    beyond = float(np.abs(lines[position - ACROSS] - lines[position + ACROSS - 1]).mean())
    return log_quotient(min(float(jumps[at]), beyond), float(np.median(near)))


def _barrel(levels: Floats) -> dict[str, float]:
    first, last = BARREL_COLUMNS
    gap = last - first
    near = [first - 8, first - 5, last + 2, last + 5]
    usual = [float(np.abs(levels[:, c] - levels[:, c + gap]).mean()) for c in near]
    band, caps = levels[:, :first], levels[:, last:]
    seam = float(np.abs(band[:, 0] - band[:, -1]).mean())
    far = float(np.abs(band - np.roll(band, FAR_IN_BARREL, 1)).mean())
    jumps = np.abs(np.diff(caps, axis=0)).mean(1)
    middle = len(levels) // 2
    beside = float(np.median(jumps[[middle - 5, middle - 3, middle + 2, middle + 4]]))
    jump = float(np.abs(levels[:, first] - levels[:, last]).mean())
    return {
        "barrel_break": log_quotient(jump, float(np.median(usual))),
        "barrel_seam": log_quotient(seam, far),
        "barrel_caps": log_quotient(float(jumps[middle - 1]), beside),
    }


def _faces(levels: Floats) -> dict[str, float]:
    values = {}
    two_rows = Borders(levels, 3, 2)
    grid = two_rows.grid()
    values["partner_3x2"] = grid.partner
    values["right_3x2"] = float(grid.right.mean())
    values["least_right_3x2"] = float(grid.right.min())
    values["below_3x2"] = float(grid.below.mean())
    found = {"cubemap": two_rows, "eac": two_rows}
    for name, columns in (("6x1", 6), ("1x6", 1)):
        borders = Borders(levels, columns, 6 // columns)
        found[f"cubemap_{name}"] = borders
        grid = borders.grid()
        breaks = np.r_[grid.right, grid.below]
        values[f"partner_{name}"] = grid.partner
        values[f"breaks_{name}"] = float(breaks.mean())
        values[f"least_{name}"] = float(np.sort(breaks)[1])
    for name, borders in found.items():
        edges = borders.edges(name)
        values[f"edges_{name}"], values[f"worst_{name}"] = edges
    return values
