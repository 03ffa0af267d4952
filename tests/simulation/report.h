// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_REPORT_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_REPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock.h"

namespace cache_invalidation::simulation {

// The log of a run, and its first failure.
class Report {
 public:
  // Without `keeps_log` only the failure is recorded. `clock` must outlive this.
  Report(const Clock& clock, bool keeps_log) : clock_(clock), keeps_log_(keeps_log) {}

  template <typename... Pieces>
  void Log(const Pieces&... pieces) {
    if (!keeps_log_) return;
    lines_.push_back(
        absl::StrCat(absl::FormatDuration(clock_.Monotonic()), " ", absl::StrCat(pieces...)));
  }

  void Fail(std::string what) {
    Log("FAILED: ", what);
    if (failure_.empty()) failure_ = std::move(what);
  }

  bool ok() const { return failure_.empty(); }
  const std::string& failure() const { return failure_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const Clock& clock_;
  const bool keeps_log_;
  std::vector<std::string> lines_;
  std::string failure_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_REPORT_H_
