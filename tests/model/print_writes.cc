// SPDX-License-Identifier: Apache-2.0

// Prints the writes that a recording is converted to, one JSON list per transaction, for the model
// to compare with its own.
//
//   print_writes <RECORDING

#include <iostream>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cachectl/wal2json.h"
#include "client/json.h"
#include "client/widening.h"

namespace cache_invalidation {
namespace {

int Run() {
  cachectl::Wal2JsonReader reader;
  std::string line;
  while (std::getline(std::cin, line)) {
    const absl::StatusOr<std::optional<client::WidenedWrites>> transaction = reader.Add(line);
    if (!transaction.ok() || !reader.why_unreadable().ok()) {
      std::cerr << transaction.status() << reader.why_unreadable() << ": " << line << "\n";
      return 1;
    }
    if (!transaction->has_value()) continue;
    std::string list = "[";
    for (const client::WriteEvent& write : (*transaction)->writes) {
      list += (list.size() > 1 ? "," : "") + client::ToJson(write);
    }
    std::cout << list << "]\n";
  }
  return 0;
}

}  // namespace
}  // namespace cache_invalidation

int main() { return cache_invalidation::Run(); }
