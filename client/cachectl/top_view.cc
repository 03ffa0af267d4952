// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/top_view.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cachectl/report.h"

namespace cache_invalidation::cachectl {
namespace {

// How often something happened per second.
using Rate = std::optional<double>;

std::string TextOf(Rate rate) { return rate.has_value() ? absl::StrFormat("%.1f", *rate) : "-"; }

// One namespace at two moments.
class Between {
 public:
  // `before`: null if it is not known.
  Between(const NamespaceLoad* before, const NamespaceLoad& now, absl::Duration passed)
      : before_(before), now_(now), seconds_(absl::ToDoubleSeconds(passed)) {
    if (before_ == nullptr || seconds_ <= 0) before_ = nullptr;
    // Also after a restart that continues the epoch counters may begin anew: then they are less.
    if (before_ != nullptr && before_->stats.position.epoch != now.stats.position.epoch) {
      before_ = nullptr;
    }
  }

  template <typename Counter>
  Rate Of(Counter counter) const {
    if (before_ == nullptr) return std::nullopt;
    return Of(counter(before_->stats), counter(now_.stats));
  }

  Rate OfRule(const client::RuleDetail& rule) const {
    if (before_ == nullptr) return std::nullopt;
    for (const client::RuleDetail& earlier : before_->stats.rule_details) {
      if (earlier.name != rule.name) continue;
      return Of(earlier.statistics.execution_count, rule.statistics.execution_count);
    }
    return std::nullopt;
  }

 private:
  Rate Of(uint64_t before, uint64_t now) const {
    if (now < before) return std::nullopt;
    return static_cast<double>(now - before) / seconds_;
  }

  const NamespaceLoad* before_;
  const NamespaceLoad& now_;
  const double seconds_;
};

uint64_t LargestLag(const NamespaceLoad& load) {
  uint64_t lag = 0;
  for (const client::Subscriber& one : load.subscribers) lag = std::max(lag, one.lag);
  return lag;
}

struct FiringRule {
  const NamespaceLoad* load;
  const client::RuleDetail* rule;
  Rate rate;
};

std::string RulesOf(std::vector<FiringRule> rules) {
  std::stable_sort(rules.begin(), rules.end(), [](const FiringRule& a, const FiringRule& b) {
    return std::tuple(a.rate.value_or(0), a.rule->statistics.execution_count) >
           std::tuple(b.rate.value_or(0), b.rule->statistics.execution_count);
  });
  Table table({"RULE", "NAMESPACE", ">FIRED/S", ">EXECUTIONS", ">ERRORS"});
  for (size_t i = 0; i < std::min(rules.size(), kTopRows); ++i) {
    const client::RuleStatistics& statistics = rules[i].rule->statistics;
    table.Add({rules[i].rule->name, rules[i].load->name, TextOf(rules[i].rate),
               absl::StrCat(statistics.execution_count),
               absl::StrCat(statistics.condition_errors)});
  }
  return rules.empty() ? "" : absl::StrCat("\n", table.ToString());
}

std::string SubscribersOf(const LoadSample& now) {
  std::vector<std::pair<const NamespaceLoad*, const client::Subscriber*>> all;
  for (const NamespaceLoad& load : now.namespaces) {
    for (const client::Subscriber& one : load.subscribers) all.emplace_back(&load, &one);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.second->lag > b.second->lag; });
  Table table({"SUBSCRIBER", "INSTANCE", "NAMESPACE", ">LAG", "WAITED FOR", "CONNECTED"});
  for (size_t i = 0; i < std::min(all.size(), kTopRows); ++i) {
    const client::Subscriber& one = *all[i].second;
    table.Add({one.name, one.instance, all[i].first->name, absl::StrCat(one.lag),
               one.acknowledges ? "yes" : "no", one.connected_since.has_value() ? "yes" : "no"});
  }
  return all.empty() ? "" : absl::StrCat("\n", table.ToString());
}

}  // namespace

std::string TopView(const LoadSample& before, const LoadSample& now) {
  Table table({"NAMESPACE", ">INVALIDATIONS/S", ">EVENTS/S", ">WIDENED/S", ">ENTRIES", ">PENDING",
               ">SUBSCRIBERS", ">LARGEST LAG"});
  std::vector<FiringRule> rules;
  for (const NamespaceLoad& load : now.namespaces) {
    const auto earlier =
        std::find_if(before.namespaces.begin(), before.namespaces.end(),
                     [&](const NamespaceLoad& one) { return one.name == load.name; });
    const Between between(earlier == before.namespaces.end() ? nullptr : &*earlier, load,
                          now.at - before.at);
    using Stats = client::InvalidationStats;
    table.Add({load.name,
               TextOf(between.Of([](const Stats& stats) { return stats.total_invalidations; })),
               TextOf(between.Of([](const Stats& stats) { return stats.position.revision; })),
               TextOf(between.Of([](const Stats& stats) { return stats.widened; })),
               absl::StrCat(load.stats.tracked_entries), absl::StrCat(load.stats.pending_targets),
               absl::StrCat(load.stats.subscribers), absl::StrCat(LargestLag(load))});
    for (const client::RuleDetail& rule : load.stats.rule_details) {
      if (rule.statistics.execution_count == 0) continue;
      rules.push_back({&load, &rule, between.OfRule(rule)});
    }
  }
  return absl::StrCat(table.ToString(), RulesOf(std::move(rules)), SubscribersOf(now));
}

}  // namespace cache_invalidation::cachectl
