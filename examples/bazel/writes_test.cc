// SPDX-License-Identifier: Apache-2.0

// A test without a service: what a program reports.

#include <iostream>
#include <memory>

#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/testing/local_connection.h"

using namespace cache_invalidation::client;

int main() {
  const auto service = std::make_shared<LocalConnection>();
  const Client client(service);
  const auto result = client.InvalidateByWrite("user", "42", "update");
  if (result.ok() && service->writes().size() == 1 && service->head() == result->position) return 0;
  std::cerr << "the write was not reported: " << result.status() << "\n";
  return 1;
}
