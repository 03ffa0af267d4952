// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_TELEMETRY_ATTEMPT_SPANS_H_
#define CACHE_INVALIDATION_EXAMPLES_TELEMETRY_ATTEMPT_SPANS_H_

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "cache_invalidation/client/client_options.h"

// A span as OpenTelemetry describes it. With opentelemetry-cpp, start one with these times and
// attributes instead.
struct Span {
  std::string name;
  std::string trace_id;   // empty: the call had no `traceparent`
  std::string parent_id;  // the span of the caller
  absl::Time start;
  absl::Time end;
  std::map<std::string, std::string> attributes;
  bool is_error = false;
};

// Turns each attempt of a call, and each stream that has ended, into a span:
//
//   ClientOptions options;
//   options.on_attempt = AttemptSpans(export_span, [] { return absl::Now(); });
//   Client client(MakeConnection("localhost:7400", options));
//
//   // In a request: the span of the caller, as the W3C writes it.
//   client.InvalidateByWrite("user", "42", "update", {},
//                            {.metadata = {{"traceparent", "00-TRACE-SPAN-01"}}});
//
// The metadata also reaches the service, so a proxy in front of it sees the same trace.
class AttemptSpans {
 public:
  // `export_span` is called on many threads at the same time and must not block: exporters of
  // OpenTelemetry put the span into a queue.
  AttemptSpans(std::function<void(Span)> export_span, std::function<absl::Time()> now)
      : export_span_(std::move(export_span)), now_(std::move(now)) {}

  void operator()(const cache_invalidation::client::CallAttempt& attempt) const;

 private:
  std::function<void(Span)> export_span_;
  std::function<absl::Time()> now_;
};

#endif  // CACHE_INVALIDATION_EXAMPLES_TELEMETRY_ATTEMPT_SPANS_H_
