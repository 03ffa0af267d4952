// Calls whose deadline has passed when they arrive: no client library sends them, but under load
// every call may wait for that long.

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"
#include "tests/services/service_test.h"
#include "tests/support/http_get.h"
#include "tests/support/probe.h"
#include "tests/support/raw_http2.h"

namespace cache_invalidation {
namespace {

constexpr uint32_t kCalls = 200;

ServerOptions WithHttp() {
  ServerOptions options = OnLoopback();
  options.http_address = "127.0.0.1:0";
  return options;
}

class LateCallTest : public ServiceTest {
 protected:
  LateCallTest() : ServiceTest(WithHttp()) {}

  // Sends kCalls calls with this message and a deadline of a nanosecond, and waits until they have
  // ended.
  void Send(const std::string& service, const std::string& method, const std::string& message) {
    RawHttp2 client(server().grpc_port());
    for (uint32_t i = 0; i < kCalls; ++i) {
      ASSERT_TRUE(client.Send(
          UnaryCallFrames(2 * i + 1, absl::StrCat("/cache_invalidation.v1.", service, "/", method),
                          message, Header("grpc-timeout", "1n"))));
    }
    ASSERT_TRUE(Eventually([&] { return Ended(method) == kCalls; }, absl::Seconds(30)))
        << Ended(method);
  }

  // How many calls of the method have ended, or those that have ended with this code.
  int Ended(const std::string& method, const std::string& code = "") {
    int ended = 0;
    const std::string page = testing::HttpGet(server().http_port(), "/metrics").body;
    for (const absl::string_view line : absl::StrSplit(page, '\n')) {
      const bool counts = absl::StartsWith(line, "grpc_server_handled_total") &&
                          absl::StrContains(line, absl::StrCat("\"", method, "\"")) &&
                          (code.empty() || absl::StrContains(line, absl::StrCat("\"", code, "\"")));
      int number = 0;
      if (counts && absl::SimpleAtoi(line.substr(line.rfind(' ') + 1), &number)) ended += number;
    }
    return ended;
  }
};

TEST_F(LateCallTest, IsNotBegunAndNotEvenParsed) {
  Send("RuleService", "GetRule", "no message");
  EXPECT_EQ(Ended("GetRule", "DeadlineExceeded"), static_cast<int>(kCalls));
}

TEST_F(LateCallTest, IsAppliedIfItInvalidates) {
  v1::InvalidateRequest request;
  request.add_tags("a");
  Send("InvalidationService", "Invalidate", request.SerializeAsString());
  EXPECT_EQ(Ended("Invalidate", "OK"), static_cast<int>(kCalls));
}

}  // namespace
}  // namespace cache_invalidation
