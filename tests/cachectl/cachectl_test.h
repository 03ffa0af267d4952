// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CACHECTL_CACHECTL_TEST_H_
#define CACHE_INVALIDATION_TESTS_CACHECTL_CACHECTL_TEST_H_

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/support/program.h"

namespace cache_invalidation {

using Strings = std::vector<std::string>;

// Runs the program as a user does, against a real server without default rules.
class CachectlTest : public ::testing::Test {
 protected:
  // The text without what follows `mark` up to `end`: the times of events differ from run to run.
  static std::string Without(const std::string& mark, char end, std::string text) {
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.erase(at, text.find(end, at + mark.size()) - at);
    }
    return text;
  }

  CachectlTest();

  // Returns the command line of the program with the server's address and `arguments`.
  Strings CommandLine(const Strings& arguments) const;

  // Runs it to its end.
  Ended Run(const Strings& arguments, const std::string& input = "");

  // Runs it, expects success, and returns its output.
  std::string Ok(const Strings& arguments, const std::string& input = "");

  const std::string& endpoint() const { return endpoint_; }
  int port() const;

  // The path of the program.
  static const char kProgram[];

 private:
  std::unique_ptr<Server> server_;
  std::string endpoint_;
};

// Returns the rest of the first line in `text` that begins with `name` and blanks; empty if there
// is none.
std::string Field(const std::string& text, const std::string& name);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CACHECTL_CACHECTL_TEST_H_
