"""Fixtures of fetching."""

from support.media_server import server

__all__ = ["server"]
