// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/top_view.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::cachectl {
namespace {

NamespaceLoad Load(std::string name, uint64_t invalidations, uint64_t revision,
                   std::string epoch = "e") {
  NamespaceLoad load = {.name = std::move(name)};
  load.stats.total_invalidations = invalidations;
  load.stats.position = {.epoch = std::move(epoch), .revision = revision};
  return load;
}

void AddRule(NamespaceLoad& load, std::string name, uint64_t executions) {
  client::RuleDetail rule = {.name = std::move(name)};
  rule.statistics.execution_count = executions;
  load.stats.rule_details.push_back(std::move(rule));
}

void AddSubscriber(NamespaceLoad& load, std::string name, uint64_t lag) {
  client::Subscriber one;
  one.name = std::move(name);
  one.instance = "i";
  one.lag = lag;
  load.subscribers.push_back(std::move(one));
}

TEST(TopViewTest, ShowsRatesRulesAndSubscribers) {
  LoadSample before = {.at = absl::Seconds(10), .namespaces = {Load("default", 100, 50)}};
  AddRule(before.namespaces[0], "seldom", 7);
  AddRule(before.namespaces[0], "often", 10);
  LoadSample now = {.at = absl::Seconds(12), .namespaces = {Load("default", 150, 55)}};
  AddRule(now.namespaces[0], "seldom", 8);
  AddRule(now.namespaces[0], "often", 40);
  AddRule(now.namespaces[0], "never", 0);
  AddSubscriber(now.namespaces[0], "near", 1);
  AddSubscriber(now.namespaces[0], "far", 30);
  now.namespaces[0].stats.tracked_entries = 3;
  now.namespaces[0].stats.subscribers = 2;
  EXPECT_EQ(TopView(before, now),
            "NAMESPACE  INVALIDATIONS/S  EVENTS/S  WIDENED/S  ENTRIES  PENDING  SUBSCRIBERS  "
            "LARGEST LAG\n"
            "default               25.0       2.5        0.0        3        0            2       "
            "    30\n"
            "\n"
            "RULE    NAMESPACE  FIRED/S  EXECUTIONS  ERRORS\n"
            "often   default       15.0          40       0\n"
            "seldom  default        0.5           8       0\n"
            "\n"
            "SUBSCRIBER  INSTANCE  NAMESPACE  LAG  WAITED FOR  CONNECTED\n"
            "far         i         default     30  no          no\n"
            "near        i         default      1  no          no\n");
}

// The second line's first rate.
std::string RateOf(const NamespaceLoad& before, const NamespaceLoad& now) {
  const std::string view = TopView({.at = absl::Seconds(1), .namespaces = {before}},
                                   {.at = absl::Seconds(2), .namespaces = {now}});
  const size_t line = view.find('\n') + 1;
  const size_t at = view.find_first_not_of(' ', view.find(' ', line));
  return view.substr(at, view.find(' ', at) - at);
}

TEST(TopViewTest, ARateNeedsTwoMomentsOfOneHistory) {
  EXPECT_EQ(RateOf(Load("n", 100, 5), Load("n", 103, 5)), "3.0");
  EXPECT_EQ(RateOf(Load("n", 100, 5), Load("n", 99, 5)), "-") << "the service was restarted";
  EXPECT_EQ(RateOf(Load("n", 100, 5), Load("n", 103, 5, "f")), "-");
  EXPECT_EQ(RateOf(Load("m", 100, 5), Load("n", 103, 5)), "-") << "it is new";
}

TEST(TopViewTest, IsShort) {
  LoadSample now = {.at = absl::Seconds(1), .namespaces = {Load("n", 0, 0)}};
  for (uint64_t i = 0; i < 100; ++i) {
    AddRule(now.namespaces[0], absl::StrCat("rule", i), i);
    AddSubscriber(now.namespaces[0], absl::StrCat("one", i), i);
  }
  const std::string view = TopView({}, now);
  EXPECT_EQ(std::count(view.begin(), view.end(), '\n'), 2 + 2 * (2 + static_cast<int>(kTopRows)));
  EXPECT_NE(view.find("one99 "), std::string::npos);
  EXPECT_EQ(view.find("one9 "), std::string::npos);
  EXPECT_EQ(TopView({}, {}).find("RULE"), std::string::npos);
}

}  // namespace
}  // namespace cache_invalidation::cachectl
