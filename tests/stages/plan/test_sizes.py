"""The size of features that is told before a run."""

import re

from foa360.config.load import load_config
from foa360.stages.plan.sizes import size_text


def test_the_sum_is_that_of_its_parts_and_grows_with_the_clip():
    texts = []
    for duration in (5.0, 10.0):
        config = load_config({"sources": [{"kind": "demo"}], "clip": {"duration": duration}})
        texts.append(size_text(config))
    assert "clip of 5 s" in texts[0]
    totals = []
    for text in texts:
        total, *parts = map(float, re.findall(r"\d+\.\d+", text))
        assert abs(total - sum(parts)) < 0.01 * len(parts)
        totals.append(total)
    assert totals[1] > 1.5 * totals[0]
