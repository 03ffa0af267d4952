// SPDX-License-Identifier: Apache-2.0

// A tour of the SDK: uses everything that it has, once.
//
//   tour HOST:PORT

#include "tour.h"

#include <string>

#include "cache_invalidation/client/version.h"

using namespace cache_invalidation::client;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tour HOST:PORT\n";
    return 2;
  }
  static_assert(CACHE_INVALIDATION_VERSION_MAJOR == 0 && CACHE_INVALIDATION_VERSION_MINOR >= 1 &&
                CACHE_INVALIDATION_VERSION_PATCH >= 0);
  std::cout << "SDK " << ClientVersion() << "\n";

  ClientOptions options{
      .namespace_name = "tour",
      .deadline = absl::Seconds(30),
      .backoff = BackoffOptions{.initial = absl::Milliseconds(50), .maximum = absl::Seconds(1)}};
  // A service behind a proxy that encrypts: options.tls = TlsOptions{.root_certificates = ...}.
  options.tls = std::optional<TlsOptions>();
  Expect(!MakeConnection("", options)->OptionsStatus().ok(), "an endpoint is needed");
  const std::shared_ptr<Connection> connection = OrEnd(OpenConnection(argv[1], options));
  const Client client(connection);
  Expect(connection->NamespaceName() == "tour", "the connection has a namespace");
  Expect(client.InNamespace("elsewhere").NamespaceOf({}) == "elsewhere",
         "a client can have another");

  ShowDeclarations(client);
  ShowWrites(client);
  ShowAsynchronousCalls(connection);
  ShowInvalidations(client);
  ShowDependencies(client);
  ShowEntries(client);
  ShowCaches(client);
  ShowSubscriptions(client);

  const std::vector<std::string> namespaces = OrEnd(client.ListNamespaces());
  Expect(!namespaces.empty(), "there are namespaces");
  const NamespaceDeletion deletion = OrEnd(client.DeleteNamespace(DeleteNamespaceParams{"tour"}));
  Expect(deletion.found, "the tour leaves nothing behind");
  std::cout << "done\n";
}
