#ifndef CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_

#include <string>

#include "tests/cachectl/program.h"
#include "tests/haproxy/healthy_client.h"

namespace cache_invalidation::attack {

// A HealthyClient in the default namespace, as a process: what the attacker's own work costs this
// one does not slow it down. Belongs to one thread.
class HealthyProcess {
 public:
  // `program`: this one. Returns when the client has begun.
  HealthyProcess(const std::string& program, int port);
  // Ends it and answers what it saw; once.
  Health Finish();

 private:
  Program program_;
};

// What the process does, until its input ends.
int RunHealthyProcess(int port);

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_
