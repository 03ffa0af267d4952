// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_TESTING_REFUSING_SERVER_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_REFUSING_SERVER_H_

#include <memory>

#include "absl/status/status.h"

namespace cache_invalidation::client {

// A server that fails every call and stream with one error. Thread-safe.
class RefusingServer {
 public:
  // REQUIRES: not OK.
  explicit RefusingServer(const absl::Status& status);
  ~RefusingServer();

  RefusingServer(const RefusingServer&) = delete;
  RefusingServer& operator=(const RefusingServer&) = delete;

  // Returns the port on which it listens on this machine.
  int port() const { return port_; }

 private:
  struct Parts;

  std::unique_ptr<Parts> parts_;
  int port_ = 0;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_REFUSING_SERVER_H_
