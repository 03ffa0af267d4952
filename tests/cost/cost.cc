// SPDX-License-Identifier: Apache-2.0

// Does one kind of work so many times, for cost_test.py, which counts the instructions, and prints
// how many heap blocks were allocated meanwhile. What is built before the work does not depend on
// the count, so the difference of two runs is the cost of the work alone.

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "common/check.h"
#include "common/clock.h"
#include "server/delivery/channel.h"
#include "server/delivery/cursor.h"
#include "server/engine/engine.h"
#include "tests/fakes/scripted_connection.h"
#include "tests/support/history_builder.h"

ABSL_FLAG(std::string, work, "", "write, edge, delivery or hit.");
ABSL_FLAG(int64_t, count, 0, "How many times.");
ABSL_FLAG(bool, copies, false,
          "Copy the names that the work handles once more: the test that a copy is noticed.");

namespace {

std::atomic<int64_t> blocks = 0;

}  // namespace

void* operator new(size_t size) {
  ++blocks;
  void* const block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace cache_invalidation {
namespace {

// A name that fits into no std::string without a heap block.
std::string Name(absl::string_view what, int64_t number) {
  return absl::StrCat(what, ":of_a_service_with_long_names:", number);
}

void MaybeCopy(const std::string& name) {
  if (absl::GetFlag(FLAGS_copies)) Check(!std::string(name).empty(), "a name has letters");
}

absl::Time Now() { return absl::FromUnixSeconds(1'000'000'000); }

engine::Applied Must(engine::Engine& engine, const engine::Command& command) {
  engine::Applied applied = engine.Apply(command, Now());
  Check(applied.status.ok(), "the command is accepted");
  return applied;
}

// A write that fires a rule with two tags.
void Write(int64_t count) {
  engine::Engine engine("epoch");
  engine::Rule rule;
  rule.name = "rule";
  rule.trigger_tags = {"product"};
  rule.invalidate_tags = {Name("view", 1), Name("view", 2)};
  Must(engine, engine::RegisterRule{std::move(rule)});
  const std::string id = Name("id", 1);
  engine::InvalidateByWrites command;
  command.writes.resize(1);
  command.writes[0].resource_type = "product";
  command.writes[0].operation = "update";
  command.writes[0].resource_id = id;
  for (int64_t i = 0; i < count; ++i) {
    MaybeCopy(id);
    Check(Must(engine, command).events.size() == 1, "it has an event");
  }
}

// A cascade that follows `count` edges, over keys that are there in any case.
void Edge(int64_t count) {
  constexpr int64_t kMost = 1'000;
  Check(count <= kMost, "there are so many edges");
  engine::Engine engine("epoch");
  for (int64_t i = 0; i < kMost; ++i) {
    const std::string key = Name("page", i);
    // In pairs: one edge is followed from the root, and one from there.
    const std::string source = i % 2 == 1 ? Name("page", i - 1) : i < count ? "root" : "other";
    engine::TrackEntries command;
    command.entries.resize(1);
    command.entries[0].key = key;
    command.entries[0].depends_on.keys = {source};
    Must(engine, command);
  }
  const auto applied = Must(engine, engine::InvalidateWithDependencies{"root", true});
  Check(static_cast<int64_t>(applied.events[0].invalidations.size()) == count + 1,
        "it names what depends on the root");
  for (const auto& invalidation : applied.events[0].invalidations) {
    MaybeCopy(std::string(invalidation.name));
  }
}

// `count` events, each published alone, for ten subscribers that follow.
void Delivery(int64_t count) {
  constexpr int kSubscribers = 10;
  const auto channel = std::make_shared<delivery::Channel>("shop", 1);
  HistoryBuilder history("shop");
  const std::string tag = Name("tag", 1);
  std::vector<delivery::Cursor> cursors;
  for (int i = 0; i < kSubscribers; ++i) cursors.emplace_back(channel, nullptr, 0);
  for (int64_t i = 0; i < count; ++i) {
    const auto chunks = history.Add({{.tags = {tag}}});
    channel->Append(chunks, history.head(), absl::ZeroDuration());
    for (delivery::Cursor& cursor : cursors) {
      MaybeCopy(tag);
      Check(cursor.Next(1 << 20)->events == 1, "it follows");
    }
  }
}

// A look-up in the cache of the SDK that finds its key.
void Hit(int64_t count) {
  const auto connection = std::make_shared<ScriptedConnection>();
  const client::TaggedCache<std::string> cache(client::Client(connection), {.name = "cost"});
  client::SubscriptionStarted started;
  started.head.epoch = "e";
  connection->callbacks().on_started(started);
  connection->callbacks().on_progress(
      {.position = {.epoch = "e"}, .lease_end = RealClock().Monotonic() + absl::Hours(24)});
  const std::string key = Name("key", 1);
  const auto loader = [&](client::Load& load) {
    load.AddTag("tag");
    return std::string("value");
  };
  Check(cache.GetOrLoad(key, loader).ok(), "it is loaded");
  for (int64_t i = 0; i < count; ++i) {
    MaybeCopy(key);
    Check(static_cast<bool>(cache.Get(key)), "it is found");
  }
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const std::map<std::string, std::function<void(int64_t)>> works = {
      {"write", cache_invalidation::Write},
      {"edge", cache_invalidation::Edge},
      {"delivery", cache_invalidation::Delivery},
      {"hit", cache_invalidation::Hit}};
  const auto work = works.find(absl::GetFlag(FLAGS_work));
  cache_invalidation::Check(work != works.end(), "--work names one");
  work->second(absl::GetFlag(FLAGS_count));
  std::printf("%lld\n", static_cast<long long>(blocks));
}
