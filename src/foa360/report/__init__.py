"""One HTML page, and a few lines of text, about what a run of the workflow found."""

from foa360.report.build import build_report

__all__ = ["build_report"]
