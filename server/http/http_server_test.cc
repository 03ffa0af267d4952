// SPDX-License-Identifier: Apache-2.0

#include "server/http/http_server.h"

#include <atomic>
#include <future>
#include <string>

#include "absl/time/time.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "server/process/environment.h"
#include "tests/support/http_get.h"
#include "tests/support/silent_connections.h"

namespace cache_invalidation::http {
namespace {

using testing::HttpGet;
using testing::HttpRequest;
using testing::HttpResponse;

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = HttpServer::Start("127.0.0.1:0",
                                     {{"/metrics",
                                       [] {
                                         return Page{200, "text/plain; version=0.0.4", "up 1\n"};
                                       }},
                                      {"/readyz",
                                       [this] {
                                         return ready_ ? Page{200, "text/plain", "ready\n"}
                                                       : Page{503, "text/plain", "draining\n"};
                                       }}},
                                     clock_);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }

  // The duration of a request.
  absl::Duration TimeOf(const std::string& path, int status) {
    const absl::Duration begin = clock_.Monotonic();
    EXPECT_EQ(HttpGet(server_->port(), path).status, status);
    return clock_.Monotonic() - begin;
  }

  RealClock clock_;
  std::atomic<bool> ready_ = true;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersItsRoutes) {
  const HttpResponse metrics = HttpGet(server_->port(), "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.body, "up 1\n");
  EXPECT_NE(metrics.head.find("Content-Type: text/plain; version=0.0.4"), std::string::npos)
      << metrics.head;
  EXPECT_EQ(HttpGet(server_->port(), "/metrics?debug=1").status, 200);
}

TEST_F(HttpServerTest, MakesEveryAnswerAnew) {
  EXPECT_EQ(HttpGet(server_->port(), "/readyz").status, 200);
  ready_ = false;
  const HttpResponse answer = HttpGet(server_->port(), "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "draining\n");
}

TEST_F(HttpServerTest, AnswersHeadWithoutBody) {
  const HttpResponse answer = HttpRequest(server_->port(), "HEAD", "/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.head.find("Content-Length: 5"), std::string::npos) << answer.head;
  EXPECT_EQ(answer.body, "");
}

TEST_F(HttpServerTest, HasNoOtherPages) {
  for (const char* path : {"/", "/other", "/metrics/", "/metrics/x", "/metricsx", "/etc/passwd",
                           "/../etc/passwd", "//////////", "/%2e%2e/%2e%2e/etc/passwd"}) {
    const int status = HttpGet(server_->port(), path).status;
    EXPECT_TRUE(status == 404 || status == 400) << path << " " << status;
  }
  EXPECT_EQ(HttpGet(server_->port(), std::string(8000, '/')).status, 404);
  EXPECT_EQ(HttpGet(server_->port(), "/metrics").status, 200) << "it still serves";
}

TEST_F(HttpServerTest, TakesNoOtherMethods) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    EXPECT_EQ(HttpRequest(server_->port(), method, "/metrics").status, 405) << method;
    EXPECT_EQ(HttpRequest(server_->port(), method, "/other").status, 405) << method;
  }
  for (const char* method : {"PROPFIND", "MKCOL", "TRACE", "CONNECT", "NONSENSE"}) {
    EXPECT_NE(HttpRequest(server_->port(), method, "/metrics").status, 200) << method;
  }
}

TEST_F(HttpServerTest, RefusesWhatIsNoRequest) {
  EXPECT_EQ(HttpRequest(server_->port(), "PRI", "* HTTP/2.0").status, 400);
  EXPECT_EQ(HttpRequest(server_->port(), "GET", "metrics").status, 400);
  EXPECT_EQ(HttpGet(server_->port(), "/" + std::string(20'000, 'x')).status, 400);
}

// No client can delay the response to a probe.
TEST_F(HttpServerTest, AnswersWhateverSlowClientsDo) {
  process::RaiseDescriptorLimit();
  for (size_t count : {24, 1000}) {
    for (const char* begin : {"", "GET /readyz HTT",
                              "POST /readyz HTTP/1.1\r\nContent-Length: 9999"
                              "\r\n\r\n",
                              "GET /metrics HTTP/1.1\r\n\r\n"}) {
      const testing::SilentConnections slow(server_->port(), count, begin);
      for (int i = 0; i < 3; ++i) {
        EXPECT_LT(TimeOf("/readyz", 200), absl::Seconds(1)) << count << " connections: " << begin;
      }
    }
  }
}

// A page that is expensive to make, asked for by clients that may not even read it.
TEST_F(HttpServerTest, MakesAPageOnceForAllThatWaitForIt) {
  std::atomic<int> made = 0;
  std::promise<void> open;
  const std::shared_future<void> opened = open.get_future().share();
  const auto make = [&] {
    ++made;
    opened.wait();
    return Page{200, "text/plain", "page\n"};
  };
  auto started = HttpServer::Start("127.0.0.1:0", {{"/page", make}}, clock_);
  ASSERT_TRUE(started.ok()) << started.status();
  const testing::SilentConnections crowd((*started)->port(), 100, "GET /page HTTP/1.1\r\n\r\n");
  open.set_value();
  EXPECT_EQ(HttpGet((*started)->port(), "/page").body, "page\n");
  // The first alone, those that came meanwhile, and the last.
  EXPECT_LE(made, 5);
}

TEST_F(HttpServerTest, CutsOffWhoAsksNothing) {
  testing::SilentConnections slow(server_->port(), 1, "GET /");
  EXPECT_TRUE(slow.AwaitEnd(absl::Seconds(10)));
}

TEST_F(HttpServerTest, SaysWhenItCannotListen) {
  const std::string taken = "127.0.0.1:" + std::to_string(server_->port());
  const auto second = HttpServer::Start(taken, {}, clock_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find(taken), absl::string_view::npos) << second.status();
}

}  // namespace
}  // namespace cache_invalidation::http
