// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_WIRE_ROW_H_
#define CACHE_INVALIDATION_SERVER_WIRE_ROW_H_

#include <cstdint>
#include <string>

namespace cache_invalidation::wire {

// The kind of a stored row. The numbers are stored: never change or reuse one.
enum class RowKind : uint8_t {
  kMeta = 1,
  kRule = 2,
  kRuleCounters = 3,
  kRelationship = 4,
  kDependency = 5,
  kEntry = 6,
  kKeyRevision = 7,
  kPending = 8,
  kSweep = 9,
};

inline constexpr RowKind kAllRowKinds[] = {
    RowKind::kMeta,         RowKind::kRule,       RowKind::kRuleCounters,
    RowKind::kRelationship, RowKind::kDependency, RowKind::kEntry,
    RowKind::kKeyRevision,  RowKind::kPending,    RowKind::kSweep,
};

// One record of the state of a namespace in its stored form.
struct Row {
  RowKind kind = RowKind::kMeta;
  std::string identity;  // unique within the namespace and kind; any bytes, empty for kMeta, kSweep
  std::string value;
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_ROW_H_
