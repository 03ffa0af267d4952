#ifndef CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "tests/cachectl/program.h"

namespace cache_invalidation::attack {

// What a client saw that did nothing wrong.
struct Health {
  int64_t writes = 0;
  int64_t failed = 0;  // of these
  std::string first_error;
  absl::Duration longest = absl::ZeroDuration();  // that a write took
  int64_t events = 0;
  // Events that did not follow the one before, and streams that ended.
  int64_t gaps = 0;
};

// A client in a namespace of its own, as a process: it writes fifty times a second and subscribes
// to what it writes. Belongs to one thread.
class HealthyClient {
 public:
  // `program`: this one. Returns when its first write was answered and seen.
  HealthyClient(const std::string& program, const std::string& address);
  // Ends it and answers what it saw; once.
  Health Finish();

 private:
  Program program_;
};

// What the process does, until its input ends.
int RunHealthyClient(const std::string& address);

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_
