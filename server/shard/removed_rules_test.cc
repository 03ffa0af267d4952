// SPDX-License-Identifier: Apache-2.0

// Compiled rules that no namespace holds any more.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/engine/limits.h"
#include "server/engine/prepared_declarations.h"
#include "server/engine/rule_set.h"
#include "server/shard/testing/shard_core_fixture.h"

namespace cache_invalidation::shard {
namespace {

// Rules whose compiled patterns take so long to free that one turn frees one of them.
std::vector<engine::Rule> SlowRules() {
  std::vector<engine::Rule> rules;
  for (const char* name : {"a", "b", "c"}) {
    rules.push_back(MakeRule(name, "user", "page"));
    rules.back().condition =
        absl::StrCat("operation != '", std::string(engine::kSweepKeys, 'x'), "'");
  }
  return rules;
}

class RemovedRulesTest : public ShardCoreFixture {
 protected:
  // A command with the rules. They are watched.
  engine::ApplyDeclarations Declare(const std::vector<engine::Rule>& rules) {
    engine::ApplyDeclarations command;
    command.rules = rules;
    command.prune = true;
    command.prepared = engine::Prepare(rules);
    watched_.assign(command.prepared->rules.begin(), command.prepared->rules.end());
    return command;
  }

  // How many of those rules exist after each of so many turns, and a pause.
  std::vector<size_t> LeftAfterTurns(int turns) {
    std::vector<size_t> left;
    for (int i = 0; i < turns; ++i) {
      core_->RunTimers(now_);
      left.push_back(static_cast<size_t>(std::count_if(
          watched_.begin(), watched_.end(), [](const auto& rule) { return !rule.expired(); })));
      now_ += absl::Milliseconds(10);
    }
    return left;
  }

  std::vector<std::weak_ptr<const engine::CompiledRule>> watched_;
};

// Freeing a thousand rules with their patterns takes longer than a shard may be held.
TEST_F(RemovedRulesTest, AreFreedSomeAtATimeAfterACommandHasRemovedThem) {
  ASSERT_TRUE(Call("n", Declare(SlowRules())).ok());
  EXPECT_EQ(LeftAfterTurns(2), (std::vector<size_t>{3, 3})) << "in use";
  ASSERT_TRUE(Call("n", engine::ApplyDeclarations{.prune = true}).ok());
  EXPECT_EQ(Stats("n").rules, 0u);
  EXPECT_EQ(LeftAfterTurns(4), (std::vector<size_t>{2, 1, 0, 0}));
  EXPECT_GT(core_->next_timer(), now_);
}

TEST_F(RemovedRulesTest, AreFreedSomeAtATimeWhenReplaced) {
  ASSERT_TRUE(Call("n", Declare(SlowRules())).ok());
  std::vector<engine::Rule> others = SlowRules();
  for (engine::Rule& rule : others) rule.priority = 1;
  ASSERT_TRUE(Call("n", engine::ApplyDeclarations{.rules = others}).ok());
  EXPECT_EQ(LeftAfterTurns(3), (std::vector<size_t>{2, 1, 0}));
}

TEST_F(RemovedRulesTest, AreFreedSomeAtATimeIfTheirCommandIsRefused) {
  engine::ApplyDeclarations command = Declare(SlowRules());
  command.relationships.resize(kMaxRelationshipsPerNamespace + 1);
  for (size_t i = 0; i < command.relationships.size(); ++i) {
    command.relationships[i].name = absl::StrCat("r", i);
    command.relationships[i].source_type = "user";
    command.relationships[i].target_types = {"page"};
  }
  command.prepared = engine::Prepare(command.prepared->rules, command.relationships);
  EXPECT_FALSE(Call("n", std::move(command)).ok());
  EXPECT_EQ(LeftAfterTurns(3), (std::vector<size_t>{2, 1, 0}));
}

TEST_F(RemovedRulesTest, AreFreedSomeAtATimeAfterAQuery) {
  ASSERT_TRUE(Call("n", engine::ValidateDeclarations{Declare(SlowRules())}).ok());
  EXPECT_EQ(LeftAfterTurns(3), (std::vector<size_t>{2, 1, 0}));
}

TEST_F(RemovedRulesTest, AreFreedSomeAtATimeWithTheirNamespace) {
  ASSERT_TRUE(Call("n", Declare(SlowRules())).ok());
  LeftAfterTurns(1);
  ASSERT_TRUE(Call("n", engine::DeleteNamespace{}).ok());
  EXPECT_EQ(LeftAfterTurns(4), (std::vector<size_t>{2, 1, 0, 0}));
}

}  // namespace
}  // namespace cache_invalidation::shard
