# SPDX-License-Identifier: Apache-2.0
"""The application of demo/connect: pages behind Varnish, and prices in Redis. It knows nothing of the service."""

import http.client
import http.server
import socket
import threading
import urllib.parse


class Redis:
    """As much of a client as the demo needs."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rb")

    def call(self, *words):
        """The result of a command: text, or None."""
        parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
        self._socket.sendall(f"*{len(words)}\r\n{''.join(parts)}".encode())
        line = self._file.readline().decode().rstrip("\r\n")
        if not line.startswith("$"):
            return line[1:]
        length = int(line[1:])
        return None if length < 0 else self._file.read(length + 2)[:-2].decode()

    def close(self):
        self._file.close()
        self._socket.close()


def surrogate_keys(tags):
    """The header of a page that is made of what the tags name: docs/http-caches.md, "The pages"."""
    keys = {"="}
    for tag in tags:
        levels = tag.split(":")
        above = [":".join(levels[: count + 1]) for count in range(len(levels))]
        keys |= {urllib.parse.quote(name, safe="-._:").replace("~", "%7E") for name in above}
    return " ".join(sorted(keys))


class Shop:
    """Products of the database: each has a page, and a price that others read from Redis."""

    def __init__(self, psql, redis):
        self._psql = psql
        self._redis = redis
        self._lock = threading.Lock()
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # A response is one packet: the second one would wait for an acknowledgement.
            wbufsize = -1

            def do_GET(self):
                number = self.path.rpartition("/")[2]
                body = shop.load(number).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "max-age=3600")
                self.send_header("xkey", surrogate_keys([f"products:{number}"]))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def load(self, number):
        """A product as the database has it."""
        with self._lock:
            return self._psql.run(f"SELECT name || ' ' || price FROM products WHERE id = {int(number)}")

    def product(self, number):
        """A product by way of Redis, which keeps it until somebody drops it."""
        key = f"product:{number}"
        value = self._redis.call("GET", key)
        if value is None:
            value = self.load(number)
            self._redis.call("SET", key, value)
        return value

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Browser:
    """Reads pages through Varnish, by one connection."""

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def get(self, number):
        """Whether Varnish had the page, and the page."""
        self._connection.request("GET", f"/product/{number}")
        response = self._connection.getresponse()
        return response.getheader("x-cache"), response.read().decode()

    def close(self):
        self._connection.close()
