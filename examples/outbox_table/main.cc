// SPDX-License-Identifier: Apache-2.0

// Prices in a database, each change recorded in an outbox table. Reads commands:
//
//   price ID PRICE   changes a price, in a transaction
//   send             reports to the service what is recorded
//
// and does the second when it starts.
//
//   outbox_table HOST:PORT DATABASE

#include <sqlite3.h>

#include <iostream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "cache_invalidation/client/client.h"
#include "outbox_table.h"

using cache_invalidation::client::Client;
using cache_invalidation::client::MakeConnection;

namespace {

constexpr int kBusyTimeoutMilliseconds = 5000;

class Prices {
 public:
  explicit Prices(sqlite3* database) : database_(database), outbox_(database) {}

  absl::Status Create() {
    absl::Status status = Run("PRAGMA journal_mode = WAL");
    status.Update(
        Run("CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, price INTEGER)"));
    status.Update(outbox_.Create());
    return status;
  }

  // The change and its record are committed together, or neither.
  absl::Status Change(int id, int price) {
    absl::Status status = Run("BEGIN IMMEDIATE");
    if (!status.ok()) return status;
    status.Update(
        Run(absl::StrCat("INSERT OR REPLACE INTO products VALUES (", id, ", ", price, ")")));
    status.Update(outbox_.Add({.resource_type = "product",
                               .resource_id = absl::StrCat(id),
                               .operation = "update",
                               .context = {{"price", price}}}));
    if (status.ok()) status = Run("COMMIT");
    if (!status.ok()) Run("ROLLBACK").IgnoreError();
    return status;
  }

  absl::StatusOr<int> Send(const Client& client) { return outbox_.Send(client); }

 private:
  absl::Status Run(const std::string& sql) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
      return absl::OkStatus();
    }
    return absl::InternalError(sqlite3_errmsg(database_));
  }

  sqlite3* const database_;
  OutboxTable outbox_;
};

void Print(const absl::StatusOr<int>& sent) {
  if (sent.ok()) {
    std::cout << "sent " << *sent << std::endl;
  } else {
    std::cout << sent.status() << std::endl;
  }
}

void Execute(const std::string& line, Prices& prices, const Client& client) {
  std::istringstream words(line);
  std::string command;
  int id = 0;
  int price = 0;
  words >> command;
  if (command == "price" && words >> id >> price) {
    const absl::Status status = prices.Change(id, price);
    std::cout << (status.ok() ? absl::StrCat("committed ", id) : status.ToString()) << std::endl;
  } else if (command == "send") {
    Print(prices.Send(client));
  } else {
    std::cout << "expected: price ID PRICE, or send" << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: outbox_table HOST:PORT DATABASE\n";
    return 2;
  }
  const Client client(MakeConnection(argv[1]));
  sqlite3* database = nullptr;
  if (sqlite3_open(argv[2], &database) != SQLITE_OK) {
    std::cerr << sqlite3_errmsg(database) << "\n";
    return 1;
  }
  sqlite3_busy_timeout(database, kBusyTimeoutMilliseconds);
  {
    Prices prices(database);
    if (const absl::Status status = prices.Create(); !status.ok()) {
      std::cerr << status << "\n";
      return 1;
    }
    // What a process that was killed has left.
    Print(prices.Send(client));
    for (std::string line; std::getline(std::cin, line);) Execute(line, prices, client);
  }
  sqlite3_close(database);
  return 0;
}
