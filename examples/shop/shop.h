// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_SHOP_SHOP_H_
#define CACHE_INVALIDATION_EXAMPLES_SHOP_SHOP_H_

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

struct sqlite3;

// A connection to the shop's database. For one thread at a time.
using Database = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Rows = std::vector<std::vector<std::string>>;
Database OpenDatabase(const std::string& path);

// Runs statements. Returns the rows; NULL is "". There are no parameters, because the shop puts
// only numbers into statements. Texts would have to be bound.
absl::StatusOr<Rows> Run(const Database& database, const std::string& sql);

// The main function of a process. Its requests are lines; a line with a dot ends each answer.
template <typename Process>
int Serve(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " HOST:PORT DATABASE\n";
    return 2;
  }
  const Process process(argv[1], argv[2]);
  for (std::string request; std::getline(std::cin, request);) {
    const absl::StatusOr<std::string> answer = process.Answer(request);
    std::cout << (answer.ok() ? *answer : answer.status().ToString()) << "\n.\n" << std::flush;
  }
  return 0;
}

#endif  // CACHE_INVALIDATION_EXAMPLES_SHOP_SHOP_H_
