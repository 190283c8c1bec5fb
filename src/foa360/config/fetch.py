"""Section `fetch` of the configuration: limits, retries and formats of downloads."""

from typing import Self

from pydantic import Field, model_validator

from foa360.config.section import Count, PathText, Seconds, Section


class Fetch(Section):
    """Limits, retries and formats of downloads. The defaults suit YouTube without an account."""

    height: int = Field(1080, ge=144, description="Maximum height of the video, pixels")
    video_format: str = Field(
        "bv[height<={height}]",
        min_length=1,
        description="Format selector of yt-dlp for the video; {height} stands for the key height",
    )
    audio_format: str = Field(
        "ba[audio_channels>=4]",
        min_length=1,
        description="Format selector of yt-dlp for the audio",
    )
    clients: list[str] = Field(
        [],
        description="YouTube player clients in order of preference; if empty, those of yt-dlp",
    )
    cookies: PathText | None = Field(
        None,
        description="Cookie file in Netscape format; only read, never written or shown",
    )
    sleep: tuple[float, float] = Field(
        (5.0, 15.0),
        description="Minimum and maximum of the random pause before each YouTube download, s",
    )
    rate_mb: float = Field(8.0, gt=0, description="Maximum rate of a download, MB/s")
    concurrent: Count = Field(
        2, le=64, description="Maximum number of simultaneous downloads over all jobs"
    )
    max_attempts: Count = Field(
        3, le=20, description="Maximum attempts per download for transient errors"
    )
    initial_backoff: float = Field(
        1.0, ge=0, description="Pause before the second attempt, s; doubled after each attempt"
    )
    max_backoff: float = Field(60.0, ge=0, description="Longest pause between two attempts, s")
    timeout: Seconds = Field(
        30.0, description="Maximum time to connect, and between two parts of a response, s"
    )

    min_rate_kb: float = Field(
        10.0,
        ge=0,
        description="Minimum average rate of a download after the first `timeout` seconds, kB/s;"
        " slower ones are given up",
    )
    max_hours: float = Field(
        6.0, gt=0, le=1000, description="Maximum time of one attempt to download a file, h"
    )
    private_hosts: list[str] = Field(
        [],
        description="Hosts with private addresses that listed URLs may lead to: names, addresses or"
        " networks such as 10.0.0.0/8. All others must have public addresses",
    )

    @model_validator(mode="after")
    def _check_sleep(self) -> Self:
        shortest, longest = self.sleep
        if not 0 <= shortest <= longest:
            raise ValueError(
                f"sleep = [{shortest:g}, {longest:g}]: must be two numbers with"
                " 0 <= minimum <= maximum"
            )
        return self
