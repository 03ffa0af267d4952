// SPDX-License-Identifier: Apache-2.0

#include "tests/property/history_text.h"

#include <deque>
#include <memory>
#include <random>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/wire/record_codec.h"
#include "tests/property/command_text.h"
#include "tests/property/result_text.h"
#include "tests/property/stored_engine.h"

namespace cache_invalidation::property {
namespace {

constexpr size_t kCommandsPerDump = 8;

// Blocks of all the sizes that an engine asks for.
class Noise {
 public:
  explicit Noise(uint64_t seed) : seed_(seed), random_(seed) {}

  void Stir() {
    if (seed_ == 0) return;
    for (int i = 0; i < 20; ++i) {
      blocks_.push_back(std::make_unique<std::string>(16 + random_() % 300, 'x'));
      std::swap(blocks_.back(), blocks_[random_() % blocks_.size()]);
      if (blocks_.size() > 200) blocks_.pop_front();
    }
  }

 private:
  const uint64_t seed_;
  std::mt19937_64 random_;
  std::deque<std::unique_ptr<std::string>> blocks_;
};

std::string Text(const engine::Delta& delta) {
  std::string text;
  for (const auto& [record, deleted] : delta) {
    const wire::Row row = deleted ? wire::EncodeRecordIdentity(record) : wire::EncodeRecord(record);
    absl::StrAppend(&text, "row ", static_cast<int>(row.kind), deleted ? " deleted " : " ",
                    absl::CHexEscape(row.identity), " ", absl::BytesToHexString(row.value), "\n");
  }
  return text;
}

}  // namespace

std::string HistoryText(const engine::Limits& limits, const std::vector<Recorded>& recording,
                        const Disturbance& disturbance) {
  auto stored = std::make_unique<StoredEngine>(limits);
  Noise noise(disturbance.noise);
  std::mt19937_64 random(disturbance.noise);
  std::string text;
  size_t commands = 0;
  for (const Recorded& recorded : recording) {
    noise.Stir();
    if (disturbance.rebuilds && random() % 8 == 0) stored = stored->Rebuild();
    if (disturbance.frees && random() % 4 == 0) stored->engine().FreeNames(random() % 6);
    if (const auto* query = std::get_if<engine::Query>(&recorded.what)) {
      absl::StrAppend(&text, Text(*query), "\n",
                      Text(stored->engine().Answer(*query, recorded.now)), "\n");
      continue;
    }
    const auto& command = std::get<engine::Command>(recorded.what);
    const engine::Applied applied = stored->Apply(command, recorded.now);
    absl::StrAppend(&text, Text(command), "\n", Text(applied), Text(applied.delta));
    if (const auto* sweep = std::get_if<engine::SweepResult>(&applied.result)) {
      absl::StrAppend(&text, "swept ", sweep->removed, " of ", sweep->looked_at,
                      sweep->finished ? " finished" : "", sweep->crowded ? " crowded" : "", "\n");
    }
    if (++commands % kCommandsPerDump == 0) {
      absl::StrAppend(&text, stored->engine().DumpForTest());
    }
  }
  return absl::StrCat(text, stored->engine().DumpForTest());
}

}  // namespace cache_invalidation::property
