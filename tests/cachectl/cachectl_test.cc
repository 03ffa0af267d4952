// SPDX-License-Identifier: Apache-2.0

#include "tests/cachectl/cachectl_test.h"

#include <csignal>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/support/local_server.h"

namespace cache_invalidation {

const char CachectlTest::kProgram[] = "client/cachectl/cachectl";

CachectlTest::CachectlTest() {
  signal(SIGPIPE, SIG_IGN);  // programs may end before they have read everything
  ServerOptions options = OnLoopback();
  options.longest_earlier_lease = absl::ZeroDuration();
  server_ = StartServer(std::move(options));
  endpoint_ = EndpointOf(*server_);
}

Strings CachectlTest::CommandLine(const Strings& arguments) const {
  Strings line = {kProgram, "--endpoint", endpoint_};
  line.insert(line.end(), arguments.begin(), arguments.end());
  return line;
}

int CachectlTest::port() const { return server_->grpc_port(); }

Ended CachectlTest::Run(const Strings& arguments, const std::string& input) {
  return RunProgram(CommandLine(arguments), input);
}

std::string CachectlTest::Ok(const Strings& arguments, const std::string& input) {
  const Ended ended = Run(arguments, input);
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  return ended.out;
}

std::string Field(const std::string& text, const std::string& name) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, name) && absl::StartsWith(line, " ")) {
      return std::string(absl::StripAsciiWhitespace(line));
    }
  }
  return "";
}

}  // namespace cache_invalidation
