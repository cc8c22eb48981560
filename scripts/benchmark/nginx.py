"""Plain nginx as a proxy with keep-alive, when it is installed: it shows whether M was slowed."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmark.cores import CANDIDATE
from benchmark.processes import Server, free_port, started

CONFIG = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 256; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream server {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


@contextlib.contextmanager
def proxy(upstream: int) -> Iterator[Server | None]:
    """None when nginx is not installed."""
    if shutil.which("nginx") is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pos-gateway-bench-nginx-") as name:
        folder, port = Path(name), free_port()
        (folder / "conf").write_text(CONFIG.format(folder=folder, port=port, upstream=upstream))
        command = ["nginx", "-p", str(folder), "-c", str(folder / "conf")]
        with started(CANDIDATE, command, port) as server:
            yield server
