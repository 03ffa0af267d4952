// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_OUTBOX_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_OUTBOX_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/clock.h"
#include "server/delivery/outbox.h"

namespace cache_invalidation::simulation {

// The outbox without its thread: work waits until Drive.
class Outbox final : public delivery::Outlet, public delivery::StreamWaker {
 public:
  explicit Outbox(const Clock& clock) : clock_(clock), core_(clock) {}

  void Deliver(std::vector<Completion> completions, std::vector<uint64_t> moved) override {
    if (!completions.empty()) work_.completions.push_back({std::move(completions), true});
    work_.moved.insert(moved.begin(), moved.end());
  }
  void Abandon(std::vector<Completion> completions) override {
    if (!completions.empty()) work_.completions.push_back({std::move(completions), false});
    work_.abandoned = true;
  }
  void Wake(std::shared_ptr<delivery::OutboxStream> stream) override {
    const auto same = std::find(work_.woken.begin(), work_.woken.end(), stream);
    if (same == work_.woken.end()) work_.woken.push_back(std::move(stream));
  }
  void Drain(absl::Duration deadline) { work_.drain = deadline; }

  bool HasWork() const {
    return !work_.empty() || core_.busy() || core_.next_timer() <= clock_.Monotonic();
  }
  void Drive() {
    core_.Accept(std::exchange(work_, {}));
    core_.Step();
  }

 private:
  const Clock& clock_;
  delivery::OutboxWork work_;
  delivery::OutboxCore core_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_OUTBOX_H_
