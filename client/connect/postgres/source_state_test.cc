// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/source_state.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using Strings = std::vector<std::string>;

SourceState State() {
  SourceState state{
      .system_id = "71", .timeline = "1", .slot = "s", .confirmed = 100, .wal_end = 200};
  state.told = {.lsn = 90, .end = 100, .time = absl::FromUnixMicros(1'234'567), .xid = 7};
  state.publication = {"16400:733", {{"public.t", {"public", "t", "16401,734"}}}};
  state.tables[5] = {.published = true,
                     .schema = "a \"b\"",
                     .table = "t\n",
                     .key = {"x", "y"},
                     .columns = {"x", "y", "z\t"}};
  return state;
}

DatabaseView View() {
  return {.system_id = "71",
          .timeline = "1",
          .wal_end = 300,
          .slot = SlotView{.confirmed = 100},
          .publication = State().publication};
}

TEST(SourceStateTest, TextAndBack) {
  const auto parsed = ParseState(FormatState(State()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, State());
  const auto empty = ParseState(FormatState({}));
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(*empty, SourceState());
}

TEST(SourceStateTest, ADamagedFileIsNoState) {
  const std::string text = FormatState(State());
  for (size_t size = 0; size + 2 < text.size(); size += 7) {
    EXPECT_FALSE(ParseState(text.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(ParseState("{}").ok());
}

TEST(SourceStateTest, NoGapIfTheSlotIsWhereWeLeftItOrBehind) {
  EXPECT_EQ(GapsSince(State(), View(), "s"), Strings{});
  DatabaseView after_a_crash = View();
  after_a_crash.slot->confirmed = 50;
  EXPECT_EQ(GapsSince(State(), after_a_crash, "s"), Strings{});
}

TEST(SourceStateTest, EverySignOfAGap) {
  EXPECT_EQ(GapsSince(std::nullopt, View(), "s"), Strings{"no_state"});
  const auto gap = [](auto change) {
    DatabaseView view = View();
    change(view);
    return GapsSince(State(), view, "s");
  };
  EXPECT_EQ(gap([](auto& view) { view.slot.reset(); }), Strings{"slot_missing"});
  EXPECT_EQ(gap([](auto& view) { view.slot->lost = true; }), Strings{"slot_lost"});
  EXPECT_EQ(gap([](auto& view) { view.slot->confirmed = 101; }), Strings{"slot_advanced"});
  EXPECT_EQ(gap([](auto& view) { view.system_id = "72"; }), Strings{"other_system"});
  EXPECT_EQ(gap([](auto& view) { view.timeline = "2"; }), Strings{"timeline"});
  EXPECT_EQ(gap([](auto& view) { view.wal_end = 199; }), Strings{"log_went_back"});
  EXPECT_EQ(gap([](auto& view) { view.publication.definition = "16500:900"; }),
            Strings{"publication"});
  EXPECT_EQ(GapsSince(State(), View(), "another"), Strings{"other_slot"});
}

TEST(SourceStateTest, TablesThatChangedInThePublication) {
  const PublishedTable one = {"public", "one", "1"};
  const PublishedTable again = {"public", "one", "2"};
  const PublishedTable two = {"public", "two", "3"};
  const auto of = [](std::map<std::string, PublishedTable> tables) {
    return Publication{"p", std::move(tables)};
  };
  EXPECT_TRUE(ChangedTables(of({{"one", one}}), of({{"one", one}})).empty());
  EXPECT_EQ(ChangedTables(of({{"one", one}}), of({{"one", one}, {"two", two}})),
            std::vector<PublishedTable>{two});
  EXPECT_EQ(ChangedTables(of({{"one", one}, {"two", two}}), of({{"one", one}})),
            std::vector<PublishedTable>{two});
  EXPECT_EQ(ChangedTables(of({{"one", one}}), of({{"one", again}})).size(), 2u);
}

}  // namespace
}  // namespace cache_invalidation::connect
