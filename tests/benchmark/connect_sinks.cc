// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "common/check.h"
#include "common/limits.h"
#include "tests/benchmark/connect_benchmark.h"
#include "tests/connect/connector.h"
#include "tests/connect/redis_server.h"
#include "tests/connect/varnish.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"
#include "tests/support/running_server.h"

namespace cache_invalidation {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(5);
constexpr int kTogether = kMaxTargetsPerCall;

// A service in memory, whose history has what a sink missed while it was stopped.
class History {
 public:
  History()
      : server_({"--durability=memory", "--default_rules=false", "--longest_earlier_lease=0s",
                 "--event_retention_bytes=1000000000"}),
        client_(client::MakeConnection(endpoint())) {
    Check(server_.serves(), "the server serves");
  }

  std::string endpoint() const { return absl::StrCat("127.0.0.1:", server_.Port("grpc")); }

  // Names `count` of them, `prefix` and a number: from 0 on, as many in an event as a call may
  // name.
  void Invalidate(bool keys, const std::string& prefix, int count) {
    for (int next = 0; next < count;) {
      std::vector<std::string> names;
      for (; next < count && names.size() < kTogether; ++next) {
        names.push_back(absl::StrCat(prefix, next));
      }
      client::InvalidateParams params;
      (keys ? params.keys : params.tags) = std::move(names);
      const auto result = client_.Invalidate(std::move(params));
      Check(result.ok(), result.status().ToString().c_str());
    }
  }

 private:
  RunningServer server_;
  client::Client client_;
};

// The sum of a metric over all endpoints.
double Sum(const Connector& sink, const std::string& name) {
  double sum = 0;
  const std::string page = sink.Page("/metrics");
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    double value = 0;
    if (absl::StartsWith(line, absl::StrCat("cache_invalidation_connect_", name, "{")) &&
        absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) {
      sum += value;
    }
  }
  return sum;
}

}  // namespace

std::vector<Figure> MeasureRedis(int keys) {
  RedisServer redis({"--enable-debug-command", "yes"});
  History history;
  Connector sink({.endpoint = history.endpoint(),
                  .redis = absl::StrCat("redis: {address: '", redis.address(),
                                        "', name: bench, prefixes: ['page:'], versions: 'ci:v:', "
                                        "everything: unlink, again_after: [], max_targets: ",
                                        10 * keys, "}")});
  sink.StartAndAwaitReady();
  redis.AwaitKey("cache_invalidation:position:bench");
  Check(sink.Stop().code == 0, "the sink stops");
  redis.Run({"DEBUG", "POPULATE", absl::StrCat(keys), "page", "100"});
  history.Invalidate(/*keys=*/true, "page:", keys);
  const absl::Duration taken = TimeOf([&] {
    sink.Start();
    sink.AwaitMetric("redis_unlinked_keys_total", keys);
  });
  return {{absl::StrCat("redis: keys unlinked, of ", keys), keys / absl::ToDoubleSeconds(taken),
           "/s", 100'000},
          {"redis: one core, of the connector",
           100 * absl::FDivDuration(CpuTime(sink.program().pid()), taken), "%"},
          {"redis: everything was dropped", std::max(0.0, sink.Metric("redis_widened_total")),
           "times"}};
}

std::vector<Figure> MeasureVarnish(int tags, int pages) {
  // Varnish makes the pages itself, for there is no origin; each is about an order.
  const Varnish varnish(/*origin_port=*/1, "\"127.0.0.1\"", R"(
sub vcl_backend_error {
  set beresp.status = 200;
  set beresp.ttl = 1h;
  set beresp.http.xkey = "= order order:" + regsub(bereq.url, "^/", "");
  synthetic("page");
  return (deliver);
}
)");
  History history;
  Connector sink({.endpoint = history.endpoint(),
                  .http = absl::StrCat(
                      "    {preset: varnish, endpoints: ['", varnish.url(),
                      "'], keys: ignore, everything: purge_all, again_after: [], max_pending: ",
                      10 * tags, "}\n")});
  sink.StartAndAwaitReady();
  while (Sum(sink, "sink_flushes_total") < 1) Pause(kLookAgain);
  sink.AwaitSinkIdle();
  Check(sink.Stop().code == 0, "the sink stops");
  for (int page = 0; page < pages; ++page) {
    const int order = static_cast<int>(int64_t{page} * tags / pages);
    Check(varnish.Get(absl::StrCat("/", order)) == "page", "a page is made");
  }
  history.Invalidate(/*keys=*/false, "order:", tags);
  const absl::Duration taken = TimeOf([&] {
    sink.Start();
    while (Sum(sink, "sink_targets_total") < tags) Pause(kLookAgain);
  });
  return {{absl::StrCat("varnish: tags purged, of ", tags), tags / absl::ToDoubleSeconds(taken),
           "/s", 10'000},
          {absl::StrCat("varnish: pages purged, of ", pages), Sum(sink, "sink_purged_pages_total"),
           "pages", static_cast<double>(pages)},
          {"varnish: requests", Sum(sink, "sink_requests_total"), ""},
          {"varnish: one core, of the connector",
           100 * absl::FDivDuration(CpuTime(sink.program().pid()), taken), "%"}};
}

}  // namespace cache_invalidation
