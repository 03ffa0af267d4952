# SPDX-License-Identifier: Apache-2.0
"""Drives examples/python by requests, one JSON object a line; see client.py. Usage: driver.py ENDPOINT LEASE_SECONDS HISTORY

HISTORY gets what the cache sent and what it has applied, one JSON object a line.
"""

import asyncio
import base64
import json
import math
import sys

from near_cache import MISS, Loaded, NearCache, connect
from names import escape
from writes import Writer


def say(**message):
    print(json.dumps(message), flush=True)


class RecordedCache(NearCache):
    """Records its history, and holds what it was asked to hold once the service has answered."""

    def __init__(self, history, *arguments, **options):
        self._history = history
        self._messages = 0
        self.held = {}  # key -> the future of its release
        super().__init__(*arguments, **options)

    def _record(self, what, message):
        self._history.write(json.dumps({what: base64.b64encode(message.SerializeToString()).decode()}) + "\n")
        self._history.flush()

    async def _send(self, call, message):
        self._messages = 1 if message.HasField("subscription") else self._messages + 1
        message.sequence = self._messages
        self._record("sent", message)
        await super()._send(call, message)

    def _receive(self, response):
        super()._receive(response)
        self._record("applied", response)

    async def _track(self, request):
        response = await super()._track(request)
        key = request.entries[0].key
        if key in self.held:
            say(tracked=key)
            await self.held.pop(key)
        return response


class Driver:
    def __init__(self, cache, writer):
        self._cache, self._writer = cache, writer
        self._loads = {}  # the id of a request -> the future of what it loads
        self._tasks = set()

    async def _get(self, id, key, hold=False):
        if hold:
            self._cache.held[key] = asyncio.get_running_loop().create_future()
            self._release = self._cache.held[key].set_result

        async def load():
            self._loads[id] = asyncio.get_running_loop().create_future()
            say(load=id, key=key)
            loaded = await self._loads[id]
            return Loaded(
                loaded["value"], loaded.get("tags", []), loaded.get("keys", []), loaded.get("ttl", math.inf)
            )

        return await self._cache.get_or_load(key, load)

    async def _write(self, id, type, row, **options):
        written = await self._writer.write(type, row, "update", **options)
        return {"revision": written.revision, "seen_everywhere": written.seen_everywhere}

    async def _run(self, do, id, **arguments):
        try:
            say(id=id, value=await getattr(self, f"_{do}")(id, **arguments))
        except Exception as error:  # whatever it is, the test must learn of it
            say(id=id, error=f"{type(error).__name__}: {error}")

    async def _peek(self, id, key):
        value = self._cache.get(key)
        return None if value is MISS else value

    async def _live(self, id):
        return self._cache.is_live

    async def _escape(self, id, value):
        return escape(value)

    def handle(self, request):
        """Begins to do what is requested."""
        do = request.pop("do")
        if do == "loaded":
            self._loads[request["id"]].set_result(request)
        elif do == "release":
            self._release(None)
        else:
            task = asyncio.create_task(self._run(do, **request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def main(endpoint, lease, path):
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    with open(path, "a", encoding="utf-8") as history:
        async with connect(endpoint) as channel:
            async with RecordedCache(history, channel, "python", lease=float(lease)) as cache:
                driver = Driver(cache, Writer(channel))
                while line := await reader.readline():
                    driver.handle(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
