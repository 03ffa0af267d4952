// SPDX-License-Identifier: Apache-2.0

// Two repositories over one database, as in two services, each with its own cache.
//
//   user_repository HOST:PORT DATABASE

#include <iostream>

#include "user_repository.h"

using cache_invalidation::client::Client;
using cache_invalidation::client::MakeConnection;

namespace {

void Print(const char* who, const absl::StatusOr<User>& user, const UserRepository& repository) {
  const auto statistics = repository.CacheStatistics();
  std::cout << who << ": " << (user.ok() ? user->name : std::string(user.status().message()))
            << "  (hits " << statistics.hits << ", loads " << statistics.loads << ")\n";
}

absl::Status Run(const std::string& endpoint, const std::string& path) {
  auto shop_database = Database::Open(path);
  if (!shop_database.ok()) return shop_database.status();
  auto admin_database = Database::Open(path);
  if (!admin_database.ok()) return admin_database.status();

  Client client(MakeConnection(endpoint));
  UserRepository shop(*std::move(shop_database), client, {.cache = {.name = "shop"}});
  UserRepository admin(*std::move(admin_database), client, {.cache = {.name = "admin"}});

  if (auto status = shop.CreateTable(); !status.ok()) return status;
  if (auto status = admin.Insert({.id = "42", .name = "Ada", .tenant = "acme"}); !status.ok()) {
    return status;
  }
  Print("shop ", shop.Find("42"), shop);
  Print("shop ", shop.Find("42"), shop);

  if (auto status = admin.Update({.id = "42", .name = "Grace", .tenant = "acme"}); !status.ok()) {
    return status;
  }
  Print("shop ", shop.Find("42"), shop);

  if (auto status = admin.Delete("42"); !status.ok()) return status;
  Print("shop ", shop.Find("42"), shop);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: user_repository HOST:PORT DATABASE\n";
    return 2;
  }
  const absl::Status status = Run(argv[1], argv[2]);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
