"""Confusion matrix of layouts of the sphere, on real 360° frames laid out anew.

`python benchmarks/projections.py` prints the matrix of docs/projections.md: all clips and photos in
the folder FOA360_REAL_DATA, in each layout of `spheres`, at five yaws and three pitches each.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from spheres import LAYOUTS, REAL_DATA, Source, View, compressed, sources

from foa360.config.curate import Curate
from foa360.core.jobs import Progress
from foa360.media.frame_layout import frame_layout, median_evidence
from foa360.media.layout_evidence import layout_evidence

UNKNOWN_BELOW = Curate().layout_confidence
YAWS, PITCHES = (0, 72, 144, -144, -72), (-25, 0, 25)


class Decision(NamedTuple):
    """Layout, source and view, and what was decided: projection and stereo layout."""

    layout: str
    source: str
    found: tuple[str, str]


def decisions(found: list[Source], name: str) -> Iterator[Decision]:
    """Decide on all sources in one layout, in all views."""
    every = [frame for source in found for frame in source.frames]
    for yaw in YAWS:
        for pitch in PITCHES:
            made = iter(LAYOUTS[name].make(every, View(yaw, pitch)))
            for source in found:
                frames = [compressed(next(made)) for _ in source.frames]
                evidence = median_evidence([layout_evidence(frame) for frame in frames])
                layout, probability = frame_layout(evidence)
                projection = layout.projection if probability >= UNKNOWN_BELOW else "unknown"
                yield Decision(name, source.name, (projection, layout.stereo))


def main() -> None:
    """Print the matrix, and the two figures that matter most."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layouts", nargs="*", default=list(LAYOUTS))
    parser.add_argument("--misses", action="store_true", help="print each wrong decision")
    parser.add_argument("--frames", type=int, default=3, help="frames of a decision")
    chosen = parser.parse_args()
    found = [source._replace(frames=source.frames[: chosen.frames]) for source in sources()]
    if not found:
        sys.exit(f"{REAL_DATA}: no clips and photos; FOA360_REAL_DATA names their folder")
    print("| layout | decisions | right | kept as ERP | named |")
    print("| --- | --- | --- | --- | --- |")
    wrong = {True: [0, 0], False: [0, 0]}
    for name in Progress("projections")(chosen.layouts, len(chosen.layouts), "layouts"):
        truth = LAYOUTS[name].projection, LAYOUTS[name].stereo
        names = Counter[str]()
        erp = right = 0
        for decision in decisions(found, name):
            names["/".join(decision.found)] += 1
            erp += decision.found[0] == "erp"
            right += decision.found == truth
            if chosen.misses and decision.found != truth:
                print(decision)
        count = names.total()
        is_erp = truth[0] == "erp"
        wrong[is_erp][0] += count - erp if is_erp else erp
        wrong[is_erp][1] += count
        common = ", ".join(f"{key} {number}" for key, number in names.most_common(4))
        print(
            f"| {name} | {count} | {100 * right / count:.1f} % | {100 * erp / count:.1f} %"
            f" | {common} |",
            flush=True,
        )
    for is_erp, text in ((True, "ERP called something else"), (False, "another kept as ERP")):
        bad, count = wrong[is_erp]
        if count:
            print(f"\n{text}: {bad} of {count}, {100 * bad / count:.2f} %")


if __name__ == "__main__":
    main()
