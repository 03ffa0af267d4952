// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "common/check.h"
#include "common/clock.h"
#include "tests/benchmark/connect_benchmark.h"
#include "tests/connect/connector.h"
#include "tests/postgres/follow_slot.h"
#include "tests/postgres/postgres_cluster.h"
#include "tests/postgres/sql_connection.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(5);

// Commits one row after the other within the server, so that no client limits the rate.
constexpr char kFill[] = R"(
CREATE PROCEDURE fill(rows int) LANGUAGE plpgsql AS $$
BEGIN
  FOR id IN 1..rows LOOP
    INSERT INTO item VALUES (id, 'a note of some length');
    COMMIT;
  END LOOP;
END $$)";

// A database with the table `item (id, note)`, a service that keeps its history on disk, and a
// connector that has started once.
class Followed {
 public:
  Followed()
      : cluster_({"max_wal_size = 4GB"}),
        sql_(Connected(cluster_)),
        server_({"--data_dir=" + directory_.path() + "/data", "--default_rules=false",
                 "--longest_earlier_lease=0s"}),
        connector_({.connection = cluster_.connection_string(), .endpoint = endpoint()}) {
    Check(server_.serves(), "the server serves");
    Execute("CREATE TABLE item (id int PRIMARY KEY, note text)");
    Execute("CREATE PUBLICATION cache_invalidation FOR TABLE item");
    Execute(kFill);
    connector_.StartAndAwaitReady();
    AwaitTold();
  }

  std::string endpoint() const { return absl::StrCat("127.0.0.1:", server_.Port("grpc")); }
  void Execute(const std::string& statements) { Sql(*sql_, statements); }
  void AwaitTold() { connector_.AwaitTold(Sql(*sql_, "SELECT pg_current_wal_insert_lsn()")); }

  Connector& connector() { return connector_; }
  RunningServer& server() { return server_; }

 private:
  const TemporaryDirectory directory_;
  PostgresCluster cluster_;
  std::unique_ptr<SqlConnection> sql_;
  RunningServer server_;
  Connector connector_;
};

// The value below which that share of the sorted values is, in milliseconds.
double Quantile(const std::vector<double>& sorted, double share) {
  Check(!sorted.empty(), "something was measured");
  const auto place = static_cast<size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(place, sorted.size() - 1)];
}

