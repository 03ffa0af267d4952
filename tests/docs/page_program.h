// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_DOCS_PAGE_PROGRAM_H_
#define CACHE_INVALIDATION_TESTS_DOCS_PAGE_PROGRAM_H_

#include <iostream>
#include <sstream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "client/testing/fake_server.h"

namespace cache_invalidation {

// A program that cpp_pages.py has made of a page: runs it against a real server of its own, in this
// process, and keeps what it wrote to std::cout.
struct PageProgram {
  explicit PageProgram(absl::FunctionRef<absl::Status(const std::string& endpoint)> run) {
    const client::FakeServer server;
    std::ostringstream written;
    std::streambuf* const before = std::cout.rdbuf(written.rdbuf());
    status = run(server.endpoint());
    std::cout.rdbuf(before);
    output = written.str();
  }

  absl::Status status;
  std::string output;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_DOCS_PAGE_PROGRAM_H_
