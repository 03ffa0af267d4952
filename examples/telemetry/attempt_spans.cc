// SPDX-License-Identifier: Apache-2.0

#include "attempt_spans.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

using cache_invalidation::client::CallAttempt;
using cache_invalidation::client::CallMetadata;

namespace {

// "00-TRACE-SPAN-FLAGS": the ids of the caller's trace and span.
void SetParent(const CallMetadata& metadata, Span& span) {
  for (const auto& [name, value] : metadata) {
    if (name != "traceparent") continue;
    const std::vector<std::string> parts = absl::StrSplit(value, '-');
    if (parts.size() != 4) continue;
    span.trace_id = parts[1];
    span.parent_id = parts[2];
  }
}

}  // namespace

void AttemptSpans::operator()(const CallAttempt& attempt) const {
  // A stream is one span, when it has ended.
  if (attempt.kind == CallAttempt::Kind::kStreamOpened) return;
  const std::pair<std::string, std::string> names = absl::StrSplit(attempt.method, '/');
  Span span;
  span.name = std::string(attempt.method);
  span.end = now_();
  span.start = span.end - attempt.latency;
  span.is_error = !attempt.status.ok();
  SetParent(attempt.metadata, span);
  // The names are those of OpenTelemetry's semantic conventions for gRPC.
  span.attributes = {{"rpc.system", "grpc"},
                     {"rpc.service", names.first},
                     {"rpc.method", names.second},
                     {"rpc.grpc.status_code", absl::StrCat(attempt.status.raw_code())}};
  if (attempt.number > 1) span.attributes["attempt"] = absl::StrCat(attempt.number);
  if (attempt.will_retry) span.attributes["will_retry"] = "true";
  if (span.is_error) span.attributes["error.message"] = std::string(attempt.status.message());
  export_span_(std::move(span));
}
