// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/trace_id.h"

#include <algorithm>
#include <cstddef>

namespace cache_invalidation::rpc {
namespace {

constexpr char kTraceparent[] = "traceparent";

// version "-" trace id "-" parent id "-" flags.
constexpr size_t kVersionDigits = 2;
constexpr size_t kTraceIdDigits = 32;
constexpr size_t kParentIdDigits = 16;
constexpr size_t kFlagDigits = 2;
constexpr size_t kBytes =
    kVersionDigits + 1 + kTraceIdDigits + 1 + kParentIdDigits + 1 + kFlagDigits;

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(absl::string_view digits) {
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c == '0'; });
}

}  // namespace

absl::string_view TraceIdOf(absl::string_view traceparent) {
  if (traceparent.size() < kBytes) return "";
  const absl::string_view version = traceparent.substr(0, kVersionDigits);
  // Versions to come may add fields at the end; ff will never be one.
  const absl::string_view rest = traceparent.substr(kBytes);
  if (version == "ff" || (!rest.empty() && (version == "00" || rest[0] != '-'))) return "";
  size_t at = kVersionDigits;
  absl::string_view fields[3];
  const size_t digits[] = {kTraceIdDigits, kParentIdDigits, kFlagDigits};
  for (int i = 0; i < 3; ++i) {
    if (traceparent[at] != '-') return "";
    fields[i] = traceparent.substr(at + 1, digits[i]);
    at += 1 + digits[i];
  }
  const auto& [trace_id, parent_id, flags] = fields;
  const bool good = IsHex(version) && IsHex(trace_id) && IsHex(parent_id) && IsHex(flags) &&
                    !IsZero(trace_id) && !IsZero(parent_id);
  return good ? trace_id : "";
}

absl::string_view TraceIdOf(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find(kTraceparent);
  if (found == context.client_metadata().end()) return "";
  return TraceIdOf(absl::string_view(found->second.data(), found->second.size()));
}

}  // namespace cache_invalidation::rpc
