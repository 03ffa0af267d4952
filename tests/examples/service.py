# SPDX-License-Identifier: Apache-2.0
"""The calls that tests make on the service, beside those of the client that they test."""

import time

import grpc

from cache_invalidation.v1 import invalidation_service_pb2 as invalidation_pb
from cache_invalidation.v1 import invalidation_service_pb2_grpc as invalidation_grpc
from cache_invalidation.v1 import namespace_service_pb2 as namespaces_pb
from cache_invalidation.v1 import namespace_service_pb2_grpc as namespaces_grpc
from cache_invalidation.v1 import rule_service_pb2 as rules_pb
from cache_invalidation.v1 import rule_service_pb2_grpc as rules_grpc
from cache_invalidation.v1 import subscription_service_pb2 as subscription_pb
from cache_invalidation.v1 import subscription_service_pb2_grpc as subscription_grpc
from cache_invalidation.v1 import write_event_service_pb2 as writes_pb
from cache_invalidation.v1 import write_event_service_pb2_grpc as writes_grpc
from cache_invalidation.v1.rule_pb2 import Rule

CALL_SECONDS = 20


class Service:
    """Another process as the service sees it. Calls wait for the subscribers."""

    def __init__(self, endpoint):
        options = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
        self._channel = grpc.insecure_channel(endpoint, options)
        self._invalidations = invalidation_grpc.InvalidationServiceStub(self._channel)
        self._namespaces = namespaces_grpc.NamespaceServiceStub(self._channel)
        self._rules = rules_grpc.RuleServiceStub(self._channel)
        self._subscriptions = subscription_grpc.SubscriptionServiceStub(self._channel)
        self._writes = writes_grpc.WriteEventServiceStub(self._channel)

    def close(self):
        self._channel.close()

    def invalidate(self, **targets):
        """Returns whether no subscriber serves it any more."""
        request = invalidation_pb.InvalidateRequest(wait_for_subscribers=True, **targets)
        return self._seen(self._invalidations.Invalidate, request)

    def write(self, *rows, tags=()):
        """Writes rows, (type, id) each, as one transaction. Returns whether no subscriber serves anything older."""
        events = [writes_pb.WriteEvent(resource_type=type, resource_id=row, operation="update", tags=tags) for type, row in rows]
        request = writes_pb.InvalidateByWritesRequest(writes=events, wait_for_subscribers=True)
        return self._seen(self._writes.InvalidateByWrites, request)

    def register(self, name, **rule):
        self._rules.RegisterRule(rules_pb.RegisterRuleRequest(rule=Rule(name=name, **rule)), timeout=CALL_SECONDS)

    def delete_namespace(self, name):
        self._namespaces.DeleteNamespace(namespaces_pb.DeleteNamespaceRequest(namespace=name), timeout=CALL_SECONDS)

    def subscribers(self):
        request = subscription_pb.ListSubscribersRequest()
        return list(self._subscriptions.ListSubscribers(request, timeout=CALL_SECONDS, wait_for_ready=True).subscribers)

    @staticmethod
    def _seen(method, request):
        """Calls it until that succeeds."""
        end = time.monotonic() + CALL_SECONDS
        while True:
            try:
                waiting = method(request, timeout=CALL_SECONDS, wait_for_ready=True).waiting
                return not waiting.late and not waiting.unknown_late
            except grpc.RpcError:
                if time.monotonic() > end:
                    raise
