// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_TRIAL_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_TRIAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cachectl/report.h"
#include "client/rule.h"
#include "client/write_event.h"

namespace cache_invalidation::cachectl {

// What a rule would do for a write, evaluated without a service.
struct RuleTrial {
  std::string name;
  std::string condition;
  bool enabled = true;
  std::string trigger;     // the first one that the write meets; empty if none
  bool holds = true;       // the condition is true, or counts as true
  std::string error = {};  // why the condition could not be evaluated; it counts as true
  uint64_t cost = 0;

  // The parts of the condition that were evaluated, the whole first.
  struct Part {
    int depth = 0;
    std::string expression;
    std::string value;
  };
  std::vector<Part> parts = {};

  bool fires() const { return enabled && !trigger.empty() && holds; }
};

// Fails with INVALID_ARGUMENT if the condition is malformed.
absl::StatusOr<RuleTrial> TryRule(const client::InvalidationRule& rule,
                                  const client::WriteEvent& write);

// Returns the parts as an indented list, and as JSON.
Report ReportOf(const std::vector<RuleTrial>& trials);

// Parses a write such as `{"resource_type": "user", "resource_id": "42", "operation": "update",
// "context": {...}, "tags": [...]}`, in either of protobuf's spellings. Numbers that no double
// represents keep their text (ToJsonValue). Fails with INVALID_ARGUMENT if it is malformed or has
// an unknown name.
absl::StatusOr<client::WriteEvent> WriteEventFromJson(absl::string_view json);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_TRIAL_H_
