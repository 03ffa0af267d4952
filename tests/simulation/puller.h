// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_PULLER_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_PULLER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/simulation/surroundings.h"

namespace cache_invalidation::simulation {

// A client without a stream that holds one value and asks the server, with its position from before
// the load, whether the row has moved since.
class Puller {
 public:
  Puller(Surroundings& world, std::string namespace_name, std::string name);

  // Sends a call, or handles an answer.
  void Step();

 private:
  struct Value {
    size_t row = 0;
    uint64_t version = 0;
    std::string epoch;
    uint64_t revision = 0;
  };

  void Ask();
  void OnAnswer(const Call& call);
  RowName row() const { return {namespace_name_, row_}; }

  Surroundings& world_;
  const std::string namespace_name_;
  const std::string name_;
  std::shared_ptr<Call> call_;
  size_t row_ = 0;
  uint64_t known_version_ = 0;  // certainly invalidated when it asked
  std::optional<Value> value_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_PULLER_H_
