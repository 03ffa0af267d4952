// SPDX-License-Identifier: Apache-2.0

// Copies examples/telemetry: prints the span of one write. The endpoint is its argument.

#include <iostream>
#include <utility>

#include "attempt_spans.h"
#include "cache_invalidation/client/client.h"

using namespace cache_invalidation::client;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto print = [](const Span& span) {
    std::cout << span.name << ", trace " << span.trace_id << ", code "
              << span.attributes.at("rpc.grpc.status_code") << "\n";
  };
  ClientOptions options;
  options.on_attempt = AttemptSpans(print, [] { return absl::UnixEpoch(); });
  const Client client(MakeConnection(argv[1], std::move(options)));
  const CallOptions call = {.metadata = {{"traceparent", "00-0af7-b7ad-01"}}};
  return client.InvalidateByWrite("user", "42", "update", {}, call).ok() ? 0 : 1;
}
