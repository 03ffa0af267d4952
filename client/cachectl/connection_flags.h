// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_CONNECTION_FLAGS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_CONNECTION_FLAGS_H_

#include <string>

#include "client/client_options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace cache_invalidation::cachectl {

// Where the service is, how the connection to it is encrypted, and who calls. Each has a variable
// of the environment.
struct ConnectionFlags {
  std::string endpoint = "localhost:7400";
  bool tls = false;
  std::string ca_file = {};
  std::string cert_file = {};
  std::string key_file = {};
  std::string server_name = {};
  std::string token_file = {};

  // Sets the options that these decide, and the token of the environment. Any flag about TLS
  // encrypts.
  void Set(client::ClientOptions& options) const;
};

// `out` must outlive the parser.
void AddConnectionFlags(CLI::App* app, ConnectionFlags* out);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_CONNECTION_FLAGS_H_
