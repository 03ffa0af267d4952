// SPDX-License-Identifier: Apache-2.0

#include "tests/crash/witness.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

using client::EntryState;

constexpr uint32_t kLongestBurst = 32;

// The tag or key of each invalidation, with the revision of its event.
std::set<std::pair<uint64_t, std::string>> Named(const conformance::PublishedHistory& published) {
  std::set<std::pair<uint64_t, std::string>> named;
  for (const v1::Event& part : published.parts()) {
    for (const v1::Invalidation& invalidation : part.invalidations()) {
      named.emplace(part.revision(), invalidation.has_tag()   ? invalidation.tag()
                                     : invalidation.has_key() ? invalidation.key()
                                                              : "");
    }
  }
  return named;
}

std::string StateName(EntryState state) {
  return state == EntryState::kFresh ? "fresh" : state == EntryState::kStale ? "stale" : "absent";
}

}  // namespace

Witness::Witness(int number, client::Client client, uint32_t seed, Answered& answered)
    : number_(number), client_(std::move(client)), random_(seed), answered_(answered) {}

void Witness::Act() {
  switch (random_() % 12) {
    case 0:
    case 1:
      return WriteBurst();
    case 2:
      return Schedule();
    case 3:
      return Depend();
    case 4:
    case 5:
      return Track();
    case 6:
      return Invalidate();
    case 7:
      return Declare();
    default:
      return Write();
  }
}

std::string Witness::NewName(const std::string& kind) {
  return absl::StrCat(kind, "-", number_, "-", ++names_);
}

void Witness::NoteEvent(uint64_t revision, uint64_t before) {
  EXPECT_GT(revision, before) << "an event got a revision that had been told before";
  answered_.Note(revision);
}

void Witness::NoteHead(uint64_t revision, uint64_t before) {
  EXPECT_GE(revision, before) << "the head went back";
  answered_.Note(revision);
}

void Witness::Write() {
  const std::string id = NewName("id");
  const uint64_t before = answered_.head();
  const auto result = client_.InvalidateByWrite("row", id, "update");
  ASSERT_TRUE(result.ok()) << result.status();
  NoteEvent(result->position.revision, before);
  events_.emplace_back(result->position.revision, "row:" + id);
}

void Witness::WriteBurst() {
  if (stream_ == nullptr) stream_ = client_.OpenWriteStream({.deadline = absl::Minutes(1)});
  const uint64_t before = answered_.head();
  for (uint32_t left = 1 + random_() % kLongestBurst; left > 0; --left) {
    const std::string id = NewName("id");
    // Flush returns after the last of these.
    stream_->Write({{.resource_type = "row", .resource_id = id}},
                   [this, id, before](const absl::StatusOr<client::WriteResult>& result) {
                     ASSERT_TRUE(result.ok()) << result.status();
                     NoteEvent(result->position.revision, before);
                     events_.emplace_back(result->position.revision, "row:" + id);
                   });
  }
  stream_->Flush();
}

void Witness::Schedule() {
  const std::string tag = NewName("batched");
  const uint64_t before = answered_.head();
  const auto result = client_.ScheduleBatchInvalidation({tag});
  ASSERT_TRUE(result.ok()) << result.status();
  NoteHead(result->position.revision, before);
  batched_.emplace_back(result->position.revision, tag);
}

void Witness::Depend() {
  const std::string key = NewName("view");
  const uint64_t before = answered_.head();
  const auto result = client_.AddCacheDependency(
      {.key = key, .depends_on = {.tags = {absl::StrCat("source:", number_)}}});
  ASSERT_TRUE(result.ok()) << result.status();
  NoteHead(result->position.revision, before);
  dependencies_[key] = absl::StrCat("source:", number_);
}

void Witness::Track() {
  const std::string key = NewName("entry");
  const uint64_t before = answered_.head();
  const auto result = client_.TrackEntries({{.key = key, .tags = {"kept"}}});
  ASSERT_TRUE(result.ok()) << result.status();
  NoteHead(result->position.revision, before);
  entries_[key] = EntryState::kFresh;
}

void Witness::Invalidate() {
  if (entries_.empty()) return;
  auto chosen = entries_.begin();
  std::advance(chosen, random_() % entries_.size());
  const uint64_t before = answered_.head();
  const auto result = client_.InvalidateWithDependencies(chosen->first);
  ASSERT_TRUE(result.ok()) << result.status();
  NoteEvent(result->position.revision, before);
  events_.emplace_back(result->position.revision, chosen->first);
  chosen->second = EntryState::kAbsent;
}

void Witness::Declare() {
  const uint64_t before = answered_.head();
  const std::string name = absl::StrCat("rule", number_);
  const auto result =
      client_.RegisterInvalidationRule({.name = name,
                                        .trigger_tags = {absl::StrCat("never", number_)},
                                        .invalidate_tags = {"nothing"},
                                        .description = absl::StrCat(rule_version_ + 1)});
  ASSERT_TRUE(result.ok()) << result.status();
  ++rule_version_;
  answered_.Note(before);
}

std::vector<std::string> Witness::MissingState() const {
  std::vector<std::string> missing;
  for (const auto& [key, tag] : dependencies_) {
    const auto page = client_.ListCacheDependencies({.name = key});
    const bool found = page.ok() && page->dependencies.size() == 1 &&
                       page->dependencies[0].depends_on == tag && page->dependencies[0].declared;
    if (!found) missing.push_back(absl::StrCat("the dependency of ", key));
  }
  for (const auto& [key, state] : entries_) {
    const auto lookup = client_.LookupEntry(key);
    if (!lookup.ok() || lookup->state != state) {
      missing.push_back(absl::StrCat(key, " is not ", StateName(state)));
    }
  }
  if (rule_version_ > 0) {
    const auto rule = client_.GetInvalidationRule(absl::StrCat("rule", number_));
    if (!rule.ok() || rule->rule.description != absl::StrCat(rule_version_)) {
      missing.push_back(absl::StrCat("version ", rule_version_, " of rule", number_));
    }
  }
  return missing;
}

std::vector<std::string> Witness::MissingEvents(
    const conformance::PublishedHistory& published) const {
  const std::set<std::pair<uint64_t, std::string>> named = Named(published);
  std::map<std::string, uint64_t> last;  // where something was named last
  for (const auto& [revision, name] : named) last[name] = revision;
  std::vector<std::string> missing;
  for (const auto& [revision, name] : events_) {
    if (!named.contains({revision, name})) {
      missing.push_back(absl::StrCat(name, " in revision ", revision));
    }
  }
  for (const auto& [revision, tag] : batched_) {
    if (last[tag] <= revision) missing.push_back(absl::StrCat(tag, " after revision ", revision));
  }
  return missing;
}

}  // namespace cache_invalidation
