// The engine against itself, over random sequences: rows and retained events rebuild it, and the
// same commands make the same bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/wire/event_encoder.h"
#include "tests/property/command_text.h"
#include "tests/property/generator.h"
#include "tests/property/recording.h"
#include "tests/property/reply_text.h"
#include "tests/property/stored_engine.h"

ABSL_FLAG(uint64_t, seed, 1, "The seed of the first sequence; the others count up from it.");
ABSL_FLAG(uint64_t, sequences, 1'000, "How many sequences to run.");
ABSL_FLAG(uint64_t, steps, 60, "How many steps a sequence has.");

namespace cache_invalidation::property {
namespace {

// What a restart does to whatever is pending.
std::string Flush(StoredEngine& stored, absl::Time now) {
  return Text(stored.Apply(engine::FlushPendingInvalidations{}, now));
}

// The same command for another engine, whose batches have other generations. Timers of batches that
// are gone are left out: here they might be those of a batch of today.
std::optional<engine::Command> ForEngine(const engine::Command& command, StoredEngine& stored,
                                         bool due) {
  if (!std::holds_alternative<engine::FlushBatch>(command)) return command;
  const auto deadline = stored.engine().batch_deadline();
  if (!due || !deadline.has_value()) return std::nullopt;
  return engine::FlushBatch{deadline->generation};
}

// Applies a recorded command, or asks a recorded query, of both; they must answer the same.
void GoOn(const Recorded& recorded, StoredEngine& first, StoredEngine& second) {
  if (const auto* query = std::get_if<engine::Query>(&recorded.what)) {
    ASSERT_EQ(Text(first.engine().Answer(*query, recorded.now)),
              Text(second.engine().Answer(*query, recorded.now)))
        << Text(*query);
    return;
  }
  const auto& command = std::get<engine::Command>(recorded.what);
  const auto deadline = first.engine().batch_deadline();
  const bool due = deadline.has_value() && deadline->at <= recorded.now;
  const auto for_first = ForEngine(command, first, due);
  const auto for_second = ForEngine(command, second, due);
  ASSERT_EQ(for_first.has_value(), for_second.has_value());
  if (!for_first.has_value()) return;
  ASSERT_EQ(Text(first.Apply(*for_first, recorded.now)),
            Text(second.Apply(*for_second, recorded.now)))
      << Text(command);
}

void RebuildAfter(const engine::Limits& limits, const std::vector<Recorded>& recording,
                  size_t cut) {
  StoredEngine first(limits);
  absl::Time now = absl::UnixEpoch();
  for (size_t i = 0; i < cut; ++i) {
    const auto* command = std::get_if<engine::Command>(&recording[i].what);
    if (command == nullptr || !first.Apply(*command, recording[i].now).status.ok()) continue;
    now = std::max(now, recording[i].now);
  }
  const std::unique_ptr<StoredEngine> second = first.Rebuild(now);
  if (!first.engine().batch_deadline().has_value()) {
    ASSERT_EQ(first.engine().DumpForTest(), second->engine().DumpForTest());
  } else {
    ASSERT_TRUE(second->engine().batch_deadline().has_value());
    ASSERT_EQ(second->engine().batch_deadline()->at, now);
  }
  // A restart flushes at once what is pending.
  ASSERT_EQ(Flush(first, now), Flush(*second, now));
  ASSERT_EQ(first.engine().DumpForTest(), second->engine().DumpForTest());
  for (size_t i = cut; i < recording.size(); ++i) {
    ASSERT_NO_FATAL_FAILURE(GoOn(recording[i], first, *second));
  }
  ASSERT_EQ(Flush(first, now), Flush(*second, now));
  ASSERT_EQ(first.engine().DumpForTest(), second->engine().DumpForTest());
  ASSERT_EQ(first.engine().DumpForTest(), second->Rebuild(now)->engine().DumpForTest());
}

// The bytes that a recording makes. Queries in between must not change them.
std::string Bytes(const engine::Limits& limits, const std::vector<Recorded>& recording, bool ask) {
  engine::Engine engine(kEpoch, limits);
  wire::EventEncoder encoder("default");
  std::string bytes;
  for (const Recorded& recorded : recording) {
    if (const auto* query = std::get_if<engine::Query>(&recorded.what)) {
      if (ask) engine.Answer(*query, recorded.now);
      continue;
    }
    const engine::Outcome outcome =
        engine.Apply(std::get<engine::Command>(recorded.what), recorded.now);
    for (const engine::Event& event : outcome.events) encoder.Add(event);
    for (const auto& chunk : encoder.Finish()) absl::StrAppend(&bytes, chunk->bytes);
  }
  return bytes;
}

std::string Describe(uint64_t seed, const std::vector<Recorded>& recording) {
  std::string text = absl::StrCat("--seed=", seed, " --sequences=1\n");
  for (const Recorded& recorded : recording) {
    absl::StrAppend(&text, absl::FormatTime("%H:%M:%E3S ", recorded.now, absl::UTCTimeZone()),
                    std::visit([](const auto& what) { return Text(what); }, recorded.what), "\n");
  }
  return text;
}

TEST(DeterminismTest, RowsAndRetainedEventsRebuildTheEngine) {
  for (uint64_t i = 0; i < absl::GetFlag(FLAGS_sequences); ++i) {
    const uint64_t seed = absl::GetFlag(FLAGS_seed) + i;
    const std::vector<Recorded> recording = Record(seed, absl::GetFlag(FLAGS_steps));
    const size_t cut = 1 + seed % recording.size();
    SCOPED_TRACE(absl::StrCat(Describe(seed, recording), "rebuilt after ", cut));
    ASSERT_NO_FATAL_FAILURE(RebuildAfter(LimitsOf(seed), recording, cut));
  }
}

TEST(DeterminismTest, SameCommandsMakeTheSameBytes) {
  for (uint64_t i = 0; i < absl::GetFlag(FLAGS_sequences); ++i) {
    const uint64_t seed = absl::GetFlag(FLAGS_seed) + i;
    const std::vector<Recorded> recording = Record(seed, absl::GetFlag(FLAGS_steps));
    const engine::Limits limits = LimitsOf(seed);
    ASSERT_TRUE(Bytes(limits, recording, true) == Bytes(limits, recording, false))
        << Describe(seed, recording);
  }
}

}  // namespace
}  // namespace cache_invalidation::property

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
