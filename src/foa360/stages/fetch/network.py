"""The one way by which a listed URL is requested: what it leads to is decided by strangers.

Every address that is connected to is public, or the configuration allows its host; redirects are
followed one by one under the same rule. Credentials come from the URL itself, never from `.netrc`,
and headers for one host are not sent to another. A watch ends a connection whose server holds it
open with a byte now and then, which no time limit of a socket notices.
"""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_auth_from_url, get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection

from foa360.core.shown import public_url
from foa360.stages.fetch.addresses import (
    AllowedHosts,
    addresses_of,
    require_allowed,
    require_allowed_literal,
)
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.watch import WATCH_FACTOR, Watch

MAX_REDIRECTS = 30
SCHEMES = frozenset({"http", "https"})
#: Variables that name the certificates that requests trusts.
CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

#: Classes of errors → reason code and beginning of the message; the first that fits. A ValueError
#: is that of a URL whose host, port or characters are none.
ERROR_REASONS: list[tuple[tuple[type[Exception], ...], str, str]] = [
    (
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
            urllib3.exceptions.LocationValueError,
        ),
        "file_missing",
        "not a URL: ",
    ),
    (
        (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError),
        "truncated_download",
        "",
    ),
    (
        (
            requests.exceptions.Timeout,
            requests.exceptions.ConnectionError,
            urllib3.exceptions.TimeoutError,
        ),
        "timeout",
        "",
    ),
    ((urllib3.exceptions.HTTPError,), "truncated_download", ""),
    ((requests.exceptions.RequestException,), "fetch_error", ""),
    ((OSError,), "timeout", ""),
    ((ValueError,), "file_missing", "not a URL: "),
]


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """A URL and the headers that its server requires."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@contextmanager
def open_url(
    request: HttpRequest, timeout: tuple[float, float], allowed: AllowedHosts, watch: Watch
) -> Iterator[requests.Response]:
    """Request a URL, follow its redirects, and yield the response, whose body is not read yet.

    Parameters
    ----------
    request
        URL, and headers for its host.
    timeout
        Maximum time to connect, and to wait for a part of the response, s.
    allowed
        Hosts that need not have public addresses.
    watch
        Ends the headers of each response, and the body if the caller allows it no more time.

    Raises
    ------
    FetchError
        With a reason, for whatever goes wrong: servers and URLs are those of strangers.
    """
    with requests.Session() as session:
        session.trust_env = False  # no .netrc; proxies and certificates are set below
        for scheme in SCHEMES:
            session.mount(f"{scheme}://", _Adapter(allowed, watch))
        with fetch_errors(watch):
            response = _follow(session, request, timeout, allowed, watch)
        with response:
            yield response


@contextmanager
def fetch_errors(watch: Watch) -> Iterator[None]:
    """Turn every error of the network, of a URL and of a server into a FetchError."""
    try:
        yield
    except FetchError:
        raise
    except Exception as error:
        if watch.is_over:
            raise FetchError("timeout", "the server keeps the connection busy") from None
        raise _fetch_error(error) from None


def _follow(
    session: requests.Session,
    request: HttpRequest,
    timeout: tuple[float, float],
    allowed: AllowedHosts,
    watch: Watch,
) -> requests.Response:
    """Return the response at the end of the redirects."""
    url = request.url
    for _ in range(MAX_REDIRECTS + 1):
        watch.allow(timeout[0] + WATCH_FACTOR * timeout[1])
        proxies = get_environ_proxies(url)
        if select_proxy(url, proxies):
            require_allowed_literal(url, allowed)  # names are resolved by the proxy
        response = session.get(
            url,
            headers={
                "Accept-Encoding": "identity",
                **(request.headers if _origin(url) == _origin(request.url) else {}),
            },
            auth=_authentication(url),
            proxies=proxies,
            verify=_certificates(),
            timeout=timeout,
            stream=True,
            allow_redirects=False,
        )
        target = session.get_redirect_target(response)
        if target is None:
            return response
        response.close()
        session.close()  # the next request opens a connection of its own
        url = urljoin(url, target)
        if urlsplit(url).scheme.lower() not in SCHEMES:
            raise FetchError("http_4xx", f"redirected to {public_url(url)}, which is not HTTP")
    raise FetchError("http_4xx", f"more than {MAX_REDIRECTS} redirects")


class _Adapter(HTTPAdapter):
    """Connections that look at the address before anything is sent, and that are watched."""

    def __init__(self, allowed: AllowedHosts, watch: Watch) -> None:
        self._allowed = allowed
        self._watch = watch
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self._guard(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        self._guard(manager)
        return manager

    def _guard(self, manager: Any) -> None:
        attributes = {"allowed": self._allowed, "watch": self._watch}
        http = type("Connection", (_Guarded, HTTPConnection), attributes)
        https = type("TlsConnection", (_Guarded, HTTPSConnection), attributes)
        pools = {"http": urllib3.HTTPConnectionPool, "https": urllib3.HTTPSConnectionPool}
        classes = {"http": http, "https": https}
        manager.pool_classes_by_scheme = {
            scheme: type("Pool", (pool,), {"ConnectionCls": classes[scheme]})
            for scheme, pool in pools.items()
        }


class _Guarded:
    """Mixin of connections of urllib3."""

    allowed: AllowedHosts
    watch: Watch

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        is_direct = connection.proxy is None and not self.allowed.has_name(connection.host)
        if is_direct:
            require_allowed(addresses_of(connection.host, connection.port), self.allowed)
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        try:
            if is_direct:
                # A name can have other addresses when it is resolved again.
                require_allowed([sock.getpeername()[0]], self.allowed)
            self.watch.add(sock)
        except BaseException:
            sock.close()
            raise
        return sock


class _NoAuthentication(AuthBase):
    """Requests without credentials; requests would look for some elsewhere."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _authentication(url: str) -> AuthBase:
    """Return the credentials in a URL, and no others."""
    user, password = get_auth_from_url(url)
    return HTTPBasicAuth(user, password) if user or password else _NoAuthentication()


def _certificates() -> str | bool:
    """Return the certificates that the environment names; by default those of requests."""
    named = [os.environ[name] for name in CERTIFICATE_VARIABLES if os.environ.get(name)]
    return named[0] if named else True


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _fetch_error(error: Exception) -> FetchError:
    """Return the reason of an error of requests, of urllib3 or of a URL that is none."""
    for classes, reason, prefix in ERROR_REASONS:
        if isinstance(error, classes):
            return FetchError(reason, f"{prefix}{error}")
    return FetchError("fetch_error", f"{type(error).__name__}: {error}")
