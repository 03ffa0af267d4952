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

// An application that writes rows to its database and then has their copies invalidated, one way or
// another, again and again until that is answered.
class Writer {
 public:
  // `on_waited` is told when a call has answered that waited for all subscribers.
  Writer(Surroundings& world, std::string namespace_name, std::string name,
         std::function<void()> on_waited);

  // Does something: writes, sends, or takes up an answer.
  void Step();

  // It has brought to an end what it began.
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

  // What it is about to have invalidated: rows and their versions. Empty: nothing.
  std::vector<std::pair<RowName, uint64_t>> rows_;
  Way way_ = Way::kWrite;
  bool waits_ = false;
  bool batched_ = false;  // kBatch: the targets wait in the batch, which is to be flushed
  std::shared_ptr<Call> call_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_WRITER_H_
