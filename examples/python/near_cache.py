# SPDX-License-Identifier: Apache-2.0
"""A cache in the process that is told what to drop: a subscriber of the service, and the values of one namespace.

    async with NearCache(connect("localhost:7400"), "shop") as cache:
        price = await cache.get_or_load("price:7", load_price)

For one event loop: nothing here takes a lock, because whatever happens between two `await`s happens at once.
"""

import asyncio
import collections
import contextlib
import dataclasses
import logging
import math
import random
import time
import uuid

import grpc
from google.protobuf.duration_pb2 import Duration

from cache_invalidation.v1 import cache_entry_service_pb2 as entries_pb
from cache_invalidation.v1 import cache_entry_service_pb2_grpc as entries_grpc
from cache_invalidation.v1 import subscription_service_pb2 as subscription_pb
from cache_invalidation.v1 import subscription_service_pb2_grpc as subscription_grpc
from cache_invalidation.v1.position_pb2 import Position
from names import hits, levels, matches

START_SECONDS = 10  # a stream that has not started by then is given up
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds before the next stream
TRACK_SECONDS = 2
FAREWELL_SECONDS = 0.5
HEARTBEATS_MISSED = 3
REMEMBERED = 10_000  # invalidations, for fills that they may concern

MISS = object()
_NO_POSITION = Position()


def connect(endpoint):
    """A channel that looks for a lost service every second or two, where gRPC's own pauses grow to two minutes."""
    options = {"initial": 100, "min": 100, "max": 2000}
    return grpc.aio.insecure_channel(endpoint, [(f"grpc.{name}_reconnect_backoff_ms", ms) for name, ms in options.items()])


