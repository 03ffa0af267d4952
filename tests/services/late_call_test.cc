// SPDX-License-Identifier: Apache-2.0

// Calls whose deadline has passed when they arrive: no client library sends them, but under load
// every call may wait for that long.

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"
#include "tests/services/service_test.h"
#include "tests/support/http_get.h"
#include "tests/support/probe.h"
#include "tests/support/raw_http2.h"

namespace cache_invalidation {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Key;
using ::testing::Pair;

constexpr uint32_t kCalls = 200;

ServerOptions WithHttp() {
  ServerOptions options = OnLoopback();
  options.http_address = "127.0.0.1:0";
  return options;
}

class LateCallTest : public ServiceTest {
 protected:
  LateCallTest() : ServiceTest(WithHttp()) {}

  // Sends kCalls calls with this message and a deadline of a nanosecond, and returns how many have
  // ended with each code, by its name in the metrics. gRPC itself ends some of them before it hands
  // them over, so there may be fewer.
  std::map<std::string, int> Send(const std::string& service, const std::string& method,
                                  const std::string& message) {
    const auto path = absl::StrCat("/cache_invalidation.v1.", service, "/", method);
    RawHttp2 client(server().grpc_port());
    for (uint32_t i = 0; i < kCalls; ++i) {
      EXPECT_TRUE(
          client.Send(UnaryCallFrames(2 * i + 1, path, message, Header("grpc-timeout", "1n"))));
    }
    std::map<std::string, int> codes;
    EXPECT_TRUE(Eventually(
        [&] {
          codes = Ended(method);
          return !codes.empty();
        },
        absl::Seconds(30)));
    return codes;
  }

 private:
  std::map<std::string, int> Ended(const std::string& method) {
    std::map<std::string, int> codes;
    const std::string page = testing::HttpGet(server().http_port(), "/metrics").body;
    for (const absl::string_view line : absl::StrSplit(page, '\n')) {
      constexpr absl::string_view kCode = "grpc_code=\"";
      int number = 0;
      if (!absl::StartsWith(line, "grpc_server_handled_total") ||
          !absl::StrContains(line, absl::StrCat("\"", method, "\"")) ||
          !absl::SimpleAtoi(line.substr(line.rfind(' ') + 1), &number)) {
        continue;
      }
      const absl::string_view code = line.substr(line.find(kCode) + kCode.size());
      codes[std::string(code.substr(0, code.find('"')))] += number;
    }
    return codes;
  }
};

// gRPC counts deadlines in milliseconds: a call that is begun within the first is not late.
TEST_F(LateCallTest, IsNotBegunAndNotEvenParsed) {
  const auto late = AllOf(Contains(Pair("DeadlineExceeded", Gt(0))),
                          Each(Key(AnyOf("DeadlineExceeded", "InvalidArgument"))));
  EXPECT_THAT(Send("RuleService", "GetRule", "no message"), late);
  EXPECT_THAT(Send("NamespaceService", "ListNamespaces", "no message"), late);
}

TEST_F(LateCallTest, IsAppliedIfItInvalidates) {
  v1::InvalidateRequest request;
  request.add_tags("a");
  EXPECT_THAT(Send("InvalidationService", "Invalidate", request.SerializeAsString()),
              ElementsAre(Pair("OK", Gt(0))));
}

}  // namespace
}  // namespace cache_invalidation
