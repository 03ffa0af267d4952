// SPDX-License-Identifier: Apache-2.0

// Reports a thousand writes without waiting for each result.
//
//   stream_writes HOST:PORT

#include <iostream>
#include <string>

#include "cache_invalidation/client/client.h"

using namespace cache_invalidation::client;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: stream_writes HOST:PORT\n";
    return 2;
  }
  Client client(MakeConnection(argv[1]));

  int failed = 0;
  auto stream = client.OpenWriteStream();
  for (int id = 0; id < 1000; ++id) {
    stream->Write(
        {{.resource_type = "user", .resource_id = std::to_string(id), .operation = "update"}},
        [&failed](const absl::StatusOr<WriteResult>& result) {
          if (!result.ok()) ++failed;
        });
  }
  stream->Close();
  std::cout << "1000 writes, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}
