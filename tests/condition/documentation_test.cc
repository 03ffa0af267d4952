// SPDX-License-Identifier: Apache-2.0

// docs/conditions.md is correct: its conditions hold for the writes that it gives, what it says is
// refused is refused, and its limits are the current ones.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/internal/conversion/conversion.h"
#include "common/condition/condition.h"
#include "common/condition/limits.h"
#include "common/limits.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::condition {
namespace {

// A block of the page, between lines of three backticks.
struct Block {
  std::string kind;  // what stands behind the first backticks
  std::vector<std::string> lines = {};
};

std::string Page() {
  std::ifstream file("docs/conditions.md");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Block> BlocksOf(absl::string_view page) {
  std::vector<Block> blocks;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    if (absl::ConsumePrefix(&line, "```")) {
      inside = !inside;
      if (inside) blocks.push_back({.kind = std::string(line)});
    } else if (inside) {
      blocks.back().lines.emplace_back(line);
    }
  }
  return blocks;
}

// "holds", "not" or "error": what the condition says of the write, which is a WriteEvent in JSON.
std::string Verdict(const Condition& condition, const std::string& json) {
  v1::WriteEvent event;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &event);
  if (!parsed.ok()) return absl::StrCat("no write: ", parsed.ToString());
  const std::vector<absl::string_view> tags(event.tags().begin(), event.tags().end());
  const FixedJson context(client::internal::FromProto(event.context()));
  const Condition::Outcome outcome = condition.Evaluate({.resource_type = event.resource_type(),
                                                         .resource_id = event.resource_id(),
                                                         .operation = event.operation(),
                                                         .tags = tags,
                                                         .context = &context});
  if (outcome.error.ok()) return outcome.holds ? "holds" : "not";
  EXPECT_TRUE(outcome.holds) << "an error counts as true";
  return "error";
}

TEST(ConditionsPage, ConditionsHoldForTheWritesItSays) {
  int conditions = 0;
  int writes = 0;
  const std::vector<Block> blocks = BlocksOf(Page());
  for (size_t i = 0; i + 1 < blocks.size(); ++i) {
    if (blocks[i].kind != "cel") continue;
    ASSERT_EQ(blocks[i].lines.size(), 1) << "a condition is one line";
    const std::string& text = blocks[i].lines[0];
    const absl::StatusOr<Condition> condition = Condition::Parse(text);
    ASSERT_TRUE(condition.ok()) << text << "\n" << condition.status();
    ASSERT_EQ(blocks[i + 1].kind, "writes") << text << "\nis followed by writes";
    for (const std::string& line : blocks[i + 1].lines) {
      const size_t json = line.find('{');
      ASSERT_NE(json, line.npos) << line;
      const std::string expected(absl::StripTrailingAsciiWhitespace(line.substr(0, json)));
      EXPECT_EQ(Verdict(*condition, line.substr(json)), expected) << text << "\n" << line;
      ++writes;
    }
    ++conditions;
  }
  EXPECT_GE(conditions, 12);
  EXPECT_GE(writes, 3 * conditions - 3);
}

TEST(ConditionsPage, RefusesWhatItSaysIsRefused) {
  int refused = 0;
  for (const Block& block : BlocksOf(Page())) {
    if (block.kind != "refused") continue;
    ASSERT_EQ(block.lines.size() % 2, 0) << "a condition, then the message";
    for (size_t i = 0; i < block.lines.size(); i += 2) {
      const absl::Status status = Condition::Parse(block.lines[i]).status();
      EXPECT_EQ(absl::StrCat("  ", status.message()), block.lines[i + 1]) << block.lines[i];
      ++refused;
    }
  }
  EXPECT_GE(refused, 4);
}

// The number in the row of a table that begins with `label`; 0 if there is none.
size_t NumberInRow(absl::string_view page, absl::string_view label) {
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    if (!absl::StartsWith(line, absl::StrCat("| ", label))) continue;
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '|');
    size_t number = 0;
    if (cells.size() > 2 && absl::SimpleAtoi(absl::StrReplaceAll(cells[2], {{",", ""}}), &number)) {
      return number;
    }
  }
  return 0;
}

TEST(ConditionsPage, NamesTheLimitsInForce) {
  const std::string page = Page();
  const std::pair<const char*, size_t> limits[] = {
      {"bytes of its text", kMaxConditionBytes},
      {"depth of nesting", kMaxExpressionDepth},
      {"nodes of its tree", kMaxExpressionNodes},
      {"elements of a list or map", kMaxLiteralElements},
      {"literal patterns", kMaxCompiledRegexes},
      {"cost", kMaxCost},
      {"bytes of all lists", kMaxEvaluationBytes},
      {"bytes of one text", kMaxResultBytes},
  };
  for (const auto& [label, limit] : limits) EXPECT_EQ(NumberInRow(page, label), limit) << label;
}

}  // namespace
}  // namespace cache_invalidation::condition
