// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_WRITER_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/surroundings.h"

namespace cache_invalidation::simulation {

// An application that writes rows to its database and then invalidates their copies, in one of
// several ways, retrying until it gets an answer.
class Writer {
 public:
  // `on_waited` is called when a call has returned that waited for all subscribers.
  Writer(Surroundings& world, std::string namespace_name, std::string name,
         std::function<void()> on_waited);

  // Writes, sends a call, or handles an answer.
  void Step();

  // It has finished all that it began.
  bool idle() const { return rows_.empty(); }

 private:
  enum class Way { kWrite, kWriteType, kCall, kLazyCall, kBatch };

  void Begin();
  void Send();
  void TakeAnswer();
  void MakeRequest(Call& call);
  engine::WriteEvent WriteOf(Call& call, absl::string_view id) const;
  void OnAnswer(const Call& call);

  Surroundings& world_;
  const std::string namespace_name_;
  const std::string name_;
  const std::function<void()> on_waited_;

  // The rows to be invalidated, and their versions. Empty: none.
  std::vector<std::pair<RowName, uint64_t>> rows_;
  Way way_ = Way::kWrite;
  bool waits_ = false;
  bool batched_ = false;  // kBatch: the targets are in the batch, to be flushed
  std::shared_ptr<Call> call_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_WRITER_H_
