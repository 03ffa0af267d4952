// SPDX-License-Identifier: Apache-2.0

#include "tests/property/generator.h"

#include <memory>
#include <utility>
#include <vector>

#include "tests/reference/condition.h"

namespace cache_invalidation::property {
namespace {

// A page of a list; often too small for it.
uint32_t Limit(Choices& choices) { return 1 + choices.Below(choices.Percent(50) ? 3 : 100); }

// In one call no two declarations of a kind have the same name.
template <typename Declaration>
void AddUnlessNamed(Declaration added, std::vector<Declaration>& declarations) {
  for (const Declaration& declaration : declarations) {
    if (declaration.name == added.name) return;
  }
  declarations.push_back(std::move(added));
}

}  // namespace

engine::Limits LimitsOf(uint64_t seed) {
  if (seed % 3 != 0) return {};
  Choices choices(seed);
  engine::Limits limits;
  limits.declared_edges = choices.OneOf<uint64_t>({1, 3, 6, 20});
  limits.entries = choices.OneOf<uint64_t>({1, 2, 3, 5, 20});
  limits.entry_parts = choices.OneOf<uint64_t>({2, 5, 10, 100});
  limits.remembered_names = choices.OneOf<uint64_t>({1, 4, 10, 100});
  limits.remembered_ends = choices.OneOf<uint64_t>({0, 1, 3, 100});
  limits.patterns = choices.OneOf<uint64_t>({1, 2, 100});
  limits.declared_edges_of_key = choices.OneOf<uint64_t>({1, 2, 4, 100});
  limits.names_per_entry = choices.OneOf<uint64_t>({1, 2, 4, 100});
  limits.ended_at_once = choices.OneOf<uint64_t>({0, 1, 100});
  return limits;
}

Generator::Generator(uint64_t seed) : choices_(seed) {
  const Kind all[] = {
      {&Generator::MakeWrites, 24},
      {&Generator::MakeInvalidate, 12},
      {&Generator::MakeInvalidateWithDependencies, 4},
      {&Generator::MakeFlush, 3},
      {&Generator::MakeStaleTimer, 1},
      {&Generator::MakeSetBatchDelay, 3},
      {&Generator::MakeRegisterRule, 10},
      {&Generator::MakeDeleteRule, 2},
      {&Generator::MakeRegisterRelationship, 7},
      {&Generator::MakeDeleteRelationship, 2},
      {&Generator::MakeApplyDeclarations, 4},
      {&Generator::MakeAddDependency, 11},
      {&Generator::MakeRemoveDependency, 3},
      {&Generator::MakeTrack, 18},
      {&Generator::MakeUntrack, 3},
      {&Generator::MakeSweep, 5},
      {&Generator::MakeRuleQuery, 2},
      {&Generator::MakeRelationshipQuery, 2},
      {&Generator::MakeListDependencies, 4},
      {&Generator::MakeLookup, 5},
      {&Generator::MakeValidate, 8},
      {&Generator::MakeExplain, 6},
  };
  for (Kind kind : all) {
    kind.weight *= choices_.OneOf<uint64_t>({0, 1, 1, 1, 3});
    kinds_.push_back(kind);
  }
  kinds_.push_back({&Generator::MakeWrites, 2});  // no sequence is without any step
}

Step Generator::Next(uint64_t head, uint64_t floor, absl::string_view epoch) {
  epoch_ = std::string(epoch);
  head_ = head;
  floor_ = floor;
  Step step;
  buffer_ = std::make_shared<Buffer>();
  step.buffer = buffer_;
  const uint64_t pace = choices_.Below(100);
  if (pace < 2) {
    step.advance = -absl::Milliseconds(20);
  } else if (pace < 50) {
    step.advance = absl::Milliseconds(choices_.OneOf<int>({1, 10, 50, 150, 1000}));
  }
  step.timers_are_late = choices_.Percent(10);
  if (std::exchange(first_, false) && choices_.Percent(30)) {
    MakeCreateNamespace(step);
    return step;
  }
  std::vector<uint64_t> weights;
  for (const Kind& kind : kinds_) weights.push_back(kind.weight);
  (this->*kinds_[choices_.Weighted(weights)].make)(step);
  return step;
}

engine::PositionView Generator::Position() {
  switch (choices_.Below(12)) {
    case 0:
      return {Keep("another"), head_};
    case 1:
      return {Keep(epoch_), head_ + 1};
    case 2:
      return {Keep(epoch_), floor_ == 0 ? 0 : floor_ - 1};
    case 3:
      return {Keep(epoch_), floor_};
    case 4:
    case 5:
    case 6:
      return {Keep(epoch_), head_};
    default:
      return {Keep(epoch_), head_ - choices_.Below(std::min<uint64_t>(6, head_ - floor_ + 1))};
  }
}

engine::WriteEvent Generator::Write() {
  engine::WriteEvent write;
  write.resource_type = Keep(choices_.Type());
  write.resource_id = Keep(choices_.ResourceId());
  write.operation = Keep(choices_.OneOf<std::string>({"update", "update", "insert", "delete"}));
  if (choices_.Percent(25)) write.tags = Tags(1, 2);
  if (choices_.Percent(70)) write.context = buffer_->KeepContext(choices_.Context());
  return write;
}

engine::DependencyNames Generator::Dependencies(const std::string& key) {
  engine::DependencyNames names;
  for (uint64_t left = 1 + choices_.Below(3); left > 0; --left) {
    std::string name = choices_.Name();
    if (name == key || choices_.Percent(30)) {
      names.tags.push_back(Keep(choices_.Tag()));
    } else if (choices_.Percent(40)) {
      names.keys.push_back(Keep(std::move(name)));
    } else {
      names.names.push_back(Keep(std::move(name)));
    }
  }
  return names;
}

engine::TrackedEntry Generator::Fill() {
  engine::TrackedEntry entry;
  const std::string key = choices_.Key();
  entry.key = Keep(key);
  entry.tags = Tags(0, 2);
  if (choices_.Percent(40)) entry.depends_on = Dependencies(key);
  entry.ttl = Ttl();
  if (choices_.Percent(70)) entry.position = Position();
  entry.only_tracked_keys = choices_.Percent(15);
  entry.fill_id = FillId();
  return entry;
}

absl::string_view Generator::FillId() { return choices_.OneOf<const char*>({"", "f1", "f2"}); }

std::optional<absl::Duration> Generator::Ttl() {
  if (choices_.Percent(50)) return std::nullopt;
  return absl::Milliseconds(choices_.OneOf<int>({20, 100, 500, 5000}));
}

std::vector<absl::string_view> Generator::Tags(uint64_t least, uint64_t most) {
  std::vector<absl::string_view> tags;
  const uint64_t count = least + choices_.Below(most - least + 1);
  for (uint64_t i = 0; i < count; ++i) tags.push_back(Keep(choices_.Tag()));
  return tags;
}

std::vector<absl::string_view> Generator::Keys(uint64_t least, uint64_t most) {
  std::vector<absl::string_view> keys;
  const uint64_t count = least + choices_.Below(most - least + 1);
  for (uint64_t i = 0; i < count; ++i) keys.push_back(Keep(choices_.Key()));
  return keys;
}

void Generator::MakeWrites(Step& step) {
  engine::InvalidateByWrites command;
  const uint64_t writes = choices_.Percent(70) ? 1 : 2 + choices_.Below(2);
  for (uint64_t i = 0; i < writes; ++i) command.writes.push_back(Write());
  command.immediate = choices_.Percent(10);
  step.action = std::move(command);
}

void Generator::MakeInvalidate(Step& step) {
  engine::Invalidate command;
  command.strategy = choices_.Strategy();
  command.immediate = choices_.Percent(10);
  if (choices_.Percent(7) && command.strategy != engine::Strategy::kBatched) {
    command.everything = true;
  } else {
    command.tags = Tags(0, 3);
    command.keys = Keys(command.tags.empty() ? 1 : 0, 2);
    if (choices_.Percent(20)) command.pattern = Keep(choices_.Pattern());
  }
  step.action = std::move(command);
}

void Generator::MakeInvalidateWithDependencies(Step& step) {
  step.action = engine::InvalidateWithDependencies{Keep(choices_.Key()), choices_.Percent(60)};
}

void Generator::MakeFlush(Step& step) { step.action = engine::FlushPendingInvalidations{}; }

void Generator::MakeStaleTimer(Step& step) { step.action = StaleTimer{}; }

void Generator::MakeSetBatchDelay(Step& step) {
  step.action =
      engine::SetBatchDelay{absl::Milliseconds(choices_.OneOf<int>({1, 50, 100, 200, 2000}))};
}

void Generator::MakeRegisterRule(Step& step) {
  step.action = engine::RegisterRule{choices_.Rule()};
}

void Generator::MakeDeleteRule(Step& step) {
  step.action = engine::DeleteRule{Keep(choices_.RuleName())};
}

void Generator::MakeRegisterRelationship(Step& step) {
  step.action = engine::RegisterRelationship{choices_.Relationship()};
}

void Generator::MakeDeleteRelationship(Step& step) {
  step.action = engine::DeleteRelationship{Keep(choices_.RelationshipName())};
}

void Generator::MakeApplyDeclarations(Step& step) {
  engine::ApplyDeclarations command;
  for (uint64_t left = choices_.Below(4); left > 0; --left) {
    AddUnlessNamed(choices_.Rule(), command.rules);
  }
  for (uint64_t left = choices_.Below(3); left > 0; --left) {
    AddUnlessNamed(choices_.Relationship(), command.relationships);
  }
  command.prune = choices_.Percent(30);
  if (choices_.Percent(25)) {
    step.action = engine::Query(engine::ValidateDeclarations{std::move(command)});
  } else {
    step.action = std::move(command);
  }
}

void Generator::MakeAddDependency(Step& step) {
  engine::AddCacheDependency command;
  const std::string key = choices_.Key();
  command.key = Keep(key);
  command.depends_on = Dependencies(key);
  command.ttl = Ttl();
  if (choices_.Percent(40)) command.position = Position();
  step.action = std::move(command);
}

void Generator::MakeRemoveDependency(Step& step) {
  engine::RemoveCacheDependency command;
  const std::string key = choices_.Key();
  command.key = Keep(key);
  if (choices_.Percent(60)) command.depends_on = Dependencies(key);
  step.action = std::move(command);
}

void Generator::MakeTrack(Step& step) {
  engine::TrackEntries command;
  const uint64_t entries = choices_.Percent(70) ? 1 : 2 + choices_.Below(2);
  for (uint64_t i = 0; i < entries; ++i) command.entries.push_back(Fill());
  step.action = std::move(command);
}

void Generator::MakeUntrack(Step& step) { step.action = engine::UntrackEntries{Keys(1, 2)}; }

void Generator::MakeSweep(Step& step) {
  engine::Sweep sweep;
  sweep.limit = choices_.OneOf<uint64_t>({1, 2, 5, 1000});
  if (choices_.Percent(40)) sweep.floor = floor_ + choices_.Below(head_ - floor_ + 1);
  step.action = SweepAll{sweep};
}

void Generator::MakeCreateNamespace(Step& step) {
  engine::CreateNamespace command;
  while (command.default_rules.size() < 2) {
    engine::Rule rule = choices_.Rule();
    if (reference::IsMalformed(rule.condition)) rule.condition.clear();
    rule.name = command.default_rules.empty() ? "r1" : "r2";
    command.default_rules.push_back(std::move(rule));
  }
  if (choices_.Percent(30)) command.after = 1 + choices_.Below(5);
  step.action = std::move(command);
}

void Generator::MakeRuleQuery(Step& step) {
  if (choices_.Percent(50)) {
    step.action = engine::GetRule{Keep(choices_.RuleName())};
    return;
  }
  engine::ListRules query;
  query.limit = Limit(choices_);
  if (choices_.Percent(60)) {
    query.after_priority = static_cast<int32_t>(choices_.Below(3)) - 1;
    query.after_name = Keep(choices_.RuleName());
  }
  step.action = query;
}

void Generator::MakeRelationshipQuery(Step& step) {
  if (choices_.Percent(50)) {
    step.action = engine::GetRelationship{Keep(choices_.RelationshipName())};
    return;
  }
  engine::ListRelationships query;
  query.limit = Limit(choices_);
  if (choices_.Percent(50)) query.source_type = Keep(choices_.Type());
  if (choices_.Percent(50)) query.after_name = Keep(choices_.RelationshipName());
  step.action = query;
}

void Generator::MakeListDependencies(Step& step) {
  engine::ListCacheDependencies query;
  query.name = Keep(choices_.Name());
  query.dependents = choices_.Percent(50);
  query.limit = Limit(choices_);
  if (choices_.Percent(40)) {
    query.after_key = query.dependents ? Keep(choices_.Key()) : query.name;
    query.after_kind = choices_.Percent(50) ? engine::NameKind::kKey : engine::NameKind::kTag;
    query.after_name = query.dependents ? query.name : Keep(choices_.Name());
  }
  step.action = query;
}

void Generator::MakeLookup(Step& step) { step.action = engine::LookupEntry{Keep(choices_.Key())}; }

void Generator::MakeValidate(Step& step) {
  engine::Validate query;
  query.position = Position();
  for (uint64_t left = 1 + choices_.Below(3); left > 0; --left) {
    query.keys.push_back({Keep(choices_.Key()), Tags(0, 2), ""});
    if (choices_.Percent(20)) query.keys.back().fill_id = FillId();
  }
  query.tags = Tags(0, 3);
  step.action = std::move(query);
}

void Generator::MakeExplain(Step& step) {
  engine::ExplainWrite query;
  query.write = Write();
  if (choices_.Percent(70)) query.key = Keep(choices_.Key());
  if (choices_.Percent(50)) query.key_tags = Tags(0, 2);
  step.action = std::move(query);
}

}  // namespace cache_invalidation::property
