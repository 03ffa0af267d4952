// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TRUTH_TALLY_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_TALLY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/event.h"
#include "tests/truth/query_results.h"

namespace cache_invalidation::truth {

// The reasons for which events hit an entry.
class Reasons {
 public:
  explicit Reasons(const std::vector<client::Event>& events);

  // Returns the causes that reach an entry through its own tags and key.
  std::vector<client::Cause> Of(const QueryResult& entry) const;

 private:
  std::map<std::string, std::vector<client::Cause>> by_tag_;
  std::map<std::string, std::vector<client::Cause>> by_key_;
  std::vector<std::pair<std::string, std::vector<client::Cause>>> patterns_;
  std::vector<client::Cause> everything_;
};

// Counts what was hit, and whether that was needed, by the way in which it was reached.
class Tally {
 public:
  // The named rules have a condition.
  explicit Tally(std::set<std::string> rules_with_condition)
      : conditional_(std::move(rules_with_condition)) {}

  void Count(const QueryResult& entry, const Reasons& reasons, bool has_changed, bool is_hit);

  // Returns the tables, for people.
  std::string Report() const;

  uint64_t changed() const { return all_.changed; }
  uint64_t missed() const { return all_.missed; }
  // Returns the kinds of which no result ever changed, so that they were not tested.
  std::vector<std::string> UntestedKinds() const;

 private:
  struct Counts {
    uint64_t hits = 0;
    uint64_t unchanged = 0;  // of those
    uint64_t changed = 0;    // hit or not
    uint64_t missed = 0;     // changed, but not hit

    void Add(bool has_changed, bool is_hit);
  };

  // How an entry was reached, for example "direct"; one hit can count in several.
  std::set<std::string> Ways(const std::vector<client::Cause>& causes) const;

  const std::set<std::string> conditional_;
  Counts all_;
  std::map<std::string, Counts> by_way_;
  std::map<std::string, Counts> by_rule_;
  std::map<std::string, Counts> by_kind_;
};

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_TALLY_H_
