// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_TESTING_RANDOM_COMMANDS_H_
#define CACHE_INVALIDATION_SERVER_SHARD_TESTING_RANDOM_COMMANDS_H_

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/command.h"
#include "server/shard/testing/shard_core_fixture.h"

namespace cache_invalidation::shard {

// Commands of most kinds about few names, so that they meet; the same ones for the same seed. They
// are views into this.
class RandomCommands {
 public:
  explicit RandomCommands(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

  engine::Command Next() {
    switch (Below(10)) {
      case 0:
        return Track(Pick(keys_), Pick(tags_), absl::Seconds(1 + Below(100)));
      case 1: {
        engine::AddCacheDependency command;
        command.key = Pick(keys_);
        command.depends_on.tags = {Pick(tags_)};
        return command;
      }
      case 2: {
        engine::UntrackEntries command;
        command.keys = {Pick(keys_)};
        return command;
      }
      case 3: {
        engine::Invalidate command;
        command.tags = {Pick(tags_)};
        command.strategy = static_cast<engine::Strategy>(Below(4));
        return command;
      }
      case 4: {
        engine::Invalidate command;
        command.pattern = "k[1-3]";
        return command;
      }
      case 5:
        return engine::RegisterRule{MakeRule(std::string(Pick(types_)), std::string(Pick(types_)),
                                             std::string(Pick(tags_)),
                                             static_cast<engine::Strategy>(Below(4)))};
      case 6:
        return engine::DeleteRule{Pick(types_)};
      case 7: {
        engine::RegisterRelationship command;
        command.relationship.name = std::string(Pick(types_));
        command.relationship.source_type = std::string(Pick(types_));
        command.relationship.target_types = {std::string(Pick(types_))};
        return command;
      }
      default:
        return Write(Pick(types_), Pick(ids_));
    }
  }

 private:
  absl::string_view Pick(const std::vector<std::string>& names) {
    return names[Below(names.size())];
  }

  std::mt19937 random_;
  const std::vector<std::string> types_ = {"user", "form", "order"};
  const std::vector<std::string> ids_ = {"1", "2", ""};
  const std::vector<std::string> tags_ = {"user:1", "user", "form:2", "order:#all", "session"};
  const std::vector<std::string> keys_ = {"k1", "k2", "k3", "k4", "k5"};
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_TESTING_RANDOM_COMMANDS_H_
