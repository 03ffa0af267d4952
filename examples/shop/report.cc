// SPDX-License-Identifier: Apache-2.0

// The process that computes a `report`: the revenue of each region. `metrics` is for Prometheus.

#include <cstdint>
#include <map>

#include "absl/strings/str_join.h"
#include "cache_invalidation/client/prometheus_text.h"
#include "cache_invalidation/client/tag.h"
#include "cache_invalidation/client/tagged_cache.h"
#include "shop.h"

using namespace cache_invalidation::client;

class Report {
 public:
  Report(const std::string& endpoint, const std::string& path)
      : database_(OpenDatabase(path)),
        revenues_(Client(MakeConnection(endpoint)), {.name = "report", .lease = absl::Seconds(2)}),
        reports_(revenues_) {
    revenues_.AwaitLive(absl::Seconds(5));  // until then nothing is kept
  }

  absl::StatusOr<std::string> Answer(const std::string& request) const {
    if (request == "metrics") {
      return PrometheusText(
          {{"report",
            revenues_.Statistics(),
            {{"revenue", revenues_.TypeStatistics()}, {"report", reports_.TypeStatistics()}}}});
    }
    const auto report = reports_.GetOrLoad("report", [&](Load& load) { return Compute(load); });
    if (!report.ok()) return report.status();
    return **report;
  }

 private:
  // Adds up the cached revenue of each customer. A write costs a query for those it concerns.
  absl::StatusOr<std::string> Compute(Load& load) const {
    load.AddTag(CollectionTag("customers"));
    const auto customers = Run(database_, "SELECT id, region FROM customers");
    if (!customers.ok()) return customers.status();
    std::map<std::string, int64_t> total;
    for (const auto& row : *customers) {
      const std::string key = "revenue:" + row[0];
      const auto revenue =
          revenues_.GetOrLoad(key, [&](Load& part) { return Revenue(row[0], part); });
      if (!revenue.ok()) return revenue.status();
      load.DependOnKey(key);
      total[row[1]] += **revenue;
    }
    return absl::StrJoin(total, "\n", absl::PairFormatter(" "));
  }

  absl::StatusOr<int64_t> Revenue(const std::string& customer, Load& load) const {
    load.AddTag("customer_orders:" + customer);
    const auto orders =
        Run(database_, "SELECT product_id, revenue FROM sales WHERE customer_id = " + customer);
    if (!orders.ok()) return orders.status();
    int64_t revenue = 0;
    for (const auto& order : *orders) {
      load.AddTag("price:" + order[0]);
      revenue += std::stoll(order[1]);
    }
    return revenue;
  }

  const Database database_;
  const TaggedCache<int64_t> revenues_;
  const TaggedCache<std::string> reports_;  // in the cache of revenues_
};

int main(int argc, char** argv) { return Serve<Report>(argc, argv); }
