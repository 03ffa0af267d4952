// SPDX-License-Identifier: Apache-2.0

#include "tests/truth/tally.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/check.h"
#include "common/pattern.h"

namespace cache_invalidation::truth {

using client::Cause;
using client::CauseStep;

Reasons::Reasons(const std::vector<client::Event>& events) {
  for (const client::Event& event : events) {
    for (const client::Invalidation& target : event.invalidations) {
      std::vector<Cause> causes;
      for (const uint32_t index : target.causes) causes.push_back(event.causes[index]);
      std::vector<Cause>* to = &everything_;
      switch (target.target) {
        case client::TargetKind::kTag:
          to = &by_tag_[target.name];
          break;
        case client::TargetKind::kKey:
          to = &by_key_[target.name];
          break;
        case client::TargetKind::kPattern:
          to = &patterns_.emplace_back(target.name, std::vector<Cause>()).second;
          break;
        case client::TargetKind::kEverything:
          break;
      }
      to->insert(to->end(), causes.begin(), causes.end());
    }
  }
}

std::vector<Cause> Reasons::Of(const QueryResult& entry) const {
  std::vector<Cause> out = everything_;
  const auto add = [&out](const std::map<std::string, std::vector<Cause>>& from,
                          const std::string& name) {
    const auto found = from.find(name);
    if (found != from.end()) out.insert(out.end(), found->second.begin(), found->second.end());
  };
  add(by_key_, entry.key);
  for (const std::string& tag : entry.tags) {
    for (size_t end = tag.find(':'); end != std::string::npos; end = tag.find(':', end + 1)) {
      add(by_tag_, tag.substr(0, end));
    }
    add(by_tag_, tag);
  }
  for (const auto& [expression, causes] : patterns_) {
    const auto pattern = Pattern::Compile(expression);
    Check(pattern.ok(), "a pattern of an event compiles");
    if (pattern->Matches(entry.key)) out.insert(out.end(), causes.begin(), causes.end());
  }
  return out;
}

void Tally::Counts::Add(bool has_changed, bool is_hit) {
  hits += is_hit ? 1 : 0;
  unchanged += is_hit && !has_changed ? 1 : 0;
  changed += has_changed ? 1 : 0;
  missed += has_changed && !is_hit ? 1 : 0;
}

std::set<std::string> Tally::Ways(const std::vector<Cause>& causes) const {
  const auto all = [&causes](auto is) { return std::all_of(causes.begin(), causes.end(), is); };
  // Its own names were not hit: it goes with what it was computed from.
  if (causes.empty()) return {"dependencies"};
  if (all([](const Cause& cause) { return cause.widened; })) return {"widened targets only"};
  if (all([](const Cause& cause) { return cause.widened || cause.condition_failed; })) {
    return {"conditions that could not be evaluated only"};
  }
  std::set<std::string> out;
  for (const Cause& cause : causes) {
    if (cause.widened || cause.condition_failed) continue;
    switch (cause.step) {
      case CauseStep::kDirect:
        out.insert("direct");
        break;
      case CauseStep::kRelationship:
      case CauseStep::kCascade:
        out.insert("relationships, CASCADE");
        break;
      case CauseStep::kRule:
        if (cause.name == "menu_pages") {
          out.insert("pattern rule");
        } else {
          out.insert(conditional_.count(cause.name) > 0 ? "rules with a condition" : "plain rules");
        }
        break;
      case CauseStep::kDependency:
        out.insert("dependencies");
        break;
      default:
        out.insert("other");
    }
  }
  return out;
}

void Tally::Count(const QueryResult& entry, const Reasons& reasons, bool has_changed, bool is_hit) {
  if (!is_hit && !has_changed) return;
  all_.Add(has_changed, is_hit);
  by_kind_[entry.kind->name].Add(has_changed, is_hit);
  if (!is_hit) return;
  const std::vector<Cause> causes = reasons.Of(entry);
  for (const std::string& way : Ways(causes)) by_way_[way].Add(has_changed, is_hit);
  std::set<std::string> rules;
  for (const Cause& cause : causes) {
    if (cause.step == CauseStep::kRule) {
      rules.insert(cause.name + (cause.widened ? " (widened)" : ""));
    }
  }
  for (const std::string& rule : rules) by_rule_[rule].Add(has_changed, is_hit);
}

std::vector<std::string> Tally::UntestedKinds() const {
  std::vector<std::string> out;
  for (const QueryKind& kind : QueryKinds()) {
    const auto found = by_kind_.find(kind.name);
    if (found == by_kind_.end() || found->second.changed == 0) out.push_back(kind.name);
  }
  return out;
}

std::string Tally::Report() const {
  std::string out;
  const auto table = [&out](const std::string& title, const std::map<std::string, Counts>& rows) {
    absl::StrAppendFormat(&out, "\n%-44s %9s %9s %9s %9s %6s\n", title, "changed", "missed", "hits",
                          "unchanged", "%");
    for (const auto& [name, counts] : rows) {
      absl::StrAppendFormat(&out, "%-44s %9d %9d %9d %9d %6.1f\n", name, counts.changed,
                            counts.missed, counts.hits, counts.unchanged,
                            counts.hits == 0 ? 0 : 100.0 * counts.unchanged / counts.hits);
    }
  };
  table("kind of query", by_kind_);
  table("rule", by_rule_);
  table("reached by", by_way_);
  table("all", {{"all", all_}});
  return out;
}

}  // namespace cache_invalidation::truth
