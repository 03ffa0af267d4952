// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/tag.h"

namespace cache_invalidation::simulation {
namespace {

std::string TagOf(const Cache::Name& name) { return absl::StrCat(kRowType, ":", name.row); }

}  // namespace

std::string Cache::Name::key() const {
  return absl::StrCat(kind == Kind::kCopy ? "copy-" : "view-", row);
}

Cache::Cache(std::vector<std::string> tags, std::vector<std::string> key_prefixes,
             Mutation mutation)
    : tags_(std::move(tags)), key_prefixes_(std::move(key_prefixes)), mutation_(mutation) {}

bool Cache::MayKeep(const Name& name) const {
  const auto concerns = [&](const std::string& tag) { return IsSelfOrAncestor(tag, TagOf(name)); };
  const auto begins = [&](const std::string& prefix) {
    return absl::StartsWith(name.key(), prefix);
  };
  return (tags_.empty() || std::any_of(tags_.begin(), tags_.end(), concerns)) &&
         (key_prefixes_.empty() || std::any_of(key_prefixes_.begin(), key_prefixes_.end(), begins));
}

std::optional<Cache::Token> Cache::BeginFill() const {
  if (epoch_.empty()) return std::nullopt;
  return Token{epoch_, applied_, resets_};
}

void Cache::EndFill(const Name& name, uint64_t version, const Token& token) {
  const auto hit = last_hit_.find(name);
  const bool late = token.resets != resets_ || token.epoch != epoch_ ||
                    (hit != last_hit_.end() && hit->second > token.applied);
  if (late && mutation_ != Mutation::kKeepsLateFills) return;
  values_[name] = version;
}

void Cache::Apply(const client::SubscriptionStarted& started, absl::Duration now) {
  if (now >= lease_end_) serves_from_ = started.head.revision;
  // Another epoch is announced by a reset, which comes next.
  if (epoch_.empty()) {
    epoch_ = started.head.epoch;
    applied_ = started.start_after;
  }
  lease_ = started.lease;
}

void Cache::Apply(const client::SubscriptionReset& reset) {
  ++resets_;
  values_.clear();
  last_hit_.clear();
  epoch_ = reset.start_after.epoch;
  applied_ = reset.start_after.revision;
  // There are no old entries to serve.
  serves_from_ = 0;
}

void Cache::Apply(const client::Event& event) {
  for (const Kind kind : kKinds) {
    for (size_t row = 0; row < kRows; ++row) {
      const Name name{kind, row};
      const bool hit = std::any_of(
          event.invalidations.begin(), event.invalidations.end(),
          [&](const client::Invalidation& invalidation) { return Hits(invalidation, name); });
      if (!hit) continue;
      values_.erase(name);
      last_hit_[name] = event.revision;
    }
  }
  applied_ = std::max(applied_, event.revision);
}

void Cache::Apply(const client::SubscriptionProgress& progress, absl::Duration now) {
  applied_ = std::max(applied_, progress.position.revision);
  const bool renewed = progress.lease_end > lease_end_;
  lease_end_ = std::max(lease_end_, progress.lease_end);
  if (renewed && mutation_ == Mutation::kLeaseFromEcho) lease_end_ = now + lease_;
}

bool Cache::Hits(const client::Invalidation& invalidation, const Name& name) {
  switch (invalidation.target) {
    case client::TargetKind::kTag:
      return name.kind == Kind::kCopy && IsSelfOrAncestor(invalidation.name, TagOf(name));
    case client::TargetKind::kKey:
      return invalidation.name == name.key();
    case client::TargetKind::kPattern: {
      auto known = patterns_.find(invalidation.name);
      if (known == patterns_.end()) {
        absl::StatusOr<Pattern> pattern = Pattern::Compile(invalidation.name);
        Check(pattern.ok(), "what is published was checked");
        known = patterns_.emplace(invalidation.name, *std::move(pattern)).first;
      }
      return known->second.Matches(name.key());
    }
    case client::TargetKind::kEverything:
      return true;
  }
  return true;
}

std::optional<uint64_t> Cache::Serve(const Name& name, absl::Duration now) const {
  const auto found = values_.find(name);
  if (found == values_.end() || !Serves(now)) return std::nullopt;
  return found->second;
}

}  // namespace cache_invalidation::simulation
