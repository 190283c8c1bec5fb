"""Section `fetch` of the configuration: how downloads behave."""

from typing import Self

from pydantic import Field, model_validator

from foa360.config.section import Count, Seconds, Section


class Fetch(Section):
    """How polite and how patient downloads are. The defaults are what a guest may do."""

    height: int = Field(1080, ge=144, description="highest picture asked for, pixels")
    picture: str = Field(
        "bv[height<={height}]", min_length=1, description="yt-dlp's selector of the picture"
    )
    sound: str = Field(
        "ba[audio_channels>=4]", min_length=1, description="yt-dlp's selector of the sound"
    )
    clients: list[str] = Field(
        [], description="YouTube player clients, in order; none: those that yt-dlp prefers"
    )
    cookies: str | None = Field(
        None, description="file of cookies in Netscape's format; read, never written or shown"
    )
    sleep: tuple[float, float] = Field(
        (5.0, 15.0), description="pause before each download from YouTube, drawn between, s"
    )
    rate_mb: float = Field(8.0, gt=0, description="most that one download takes, MB/s")
    concurrent: Count = Field(2, le=64, description="downloads at once, over all jobs")
    tries: Count = Field(3, le=20, description="of a download, for reasons that may pass")
    first_wait: float = Field(1.0, ge=0, description="before the second try, s; then doubled")
    longest_wait: float = Field(60.0, ge=0, description="between tries, s")
    timeout: Seconds = Field(30.0, description="for an answer, and for each part of it, s")

    @model_validator(mode="after")
    def _sleep(self) -> Self:
        least, most = self.sleep
        if not 0 <= least <= most:
            raise ValueError(f"sleep = [{least:g}, {most:g}]: must be two numbers with 0 <= a <= b")
        return self