// A quantile of a histogram of the connector, in milliseconds: linear within a bucket.
double HistogramQuantile(const Connector& connector, const std::string& name, double share) {
  const double count = connector.Metric(name + "_count");
  double before = 0;
  double bound = 0;
  for (const char* next :
       {"0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "5", "60"}) {
    const double below = connector.Metric(absl::StrCat(name, "_bucket{le=\"", next, "\"}"));
    double end = 0;
    Check(below >= 0 && absl::SimpleAtod(next, &end), "a bucket of the connector");
    if (below >= share * count) {
      return 1000 * (bound + (end - bound) * (share * count - before) / (below - before));
    }
    before = below;
    bound = end;
  }
  return INFINITY;
}

// When rows were sent to the database, and how long it took until a subscriber heard of each.
class Arrivals {
 public:
  Arrivals(const std::string& endpoint, int rows)
      : sent_(rows + 1), after_(rows + 1), client_(client::MakeConnection(endpoint)) {
    subscription_ =
        client_.Subscribe({.name = "benchmark"},
                          {.on_started = [this](const auto&) { is_started_ = true; },
                           .on_event = [this](const client::Event& event) { OnEvent(event); }});
    while (!is_started_) Pause(kLookAgain);
  }

  void Send(int id) { sent_[id] = clock_.Monotonic(); }
  void Await(int rows) {
    while (heard_ < rows) Pause(kLookAgain);
  }
  // In milliseconds, ascending.
  std::vector<double> Sorted() const {
    std::vector<double> out;
    for (size_t id = 1; id < after_.size(); ++id) {
      out.push_back(absl::ToDoubleMilliseconds(after_[id]));
    }
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  void OnEvent(const client::Event& event) {
    for (const client::Invalidation& invalidation : event.invalidations) {
      absl::string_view name = invalidation.name;
      size_t id = 0;
      if (!absl::ConsumePrefix(&name, "item:") || !absl::SimpleAtoi(name, &id)) continue;
      if (id >= after_.size() || after_[id] != absl::ZeroDuration()) continue;
      after_[id] = clock_.Monotonic() - sent_[id];
      ++heard_;
    }
  }

  const RealClock clock_;
  std::vector<absl::Duration> sent_;   // of the writer; each is written before its row is sent
  std::vector<absl::Duration> after_;  // of the subscription
  std::atomic<bool> is_started_ = false;
  std::atomic<int> heard_ = 0;
  client::Client client_;
  std::unique_ptr<client::Subscription> subscription_;  // last: it uses all of the above
};

}  // namespace

std::vector<Figure> MeasureBacklog(int transactions) {
  Followed followed;
  followed.connector().Stop();
  const absl::Duration written =
      TimeOf([&] { followed.Execute(absl::StrCat("CALL fill(", transactions, ")")); });
  const absl::Duration before = CpuTime(followed.server().program().pid());
  const absl::Duration told = TimeOf([&] {
    followed.connector().Start();
    followed.AwaitTold();
  });
  const absl::Duration server = CpuTime(followed.server().program().pid()) - before;
  const absl::Duration connector = CpuTime(followed.connector().program().pid());
  const auto of = [](absl::Duration part, absl::Duration whole) {
    return 100 * absl::FDivDuration(part, whole);
  };
  return {{absl::StrCat("backlog: told, of ", transactions, " transactions of one row"),
           transactions / absl::ToDoubleSeconds(told), "/s", 20'000},
          {"backlog: written before, by one session", transactions / absl::ToDoubleSeconds(written),
           "/s"},
          {"backlog: one core, of the connector", of(connector, told), "%"},
          {"backlog: one core, of the service", of(server, told), "%"}};
}

std::vector<Figure> MeasureLatency(int per_second, int seconds) {
  Followed followed;
  const int rows = per_second * seconds;
  Arrivals arrivals(followed.endpoint(), rows);
  const RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  for (int id = 1; id <= rows; ++id) {
    const absl::Duration at = begin + absl::Seconds(1) * id / per_second;
    const absl::Duration early = at - clock.Monotonic();
    if (early > absl::ZeroDuration()) Pause(early);
    arrivals.Send(id);
    followed.Execute(absl::StrCat("INSERT INTO item VALUES (", id, ", 'x')"));
  }
  const double rate = rows / absl::ToDoubleSeconds(clock.Monotonic() - begin);
  arrivals.Await(rows);
  followed.AwaitTold();
  const std::vector<double> sorted = arrivals.Sorted();
  const char* told = "source_commit_to_told_seconds";
  return {
      {"latency: transactions", rate, "/s"},
      {"latency: commit to told, p50", HistogramQuantile(followed.connector(), told, 0.5), "ms"},
      {"latency: commit to told, p99", HistogramQuantile(followed.connector(), told, 0.99), "ms",
       20, true},
      {"latency: INSERT sent to event heard, p50", Quantile(sorted, 0.5), "ms"},
      {"latency: INSERT sent to event heard, p99", Quantile(sorted, 0.99), "ms"},
      {"latency: INSERT sent to event heard, longest", sorted.back(), "ms"}};
}

std::vector<Figure> MeasureLargeTransaction(int rows) {
  Followed followed;
  const pid_t connector = followed.connector().program().pid();
  const double before = static_cast<double>(PeakResidentBytes(connector)) / (1 << 20);
  followed.Execute(absl::StrCat("INSERT INTO item SELECT generate_series(1, ", rows,
                                "), 'a note of some length'"));
  const absl::Duration told = TimeOf([&] { followed.AwaitTold(); });
  const double peak = static_cast<double>(PeakResidentBytes(connector)) / (1 << 20);
  return {{absl::StrCat("memory: peak, after one transaction of ", rows, " rows"), peak, "MiB", 64,
           true},
          {"memory: peak before", before, "MiB"},
          {"memory: from the commit until it is told", absl::ToDoubleSeconds(told), "s"}};
}

}  // namespace cache_invalidation
