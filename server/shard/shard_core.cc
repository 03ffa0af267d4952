// SPDX-License-Identifier: Apache-2.0

#include "server/shard/shard_core.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "server/engine/limits.h"
#include "server/engine/prepared_declarations.h"
#include "server/engine/rule_set.h"
#include "server/shard/without_caller.h"
#include "server/storage/store.h"

namespace cache_invalidation::shard {
namespace {

// Namespaces, most of them small, that a shard sweeps in one turn.
constexpr int kSweepNamespaces = 100;
// Pause between two sweeping turns, in which requests are served.
constexpr absl::Duration kSweepPause = absl::Milliseconds(10);

// Size of an answer until its group is durable, without long lists.
constexpr size_t kAnswerBytes = 256;

// Cost of freeing an empty namespace, in keys.
constexpr uint64_t kKeysPerNamespace = 20;

// Whether it is a timer's command, which creates no namespace.
bool IsTimer(const engine::Command& command) {
  return std::holds_alternative<engine::FlushBatch>(command) ||
         std::holds_alternative<engine::Sweep>(command);
}

// Whether a command may change nothing in a new namespace, which has this many rules: it only
// removes something, or declares what is declared already.
bool MayChangeNothing(const engine::Command& command, size_t rules) {
  if (const auto* apply = std::get_if<engine::ApplyDeclarations>(&command)) {
    return apply->rules.size() <= rules && apply->relationships.empty();
  }
  return std::holds_alternative<engine::FlushPendingInvalidations>(command) ||
         std::holds_alternative<engine::DeleteRule>(command) ||
         std::holds_alternative<engine::DeleteRelationship>(command) ||
         std::holds_alternative<engine::RemoveCacheDependency>(command) ||
         std::holds_alternative<engine::UntrackEntries>(command);
}

// Whether the command only moved the engine's clock and the position of sweeping.
bool OnlyMovedTheClock(const engine::Applied& applied) {
  return applied.events.empty() &&
         std::all_of(applied.delta.begin(), applied.delta.end(),
                     [](const engine::RecordChange& change) {
                       return std::holds_alternative<engine::MetaRecord>(change.record) ||
                              std::holds_alternative<engine::SweepRecord>(change.record);
                     });
}

// The last change of the position of sweeping; nothing if there is none.
std::optional<engine::RecordChange> RoundOf(const engine::Delta& delta) {
  for (auto change = delta.rbegin(); change != delta.rend(); ++change) {
    if (std::holds_alternative<engine::SweepRecord>(change->record)) return *change;
  }
  return std::nullopt;
}

std::unique_ptr<engine::Engine> MakeNewEngine(absl::string_view epoch,
                                              const engine::CreateNamespace& create_namespace) {
  auto engine = std::make_unique<engine::Engine>(epoch);
  (void)engine->Apply(create_namespace, absl::UnixEpoch());
  return engine;
}

// The rules are compiled once, not for each namespace.
engine::CreateNamespace CreationWith(std::vector<engine::Rule> default_rules, uint64_t after) {
  auto prepared = engine::Prepare(default_rules);
  return {std::move(default_rules), after, std::move(prepared)};
}

StrategyCounts CountedBy(const engine::Engine& engine) {
  const engine::Result result = engine.Answer(engine::GetInvalidationStats{}, absl::UnixEpoch());
  const auto& stats = std::get<engine::InvalidationStats>(result);
  return {stats.immediate_invalidations, stats.batched_invalidations, stats.lazy_invalidations,
          stats.cascade_invalidations};
}

// Takes the compiled rules that a request has brought along; null: none.
std::shared_ptr<const engine::PreparedDeclarations> TakePrepared(
    std::variant<engine::Command, engine::Query>& request) {
  if (auto* query = std::get_if<engine::Query>(&request)) {
    auto* asked = std::get_if<engine::ValidateDeclarations>(query);
    return asked == nullptr ? nullptr : std::move(asked->declarations.prepared);
  }
  auto& command = std::get<engine::Command>(request);
  if (auto* one = std::get_if<engine::RegisterRule>(&command)) return std::move(one->prepared);
  auto* all = std::get_if<engine::ApplyDeclarations>(&command);
  return all == nullptr ? nullptr : std::move(all->prepared);
}

// Whether the caller has gone, and nothing in it must be applied all the same.
bool IsAbandoned(const Submission& submission) {
  return submission.cancelled && submission.cancelled() &&
         std::none_of(submission.requests.begin(), submission.requests.end(),
                      IsAppliedWithoutItsCaller);
}

// Answers a submission: with its answers if the group is durable, else with UNAVAILABLE, as the
// outcome is unknown.
absl::AnyInvocable<void(bool)> Completion(Submission& submission) {
  return [done = std::move(submission.done),
          answers = std::move(submission.answers)](bool durable) mutable {
    if (!durable) {
      for (Result& answer : answers) {
        answer = absl::UnavailableError("the server stops; the outcome is unknown, retry");
      }
    }
    done(std::move(answers));
  };
}

}  // namespace

ShardCore::ShardCore(Options options, NamespaceQuota& quota, ShardObserver& observer,
                     absl::Time now)
    : epoch_(std::move(options.epoch)),
      limits_(options.limits),
      on_dropped_(std::move(options.on_dropped)),
      shard_(options.shard),
      create_namespace_(CreationWith(std::move(options.default_rules), options.deleted_revision)),
      quota_(quota),
      observer_(observer),
      new_engine_(MakeNewEngine(epoch_, create_namespace_)),
      next_sweep_(now + kSweepInterval) {}

ShardCore::~ShardCore() = default;

void ShardCore::Adopt(absl::string_view namespace_name, std::unique_ptr<engine::Engine> engine,
                      absl::Time now) {
  Check(Find(namespace_name) == nullptr, "a namespace is rebuilt once");
  quota_.Take(namespace_name);
  auto adopted = std::make_unique<Namespace>();
  adopted->name = std::string(namespace_name);
  adopted->engine = std::move(engine);
  adopted->counted = CountedBy(*adopted->engine);
  const Namespace& target = Insert(std::move(adopted));
  if (target.engine->batch_deadline().has_value()) batches_.Set(target.name, now);
}

ShardCore::Namespace& ShardCore::Insert(std::unique_ptr<Namespace> added) {
  Namespace& target = *added;
  namespaces_.emplace(target.name, std::move(added));
  const std::optional<engine::BatchDeadline> deadline = target.engine->batch_deadline();
  batches_.Set(target.name, deadline.has_value() ? std::optional(deadline->at) : std::nullopt);
  return target;
}

ShardCore::Namespace* ShardCore::Find(absl::string_view name) const {
  const auto it = namespaces_.find(name);
  return it == namespaces_.end() ? nullptr : it->second.get();
}

const engine::Engine* ShardCore::EngineForTest(absl::string_view namespace_name) const {
  const Namespace* found = Find(namespace_name);
  return found == nullptr ? nullptr : found->engine.get();
}

bool ShardCore::ApplyNext(Submission& submission, absl::Time now) {
  const size_t count = submission.requests.size();
  std::vector<Result>& answers = submission.answers;
  if (answers.empty()) {
    answers.reserve(count);
    if (IsAbandoned(submission)) {
      observer_.OnCancelled();
      answers.resize(count, absl::CancelledError("the caller has gone"));
    }
  }
  if (answers.size() < count) {
    const auto& request = submission.requests[answers.size()];
    const auto* command = std::get_if<engine::Command>(&request);
    answers.push_back(command != nullptr ? ApplyCommand(submission.namespace_name, *command, now)
                                         : AnswerQuery(submission.namespace_name,
                                                       std::get<engine::Query>(request), now));
  }
  if (answers.size() < count) return true;
  FreeRulesLater(submission, now);
  group_.AddCompletion(Completion(submission), count * kAnswerBytes);
  return false;
}

Result ShardCore::ApplyCommand(absl::string_view name, const engine::Command& command,
                               absl::Time now) {
  if (std::holds_alternative<engine::DeleteNamespace>(command)) {
    return Delete(name, command, now);
  }
  if (Namespace* target = Find(name); target != nullptr) {
    return ApplyTo(*target, command, now);
  }
  if (IsTimer(command)) {
    return engine::Result();
  }
  if (std::optional<Result> answer = AnswerAsNew(command, now)) {
    return *std::move(answer);
  }
  return ApplyFirstCommand(name, command, now);
}

std::optional<Result> ShardCore::AnswerAsNew(const engine::Command& command, absl::Time now) {
  if (!MayChangeNothing(command, create_namespace_.default_rules.size())) return std::nullopt;
  const std::unique_ptr<engine::Engine> scratch = MakeNewEngine(epoch_, create_namespace_);
  engine::Applied applied = scratch->Apply(command, now);
  if (!applied.status.ok() || !OnlyMovedTheClock(applied)) return std::nullopt;
  // No revision of this namespace has been sent to anybody, so there is none to wait for.
  if (auto* flush = std::get_if<engine::FlushResult>(&applied.result)) flush->revision = 0;
  // No namespace got a command: it is counted, but not reported to the observer.
  StrategyCounts counted = {};
  counts_.Add(command, applied, counted);
  group_.CountCommand();
  return std::move(applied.result);
}

Result ShardCore::Delete(absl::string_view name, const engine::Command& command, absl::Time now) {
  const auto found = namespaces_.find(name);
  if (found == namespaces_.end()) return engine::DeleteNamespaceResult{};
  Namespace& target = *found->second;
  const engine::Applied applied = target.engine->Apply(command, now);
  Note(target, command, applied);
  create_namespace_.after = std::max(create_namespace_.after, target.engine->head());
  new_engine_ = MakeNewEngine(epoch_, create_namespace_);
  group_.AddDeletion(name, target.engine->head(),
                     storage::DeletedRevisionOf(shard_, create_namespace_.after));
  batches_.Set(name, std::nullopt);
  counters_.Set(name, std::nullopt);
  fates_.push_back({std::string(name), /*deleted=*/true});
  quota_.Return();
  deleted_.push_back(std::move(target.engine));
  next_free_ = std::min(next_free_, now);
  namespaces_.erase(found);
  return applied.result;
}

Result ShardCore::ApplyFirstCommand(absl::string_view name, const engine::Command& command,
                                    absl::Time now) {
  if (!quota_.TryTake()) {
    return absl::ResourceExhaustedError("namespace: there are as many namespaces as there may be");
  }
  auto added = std::make_unique<Namespace>();
  added->name = std::string(name);
  added->engine = std::make_unique<engine::Engine>(epoch_, limits_);
  engine::Applied created = added->engine->Apply(create_namespace_, now);
  Check(created.status.ok(), "creating a namespace is refused by nothing");
  // They are views into the engine, valid until its next command.
  group_.AddEvents(name, std::exchange(created.events, {}));

  engine::Applied applied = added->engine->Apply(command, now);
  Note(*added, command, applied);
  if (!applied.status.ok()) {
    // A refused command changes nothing: the namespace does not exist.
    group_.Withdraw(name);
    quota_.Return();
    return applied.status;
  }
  added->wanted_floor = added->stored_floor = added->engine->floor();
  Namespace& target = Insert(std::move(added));
  fates_.push_back({target.name, /*deleted=*/false});
  Take(target, created, now);
  Take(target, applied, now);
  return std::move(applied.result);
}

Result ShardCore::ApplyTo(Namespace& target, const engine::Command& command, absl::Time now) {
  engine::Applied applied = target.engine->Apply(command, now);
  Note(target, command, applied);
  Take(target, applied, now);
  if (!applied.status.ok()) return applied.status;
  return std::move(applied.result);
}

void ShardCore::Note(Namespace& target, const engine::Command& command,
                     const engine::Applied& applied) {
  observer_.OnApplied(target.name, command, applied);
  counts_.Add(command, applied, target.counted);
  group_.CountCommand();
}

void ShardCore::ReportDropped(absl::string_view namespace_name, const engine::Result& result,
                              absl::Time now) {
  const auto* fills = std::get_if<engine::TrackEntriesResult>(&result);
  if (fills == nullptr || fills->dropped == 0) {
    return;
  }
  dropped_ += fills->dropped;
  if (on_dropped_ && now >= next_drop_report_) {
    next_drop_report_ = now + kDropReportInterval;
    on_dropped_(namespace_name, std::exchange(dropped_, 0));
  }
}

Result ShardCore::AnswerQuery(absl::string_view name, const engine::Query& query, absl::Time now) {
  const Namespace* target = Find(name);
  const engine::Engine* engine = target != nullptr ? target->engine.get() : new_engine_.get();
  observer_.OnAnswered(name, query);
  counts_.Add(query);
  group_.CountQuery();
  return engine->Answer(query, now);
}

void ShardCore::Take(Namespace& target, engine::Applied& applied, absl::Time now) {
  FreeLater(std::move(applied.removed_rules), now);
  group_.AddEvents(target.name, applied.events);
  if (!applied.delta.empty() && target.unwritten_round.has_value()) {
    group_.AddChange(target.name, *std::exchange(target.unwritten_round, std::nullopt));
  }
  for (engine::RecordChange& change : applied.delta) {
    TakeChange(target, std::move(change), now);
  }
  ReportDropped(target.name, applied.result, now);
  const std::optional<engine::BatchDeadline> deadline = target.engine->batch_deadline();
  batches_.Set(target.name, deadline.has_value() ? std::optional(deadline->at) : std::nullopt);
}

void ShardCore::TakeChange(Namespace& target, engine::RecordChange change, absl::Time now) {
  if (auto* counters = std::get_if<engine::RuleCountersRecord>(&change.record)) {
    if (!change.deleted) {
      if (target.unwritten_counters.empty()) {
        counters_.Set(target.name, now + kRuleCountersInterval);
      }
      target.unwritten_counters.insert_or_assign(counters->name, *counters);
      return;
    }
    target.unwritten_counters.erase(counters->name);
  }
  group_.AddChange(target.name, std::move(change));
}

void ShardCore::WriteCounters(Namespace& target) {
  for (auto& [name, record] : target.unwritten_counters) {
    group_.AddChange(target.name, {.record = std::move(record), .deleted = false});
  }
  target.unwritten_counters.clear();
}

void ShardCore::Trim(absl::string_view namespace_name, uint64_t floor, absl::Time now) {
  Namespace* target = Find(namespace_name);
  if (target == nullptr || floor <= target->wanted_floor) {
    return;
  }
  target->wanted_floor = floor;
  next_sweep_ = std::min(next_sweep_, std::max(now, last_round_ + kTrimInterval));
}

std::pair<commit::Group, GroupStats> ShardCore::SealGroup() {
  std::pair<commit::Group, GroupStats> sealed = group_.Seal();
  sealed.second.shard = shard_;
  auto& completions = sealed.first.completions;
  // Before the answers: a caller that has one finds it counted.
  completions.insert(
      completions.begin(),
      [&quota = quota_, &observer = observer_, fates = std::exchange(fates_, {}),
       counts = std::make_unique<AppliedCounts>(std::exchange(counts_, {}))](bool durable) {
        if (!durable) return;
        for (const Fate& fate : fates) {
          if (fate.deleted) {
            quota.NoteDeleted(fate.name);
          } else {
            quota.NoteDurable(fate.name);
          }
        }
        observer.OnDurable(*counts);
      });
  return sealed;
}

void ShardCore::RunTimers(absl::Time now) {
  if (const std::optional<std::string> name = batches_.PopDue(now)) {
    Namespace& target = *Find(*name);
    (void)ApplyTo(target, engine::FlushBatch{target.engine->batch_deadline()->generation}, now);
    const std::optional<engine::BatchDeadline> next = target.engine->batch_deadline();
    Check(!next.has_value() || next->at > now, "a flushed batch is no longer due");
  }
  if (const std::optional<std::string> name = counters_.PopDue(now)) {
    WriteCounters(*Find(*name));
  }
  if (next_sweep_ <= now) {
    Sweep(now);
  }
  if (next_free_ <= now) {
    FreeSome(now);
  }
}

absl::Time ShardCore::next_timer() const {
  if (namespaces_.empty()) return next_free_;
  return std::min({batches_.earliest(), counters_.earliest(), next_sweep_, next_free_});
}

void ShardCore::FreeLater(engine::RemovedRules rules, absl::Time now) {
  if (rules.empty()) return;
  removed_rules_.insert(removed_rules_.end(), std::make_move_iterator(rules.begin()),
                        std::make_move_iterator(rules.end()));
  next_free_ = std::min(next_free_, now);
}

void ShardCore::FreeRulesLater(Submission& submission, absl::Time now) {
  engine::RemovedRules rules;
  for (auto& request : submission.requests) {
    const std::shared_ptr<const engine::PreparedDeclarations> prepared = TakePrepared(request);
    if (prepared == nullptr) continue;
    std::copy_if(prepared->rules.begin(), prepared->rules.end(), std::back_inserter(rules),
                 [](const auto& rule) { return rule.use_count() == 1; });
  }
  FreeLater(std::move(rules), now);
}

void ShardCore::FreeSome(absl::Time now) {
  uint64_t left = engine::kSweepKeys;
  for (; left > 0 && !removed_rules_.empty(); removed_rules_.pop_back()) {
    left -= std::min(left, engine::FreeingCost(removed_rules_.back()));
  }
  while (left > 0 && !deleted_.empty()) {
    left -= std::min(left, kKeysPerNamespace);
    if (!deleted_.front()->TakeApart(left)) deleted_.pop_front();
  }
  const bool is_done = removed_rules_.empty() && deleted_.empty();
  next_free_ = is_done ? absl::InfiniteFuture() : now + kSweepPause;
}

void ShardCore::Sweep(absl::Time now) {
  next_sweep_ = now + kSweepPause;
  uint64_t keys = engine::kSweepKeys;
  for (int swept = 0; swept < kSweepNamespaces && keys > 0; ++swept) {
    const auto it = namespaces_.lower_bound(next_swept_);
    if (it == namespaces_.end()) {
      next_swept_.clear();
      last_round_ = now;
      next_sweep_ = now + (trims_left_ ? kTrimInterval : kSweepInterval);
      trims_left_ = false;
      return;
    }
    Namespace& target = *it->second;
    const engine::SweepResult result = SweepNamespace(target, keys, now);
    keys -= result.looked_at;
    if (!result.finished) {
      next_swept_ = target.name;
      return;
    }
    trims_left_ = trims_left_ || result.crowded || target.engine->floor() < target.wanted_floor;
    // The next possible name.
    next_swept_ = target.name + '\0';
  }
}

void ShardCore::InvalidateEverything(absl::Time now) {
  engine::Invalidate command;
  command.everything = true;
  for (const auto& [name, target] : namespaces_) {
    (void)ApplyTo(*target, command, now);
  }
}

engine::SweepResult ShardCore::SweepNamespace(Namespace& target, uint64_t limit, absl::Time now) {
  const uint64_t known = target.engine->FreeNames(limit);
  if (known == 0) {
    engine::SweepResult only_freed;
    only_freed.looked_at = limit;
    return only_freed;
  }
  const engine::Command command = engine::Sweep{known, target.wanted_floor};
  const uint64_t floor = target.engine->floor();
  engine::Applied applied = target.engine->Apply(command, now);
  Note(target, command, applied);
  if (OnlyMovedTheClock(applied) && target.engine->floor() == floor) {
    // Otherwise idle namespaces would write rows with every round. Until the next command that is
    // written the rows describe the state before this one, as if it had not been applied.
    if (auto round = RoundOf(applied.delta)) target.unwritten_round = std::move(round);
    applied.delta.clear();
  }
  Take(target, applied, now);
  // The store keeps the revisions that the engine may still need.
  const uint64_t trimmed = std::min(target.wanted_floor, target.engine->floor());
  if (trimmed > target.stored_floor) {
    target.stored_floor = trimmed;
    group_.AddTrim(target.name, trimmed);
  }
  return std::get<engine::SweepResult>(applied.result);
}

void ShardCore::FlushEverything(absl::Time now) {
  for (const auto& [name, target] : namespaces_) {
    if (target->engine->batch_deadline().has_value()) {
      (void)ApplyTo(*target, engine::FlushPendingInvalidations{}, now);
    }
    WriteCounters(*target);
  }
}

}  // namespace cache_invalidation::shard
