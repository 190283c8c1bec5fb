"""The embedded demo: rendered 360° videos with ambisonics, good ones and every known defect."""

from foa360.demo.catalogue import DemoVideo, catalogue
from foa360.demo.render import render_shard

__all__ = ["DemoVideo", "catalogue", "render_shard"]
