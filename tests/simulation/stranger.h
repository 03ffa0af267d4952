// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_STRANGER_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_STRANGER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "tests/property/generator.h"
#include "tests/simulation/surroundings.h"

namespace cache_invalidation::simulation {

// A client that sends commands and queries of every kind, about names of its own: rules,
// relationships, entries, dependencies. So the state that survives crashes is rich, and there are
// more events than those of the writers.
class Stranger {
 public:
  Stranger(Surroundings& world, std::string namespace_name, std::string name);

  // Sends a call, or handles an answer.
  void Step();

 private:
  void Send();

  Surroundings& world_;
  const std::string namespace_name_;
  const std::string name_;
  property::Generator generator_;
  std::shared_ptr<Call> call_;
  // From the last answer.
  std::string epoch_ = "none";
  uint64_t head_ = 0;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_STRANGER_H_
