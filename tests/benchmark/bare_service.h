// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_BARE_SERVICE_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_BARE_SERVICE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// gRPC without a service behind it, alone in its process: the limit of what any service on gRPC can
// do. It is this program again.
//
// InvalidateByWrite reads nothing and returns a constant response. Before that it sends every
// subscriber the same bytes, a number of times. StreamWrites parses its messages and acknowledges
// their groups. Subscribe returns Started, and what InvalidateByWrite sends.
//
// For one thread.
class BareService {
 public:
  enum class Responds { kInline, kFromAnotherThread };

  // `message` is sent `times` times for each call.
  explicit BareService(Responds responds, const v1::SubscribeResponse& message = {},
                       int64_t times = 0);

  const std::string& address() const { return address_; }
  pid_t pid() const { return program_.pid(); }

 private:
  const TemporaryDirectory directory_;
  Program program_;
  const std::string address_;
};

// If the command line asks for a BareService, serves until standard input ends, and returns true.
bool ServeBareService();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_BARE_SERVICE_H_