def now():
    """Seconds, by the clock that goes on while the machine is suspended: a lease ends then, too."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def duration(seconds):
    return Duration(seconds=int(seconds), nanos=int(seconds % 1 * 1e9))


class ProtocolError(Exception):
    """The stream does not continue what was applied; the next one will."""


@dataclasses.dataclass
class Loaded:
    """A value, and what it was made of. Nothing drops a value without tags but its key, and the end of `ttl` (seconds)."""

    value: object
    tags: list = dataclasses.field(default_factory=list)
    depends_on_keys: list = dataclasses.field(default_factory=list)  # of cached values
    ttl: float = math.inf


@dataclasses.dataclass
class _Entry:
    value: object
    tags: list
    expires: float


class NearCache:
    """Keeps what `get_or_load` loads until the service says that it changed; serves nothing while it may have missed that."""

    def __init__(self, channel, name, namespace="", lease=10, max_entries=100_000):
        self._subscriptions = subscription_grpc.SubscriptionServiceStub(channel)
        self._service = entries_grpc.CacheEntryServiceStub(channel)
        self._identity = {"namespace": namespace, "name": name, "instance": uuid.uuid4().hex}
        self._asked_lease, self._max_entries = lease, max_entries
        self._entries = {}  # by key, the oldest first
        self._keys_by_tag = collections.defaultdict(set)  # a tag of an entry, or one above it -> keys
        self._recent = collections.deque()  # (revision, invalidation)
        self._applied = Position()  # everything up to here is; without an epoch: no stream has started yet
        self._part = 0  # the next part of the revision that is being applied
        self._forgotten = 0  # every later invalidation is in _recent
        self._head = math.inf  # of the stream's start: what was missed is applied once this is
        self._serve_until = self._offered = -math.inf
        # Of the current stream.
        self._started = self._leaving = False
        self._sequence, self._sent = 0, {}  # when each message without an echo was sent
        self._acknowledged = 0
        self._wake = asyncio.Event()

    async def __aenter__(self):
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_):
        """Leaves: nothing is served any more, so no writer has to wait for the lease."""
        self._serve_until = -math.inf
        self._leaving = True
        self._wake.set()
        await asyncio.wait([self._task], timeout=FAREWELL_SECONDS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def is_live(self):
        """Whether it serves: it has a lease, and has applied what it missed before."""
        return now() < self._serve_until and not self._leaving

    def get(self, key):
        """The value, or MISS."""
        if not self.is_live:  # first, and then look: the lease was renewed after everything before it was applied
            return MISS
        entry = self._entries.get(key)
        return entry.value if entry and now() < entry.expires else MISS

    async def get_or_load(self, key, load):
        """The value; if it is not here, what `await load()` returns: a Loaded, made of what is read while it runs."""
        value = self.get(key)
        if value is not MISS:
            return value
        position = self._copy_of_applied() if self.is_live else _NO_POSITION
        loaded = await load()
        if position.epoch:
            await self._keep(key, loaded, position)
        return loaded.value

    # Fills.

    async def _keep(self, key, loaded, position):
        """Registers what was loaded from this position on, and keeps it if nothing has touched it until now."""
        expires = now() + loaded.ttl  # before the service's own count begins: it forgets what an expired entry depended on
        track = entries_pb.TrackedEntry(key=key, tags=loaded.tags, depends_on_keys=loaded.depends_on_keys, position=position)
        track.only_tracked_keys = True  # values of other keys came from this cache, not from their source
        if loaded.ttl < math.inf:
            track.ttl.CopyFrom(duration(loaded.ttl))
        try:
            response = await self._track(entries_pb.TrackEntriesRequest(namespace=self._identity["namespace"], entries=[track]))
        except grpc.aio.AioRpcError as error:
            logging.info("%s is not kept: %s", key, error.details())
            return
        if response.position.epoch not in (position.epoch, self._applied.epoch):
            self._distrust()
        if response.results[0].outcome != entries_pb.FILL_OUTCOME_KEPT:
            return
        # The service vouches for it up to response.position. What was applied here meanwhile can be later.
        if response.position.epoch != self._applied.epoch or self._touched_after(response.position.revision, key, loaded.tags):
            return
        self._drop(key)
        if len(self._entries) >= self._max_entries:
            self._drop(next(iter(self._entries)))
        self._entries[key] = _Entry(loaded.value, loaded.tags, expires)
        for tag in loaded.tags:
            for level in levels(tag):
                self._keys_by_tag[level].add(key)

    async def _track(self, request):
        return await self._service.TrackEntries(request, timeout=TRACK_SECONDS)

    def _touched_after(self, revision, key, tags):
        """Whether something that was applied after this revision hits the entry, or may have: it is forgotten."""
        if revision < self._forgotten:
            return True
        return any(later > revision and hits(invalidation, key, tags) for later, invalidation in self._recent)

    def _distrust(self):
        """Another history answers: what this stream says may not be everything. Only a lease asked for from now on counts."""
        self._serve_until = self._offered = -math.inf
        self._sent.clear()

    # Invalidations.

    def _invalidate(self, revision, invalidation):
        """Drops what is hit. What is only marked as stale is dropped as well: it may not be served as fresh."""
        target = invalidation.WhichOneof("target")
        if target == "tag":
            hit = list(self._keys_by_tag.get(invalidation.tag, ()))
        elif target == "key":
            hit = [invalidation.key]
        elif target == "pattern":
            hit = [key for key in self._entries if matches(invalidation.pattern, key)]
        else:  # everything, or a kind of target that is newer than this program
            hit = list(self._entries)
        for key in hit:
            self._drop(key)
        self._recent.append((revision, invalidation))
        if len(self._recent) > REMEMBERED:
            self._forgotten, _ = self._recent.popleft()

    def _drop(self, key):
        entry = self._entries.pop(key, None)
        for tag in entry.tags if entry else ():
            for level in levels(tag):
                self._keys_by_tag[level].discard(key)
                if not self._keys_by_tag[level]:
                    del self._keys_by_tag[level]

    def _begin_at(self, epoch, revision):
        """Empties the cache: what it holds does not lead up to this position."""
        self._entries.clear()
        self._keys_by_tag.clear()
        self._recent.clear()
        self._applied = Position(epoch=epoch, revision=revision)
        self._forgotten = revision
        self._part = 0

    # The stream.

    async def _follow(self):
        """One stream after the other, each from where the last one ended."""
        pause = SHORTEST_PAUSE
        while not self._leaving:
            begun = now()
            try:
                await self._run_stream()
            except (ProtocolError, TimeoutError, asyncio.InvalidStateError, grpc.aio.AioRpcError) as error:
                if isinstance(error, grpc.aio.AioRpcError) and error.code() == grpc.StatusCode.INVALID_ARGUMENT:
                    logging.error("the subscription is refused: %s", error.details())
                    self._serve_until = -math.inf
                    return
                logging.info("the stream is lost: %s", error)
            # One that lasted shows that the service works.
            pause = SHORTEST_PAUSE if now() - begun > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            if not self._leaving:
                await asyncio.sleep(random.uniform(0.5, 1) * pause)

    async def _run_stream(self):
        self._started, self._sequence, self._acknowledged = False, 0, -1  # also the start is acknowledged
        self._sent.clear()
        call = self._subscriptions.Subscribe()
        sender = None
        try:
            await self._send(call, self._first_message())
            patience = START_SECONDS
            while True:
                async with asyncio.timeout(patience):
                    response = await call.read()
                if response is grpc.aio.EOF:
                    raise ProtocolError(f"the service ended the stream: {await call.details() or await call.code()}")
                self._receive(response)
                if response.HasField("started"):
                    patience = HEARTBEATS_MISSED * response.started.heartbeat.ToTimedelta().total_seconds()
                    sender = asyncio.create_task(self._acknowledge(call))
                if self._applied.revision > self._acknowledged:
                    self._wake.set()
        finally:
            call.cancel()
            if sender:
                sender.cancel()

    def _first_message(self):
        subscription = subscription_pb.Subscription(
            **self._identity, acknowledges=True, lease=duration(self._asked_lease)
        )
        if self._applied.epoch:
            subscription.start_after.CopyFrom(self._applied)
        return subscription_pb.SubscribeRequest(subscription=subscription)

    async def _acknowledge(self, call):
        """Acknowledges what is applied, as soon as it is, and at least every third of the lease."""
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the reader finds out why
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._lease / 3):
                        await self._wake.wait()
                self._wake.clear()
                self._acknowledged = self._applied.revision
                message = subscription_pb.SubscribeRequest(acknowledged_revision=self._acknowledged, leaves=self._leaving)
                await self._send(call, message)

    async def _send(self, call, message):
        self._sequence += 1
        message.sequence = self._sequence
        self._sent[self._sequence] = now()  # the lease counts from before it is sent
        await call.write(message)

    def _receive(self, response):
        """Applies a response."""
        if response.HasField("started"):
            self._start(response.started)
        elif not self._started:
            raise ProtocolError("the stream does not begin with its start")
        if response.HasField("reset"):
            self._begin_at(response.reset.start_after.epoch, response.reset.start_after.revision)
        for part in response.events:
            self._apply(part)
        if response.HasField("progress"):
            self._pass(response.progress)
        if self._applied.revision >= self._head:
            self._serve_until = max(self._serve_until, self._offered)

    def _start(self, started):
        self._started = True
        self._head, self._part = started.head.revision, 0
        self._lease = started.lease.ToTimedelta().total_seconds()
        if (started.head.epoch, started.start_after) != (self._applied.epoch, self._applied.revision):
            self._begin_at(started.head.epoch, started.start_after)

    def _apply(self, part):
        """Drops what a part of an event names. The revision is applied once its last part is."""
        if (part.revision, part.part) != (self._applied.revision + 1, self._part):
            raise ProtocolError(f"revision {part.revision}, part {part.part} came after revision {self._applied.revision}")
        for invalidation in part.invalidations:
            self._invalidate(part.revision, invalidation)
        self._part += 1
        if part.last_part:
            self._applied.revision, self._part = part.revision, 0

    def _pass(self, progress):
        """Notes that everything before the echoed message was sent, and so that the lease which it asked for is granted."""
        if progress.revision > self._applied.revision:  # without a filter every revision is sent
            raise ProtocolError(f"revision {progress.revision} was passed after revision {self._applied.revision}")
        sent = self._sent.get(progress.echoed_sequence)
        if sent is not None:
            self._offered = max(self._offered, sent + self._lease)
        for sequence in [sequence for sequence in self._sent if sequence <= progress.echoed_sequence]:
            del self._sent[sequence]

    def _copy_of_applied(self):
        return Position(epoch=self._applied.epoch, revision=self._applied.revision)
