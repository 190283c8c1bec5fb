"""A server that speaks the protocol of the Hugging Face hub, and the library in other processes.

`someone/open` is public, `someone/gated` wants a token, and `someone/stored` keeps its files on a
storage server, as the hub does with large files.
"""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from typing import ClassVar, NamedTuple

TOKEN = "hf_secretTokenOfTheTests"
CONTENT = bytes(range(256)) * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FILES = ["README.md", "audio/-a b.opus", "audio/only.opus", "video/-a b.webm", "video/lonely.webm"]
PATTERNS = {"video": "video/{id}.webm", "audio": "audio/{id}.opus"}
REPOSITORIES = ("open", "gated", "stored", "busy")


class Request(NamedTuple):
    method: str
    path: str
    authorization: str | None
    range: str | None


class Handler(http.server.BaseHTTPRequestHandler):
    """Hub and storage server."""

    requests: ClassVar[list[Request]] = []
    storage: ClassVar[str] = ""
    #: Answers of `busy` before it serves its files: status and headers.
    busy: ClassVar[list[tuple[int, dict[str, str]]]] = []
    #: Bytes after which the next response of `busy` breaks off.
    broken_after: ClassVar[int | None] = None

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        path = self.path.partition("?")[0]
        headers = self.headers
        request = Request(self.command, path, headers.get("Authorization"), headers.get("Range"))
        # The library also sends requests that have nothing to do with a repository.
        if "/datasets/" in path or path.startswith("/storage/"):
            self.requests.append(request)
        name = next((r for r in REPOSITORIES if f"/datasets/someone/{r}/" in path), None)
        if path.startswith("/storage/"):
            self.file()
        elif name is None:
            self.send(404, b'{"error": "Repository Not Found"}', {"X-Error-Code": "RepoNotFound"})
        elif name == "gated" and request.authorization != f"Bearer {TOKEN}":
            self.send(401, b'{"error": "restricted"}', {"X-Error-Code": "GatedRepo"})
        elif "/api/" in path:
            tree = [{"type": "file", "path": f, "size": 1, "oid": "0" * 40} for f in FILES]
            self.send(200, json.dumps(tree).encode())
        elif name == "busy" and self.busy:
            status, more = self.busy.pop(0)
            self.send(status, b"{}", more)
        elif not path.endswith((".webm", ".opus")):
            self.send(404, b"{}", {"X-Error-Code": "EntryNotFound"})
        elif name == "stored":
            linked = {"X-Linked-Size": str(len(CONTENT)), "X-Linked-Etag": f'"{DIGEST}"'}
            location = {"Location": f"{self.storage}/storage/{path[-6:]}"}
            self.send(302, b"", location | linked | {"X-Repo-Commit": "1" * 40})
        else:
            self.file()

    def file(self):
        """Send the file, or the part of it that is requested."""
        version = f'"{DIGEST}"'
        given = self.headers.get("Range")
        start = int(given[6:-1]) if given and self.headers.get("If-Range") == version else 0
        more = {"ETag": version, "X-Repo-Commit": "1" * 40}
        if start:
            more["Content-Range"] = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        self.send(206 if start else 200, CONTENT[start:], more)

    def send(self, status, content, more=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in dict(more).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if Handler.broken_after is not None and status < 300:
            content = content[: Handler.broken_after]
            Handler.broken_after = None
            self.close_connection = True
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def serve():
    """Yield the URL of a hub; its storage server has another origin."""
    Handler.requests.clear()
    Handler.busy.clear()
    Handler.broken_after = None
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    hub, storage = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    Handler.storage = storage
    threads = [threading.Thread(target=s.serve_forever, args=(0.02,)) for s in servers]
    for thread in threads:
        thread.start()
    yield hub
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


def run(program: str, endpoint: str, *arguments, token: str | None = None):
    """Run a program in a process of its own, since the library reads the endpoint on import."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING"))}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0", "HF_HOME": "/nonexistent"}
    if token:
        environment["HF_TOKEN"] = token
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
