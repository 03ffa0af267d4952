# SPDX-License-Identifier: Apache-2.0
"""Reports committed writes to the service, and tries again until it has them."""

import asyncio
import dataclasses
import decimal
import random

import grpc

from cache_invalidation.v1 import write_event_service_pb2 as writes_pb
from cache_invalidation.v1 import write_event_service_pb2_grpc as writes_grpc
from near_cache import now

LONGEST_ATTEMPT_SECONDS = 5
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
LARGEST_INTEGER = 2**53 - 1  # that a double holds exactly

# What the same request would meet again, unless the server asks for a retry: it does so where it limits calls. After any other
# error the write may have been applied, or not: sending it again is harmless.
REFUSALS = {
    getattr(grpc.StatusCode, name)
    for name in (
        *("INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "UNAUTHENTICATED"),
        *("RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    )
}


@dataclasses.dataclass
class Written:
    revision: int
    seen_everywhere: bool  # no cache serves anything older; False if the call did not wait, or not for all


def context_value(value):
    """A value as a context carries it: numbers there are doubles, so those that a double changes are sent as their text."""
    if isinstance(value, dict):
        return {name: context_value(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [context_value(element) for element in value]
    if isinstance(value, decimal.Decimal) or (isinstance(value, int) and abs(value) > LARGEST_INTEGER):
        return {"$number": str(value)}
    return value


def _asked_pause(error):
    """The seconds after which the server asks for a retry; 0 if it does not."""
    return int((error.trailing_metadata() or {}).get("grpc-retry-pushback-ms", 0)) / 1000


class Writer:
    """Call it after the commit: before it, a reader could put the old value back into a cache."""

    def __init__(self, channel, namespace=""):
        self._service = writes_grpc.WriteEventServiceStub(channel)
        self._namespace = namespace

    async def write(self, resource_type, resource_id, operation, context=None, tags=(), wait=False, seconds=60):
        """Reports one write. With `wait` it returns when no cache serves anything older, or cannot say so.

        The error of gRPC after `seconds`, or of a refusal. The write is committed all the same: send it again later, a
        refused one as a write of its whole type, which has an empty id.
        """
        request = writes_pb.InvalidateByWriteRequest(namespace=self._namespace, wait_for_subscribers=wait)
        request.write.resource_type, request.write.resource_id = resource_type, resource_id
        request.write.operation = operation
        request.write.tags.extend(tags)
        if context is not None:
            request.write.context.update(context_value(context))
        end, pause = now() + seconds, SHORTEST_PAUSE
        while True:
            left = max(end - now(), 0.001)
            # One that waits may take as long as a lease; the service ends the wait before the deadline.
            timeout = left if wait else min(left, LONGEST_ATTEMPT_SECONDS)
            try:
                response = await self._service.InvalidateByWrite(request, timeout=timeout, wait_for_ready=True)
                waiting = response.waiting
                return Written(response.result.position.revision, wait and not waiting.late and not waiting.unknown_late)
            except grpc.aio.AioRpcError as error:
                asked = _asked_pause(error)
                if (error.code() in REFUSALS and not asked) or now() + max(pause, asked) >= end:
                    raise
            await asyncio.sleep(max(random.uniform(0.5, 1) * pause, asked))
            pause = min(2 * pause, LONGEST_PAUSE)
