"""Downloads of files on the Hugging Face hub, with the user's token.

The library decides about access: it sends the token (HF_TOKEN, or that of `hf auth login`), follows
the hub to where a file lies, and keeps the token from storage servers. The bytes then come like
those of any other URL, because its own `hf_hub_download` and `HfFileSystem` neither resume nor keep
to a rate, and repeat requests by rules of their own.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.http import parse_retry_after, status_reason
from foa360.stages.fetch.network import HttpRequest

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

#: Statuses by which the hub refuses access.
DENIED_STATUSES = frozenset({401, 403})
NO_ACCESS = (
    "the repository is gated, private or missing: accept its terms, set HF_TOKEN to a token that"
    " has access, then run `foa360 retry --reason private`"
)


def is_hub_file(url: str) -> bool:
    """Return whether a URL is that of a file on the hub (of HF_ENDPOINT, if it is set)."""
    if "/resolve/" not in url:
        return False
    from huggingface_hub import constants

    return url.startswith(f"{constants.ENDPOINT}/")


def resolve_hub_file(url: str, timeout_s: float) -> HttpRequest:
    """Return the request that delivers a file on the hub; the token goes to the hub only.

    Raises FetchError; `private` if the user has no access.
    """
    from huggingface_hub import get_hf_file_metadata
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HfHubHTTPError,
        HTTPError,  # of the HTTP client, which depends on the library's version
    )
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    try:
        location = get_hf_file_metadata(url, timeout=timeout_s).location
    except HfHubHTTPError as error:
        raise _hub_error(error) from None
    except (HTTPError, OSError) as error:
        raise FetchError("timeout", f"{type(error).__name__}: {error}") from None
    is_on_hub = urlsplit(location)[:2] == urlsplit(url)[:2]
    return HttpRequest(url=location, headers=build_hf_headers() if is_on_hub else {})


def hub_host() -> str:
    """Return the host of the hub, which the user's environment names."""
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).hostname or ""


def hub_tool() -> str:
    """Return name and version of the library."""
    import huggingface_hub

    return f"huggingface_hub {huggingface_hub.__version__}"


def _hub_error(error: "HfHubHTTPError") -> FetchError:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    status = error.response.status_code
    if isinstance(error, GatedRepoError | RepositoryNotFoundError) or status in DENIED_STATUSES:
        return FetchError("private", f"HTTP {status}: {NO_ACCESS}")
    retry_after = parse_retry_after(error.response.headers.get("Retry-After", ""))
    return FetchError(status_reason(status), f"HTTP {status} from the hub", retry_after)
