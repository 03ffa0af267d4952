// SPDX-License-Identifier: Apache-2.0

#include "client/change/change_writes.h"

#include <string>
#include <utility>
#include <vector>

#include "client/widening.h"
#include "common/limits.h"
#include "gtest/gtest.h"

namespace cache_invalidation::change {
namespace {

using client::WriteEvent;
using Writes = std::vector<WriteEvent>;
using List = JsonValue::List;
using Object = JsonValue::Object;
using Kind = ColumnValue::Kind;

const JsonValue kUnknown = JsonValue::Unknown();
const ColumnValue kNull{.kind = Kind::kNull};
const ColumnValue kNotKnown{.kind = Kind::kUnknown};
const ColumnValue kUnchanged{.kind = Kind::kUnchanged};

ColumnValue Text(const std::string& text) { return {.kind = Kind::kText, .text = text}; }
Column Id(const std::string& text) { return {"id", "bigint", Text(text)}; }
Column Name(ColumnValue value) { return {"name", "text", std::move(value)}; }

RowChange Change(RowChange::Action action, Row before, Row after) {
  return {.action = action,
          .schema = "public",
          .table = "users",
          .after = std::move(after),
          .before = std::move(before),
          .before_is_whole = true,
          .after_is_whole = true,
          .key = {"id"}};
}

RowChange Insert(Row after) { return Change(RowChange::Action::kInsert, {}, std::move(after)); }
RowChange Update(Row before, Row after) {
  return Change(RowChange::Action::kUpdate, std::move(before), std::move(after));
}

// The context of the one write of a change.
JsonValue ContextOf(const RowChange& change) {
  const Writes writes = WritesOf(change, TypeMapping());
  EXPECT_EQ(writes.size(), 1u);
  return writes.empty() ? JsonValue() : JsonValue(writes[0].context);
}

std::string IdOf(Row row, std::vector<std::string> key) {
  RowChange change = Insert(std::move(row));
  change.key = std::move(key);
  return WritesOf(change, TypeMapping())[0].resource_id;
}

TEST(ChangeWritesTest, EachActionIsAnOperation) {
  const Row row = {Id("7"), Name(Text("ann"))};
  EXPECT_EQ(WritesOf(Insert(row), TypeMapping()),
            Writes({{.resource_type = "users",
                     .resource_id = "7",
                     .operation = "insert",
                     .context = {{"id", 7}, {"name", "ann"}}}}));
  EXPECT_EQ(WritesOf(Change(RowChange::Action::kDelete, row, {}), TypeMapping()),
            Writes({{.resource_type = "users",
                     .resource_id = "7",
                     .operation = "delete",
                     .context = {{"old", Object{{"id", 7}, {"name", "ann"}}}}}}));
  EXPECT_EQ(WritesOf(Change(RowChange::Action::kTruncate, {}, {}), TypeMapping()),
            Writes({{.resource_type = "users", .operation = "truncate"}}));
}

TEST(ChangeWritesTest, AnUpdateNamesWhatChanged) {
  const Row before = {Id("7"), Name(Text("ann")), {"a", "text", kNull}, {"b", "jsonb", Text("{}")}};
  const Row after = {
      Id("7"), Name(Text("bob")), {"a", "text", Text("")}, {"b", "jsonb", Text("{}")}};
  const JsonValue context = ContextOf(Update(before, after));
  EXPECT_EQ(*context.Find("fields_changed"), JsonValue(List{"name", "a"}));
  EXPECT_EQ(*context.Find("old"),
            JsonValue(Object{{"id", 7}, {"name", "ann"}, {"a", JsonValue()}, {"b", Object{}}}));
}

TEST(ChangeWritesTest, AnUpdateThatChangesNothing) {
  const Row row = {Id("7"), Name(kNull)};
  EXPECT_EQ(*ContextOf(Update(row, row)).Find("fields_changed"), JsonValue(List{}));
}

TEST(ChangeWritesTest, ALongValueThatDidNotChangeComesFromTheOldRow) {
  const JsonValue context =
      ContextOf(Update({Id("7"), Name(Text("long"))}, {Id("7"), Name(kUnchanged)}));
  EXPECT_EQ(*context.Find("name"), JsonValue("long"));
  EXPECT_EQ(*context.Find("fields_changed"), JsonValue(List{}));
}

// It did not change, and it is not null.
TEST(ChangeWritesTest, ALongValueThatNobodyTellsIsNotKnown) {
  RowChange change = Update({Id("7")}, {Id("7"), Name(kUnchanged), {"a", "text", kNull}});
  change.before_is_whole = false;
  EXPECT_EQ(ContextOf(change), JsonValue(Object{{"id", 7},
                                                {"name", kUnknown},
                                                {"a", JsonValue()},
                                                {"old", Object{{"id", 7}, {"$unknown", true}}},
                                                {"fields_changed", List{"a"}}}));
}

// What is not known on one side may have changed, also if it is not known on the other.
TEST(ChangeWritesTest, WhatIsNotKnownMayHaveChanged) {
  const JsonValue context =
      ContextOf(Update({Id("7"), Name(kNotKnown), {"a", "text", kNotKnown}, {"b", "text", kNull}},
                       {Id("7"), Name(kNotKnown), {"a", "text", kNull}, {"b", "text", kNotKnown}}));
  EXPECT_EQ(*context.Find("fields_changed"), JsonValue(List{"name", "a", "b"}));
  EXPECT_EQ(*context.Find("old"),
            JsonValue(Object{{"id", 7}, {"name", kUnknown}, {"a", kUnknown}, {"b", JsonValue()}}));
}

// Neither row is whole: there may be columns that nothing is known of.
TEST(ChangeWritesTest, ARowThatMayHaveMoreIsOpen) {
  RowChange change = Update({Id("7")}, {Id("7")});
  change.before_is_whole = false;
  EXPECT_FALSE(ContextOf(change).is_open());
  EXPECT_TRUE(ContextOf(change).Find("old")->is_open());
  change.after_is_whole = false;
  EXPECT_TRUE(ContextOf(change).is_open());
  change.before_is_whole = true;
  EXPECT_FALSE(ContextOf(change).is_open());
}

TEST(ChangeWritesTest, AChangedKeyIsAnUpdateOfBothIds) {
  const Writes writes =
      WritesOf(Update({Id("7"), Name(Text("ann"))}, {Id("8"), Name(Text("ann"))}), TypeMapping());
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[0].resource_id, "7");
  EXPECT_EQ(writes[1].resource_id, "8");
  for (const WriteEvent& write : writes) {
    EXPECT_EQ(write.operation, "update");
    EXPECT_EQ(write.context, writes[0].context);
    EXPECT_EQ(*JsonValue(write.context).Find("fields_changed"), JsonValue(List{"id"}));
  }
}

TEST(ChangeWritesTest, AnIdThatIsNotKnownOnOneSideConcernsTheType) {
  for (const ColumnValue& value : {kNotKnown, kNull}) {
    const Column key{"id", "numeric", value};
    Writes writes = WritesOf(Update({key}, {{"id", "numeric", Text("1.0")}}), TypeMapping());
    ASSERT_EQ(writes.size(), 2u);
    EXPECT_EQ(writes[0].resource_id, "");
    EXPECT_EQ(writes[1].resource_id, "1.0");
    writes = WritesOf(Update({{"id", "numeric", Text("1.0")}}, {key}), TypeMapping());
    ASSERT_EQ(writes.size(), 2u);
    EXPECT_EQ(writes[0].resource_id, "1.0");
    EXPECT_EQ(writes[1].resource_id, "");
    EXPECT_EQ(WritesOf(Update({key}, {key}), TypeMapping()).size(), 1u);
  }
}

TEST(ChangeWritesTest, IdsHaveTheTextOfPostgres) {
  const Row row = {{"n", "numeric(10,2)", Text("10.00")},
                   {"b", "boolean", Text("t")},
                   {"y", "bytea", Text("\\xdead")},
                   {"z", "timestamp with time zone", Text("2024-01-01 00:00:00+00")},
                   {"i", "bigint", Text("9223372036854775807")},
                   {"c", "character(3)", Text("a  ")},
                   {"t", "text", Text("x,y:z ü")},
                   {"e", "text", Text("")}};
  EXPECT_EQ(IdOf(row, {"n", "b", "y", "z", "i", "c", "t", "e"}),
            "10.00,true,dead,2024-01-01 00:00:00+00,9223372036854775807,a  ,x,y:z ü,");
  EXPECT_EQ(IdOf(row, {"t", "n"}), "x,y:z ü,10.00") << "in the order that the change gives";
  EXPECT_EQ(IdOf(row, {}), "");
  EXPECT_EQ(IdOf(row, {"n", "absent"}), "");
}

// A partition can have its columns in another order than its parent.
TEST(ChangeWritesTest, KeysOfMappedTablesAreNamedInEveryOrder) {
  const auto types = TypeMapping::Parse({"events_.*=events"});
  ASSERT_TRUE(types.ok());
  const auto ids = [&](RowChange change, std::vector<std::string> key) {
    change.table = "events_1";
    change.key = std::move(key);
    std::vector<std::string> found;
    for (const WriteEvent& write : WritesOf(change, *types)) found.push_back(write.resource_id);
    return found;
  };
  using Ids = std::vector<std::string>;
  const Row row = {{"d", "date", Text("2024-02-05")},
                   {"i", "bigint", Text("7")},
                   {"n", "integer", Text("7")},
                   {"t", "text", Text("x")}};
  EXPECT_EQ(ids(Insert(row), {"i"}), Ids({"7"}));
  EXPECT_EQ(ids(Insert(row), {"d", "i"}), Ids({"2024-02-05,7", "7,2024-02-05"}));
  EXPECT_EQ(ids(Insert(row), {"i", "n"}), Ids({"7,7"}));
  EXPECT_EQ(ids(Insert(row), {"d", "i", "t"}).size(), 6u);
  EXPECT_EQ(ids(Insert(row), {"d", "i", "n", "t"}), Ids({""}));
  EXPECT_EQ(ids(Change(RowChange::Action::kDelete, row, {}), {"d", "i"}).size(), 2u);
  Row after = row;
  after[1].value = Text("8");
  EXPECT_EQ(ids(Update(row, after), {"d", "i"}),
            Ids({"2024-02-05,7", "7,2024-02-05", "2024-02-05,8", "8,2024-02-05"}));
}

TEST(ChangeWritesTest, AKeyWithAnUncertainTextConcernsTheType) {
  EXPECT_EQ(IdOf({{"a", "bigint", Text("1")}, {"f", "flag", Text("t")}}, {"a", "f"}), "");
  EXPECT_EQ(IdOf({{"m", "money", Text("$1.00")}}, {"m"}), "");
}

TEST(ChangeWritesTest, AnIdThatTheServiceWouldRefuseIsEmpty) {
  for (const std::string& text :
       {std::string(kMaxResourceIdBytes + 1, 'x'), std::string("a\nb"), std::string("J\xe4ger")}) {
    EXPECT_EQ(IdOf({{"id", "text", Text(text)}}, {"id"}), "");
  }
}

TEST(ChangeWritesTest, ALargeContextLosesItsLargestValues) {
  const std::string huge(kMaxContextBytes, 'x');
  const std::string half(kMaxContextBytes / 2, 'y');
  const JsonValue context = ContextOf(
      Update({Id("7"), Name(Text("ann")), {"a", "text", Text(half)}, {"b", "text", Text(huge)}},
             {Id("7"), Name(Text("bob")), {"a", "text", Text("")}, {"b", "text", Text(huge)}}));
  EXPECT_EQ(context, JsonValue(Object{
                         {"id", 7},
                         {"name", "bob"},
                         {"a", ""},
                         {"b", kUnknown},
                         {"old", Object{{"id", 7}, {"name", "ann"}, {"a", half}, {"b", kUnknown}}},
                         {"fields_changed", List{"name", "a"}}}));
  // Of a deleted row, too.
  EXPECT_EQ(ContextOf(Change(RowChange::Action::kDelete, {Id("7"), Name(Text(huge))}, {})),
            JsonValue(Object{{"old", Object{{"id", 7}, {"name", kUnknown}}}}));
}

TEST(ChangeWritesTest, ManyColumnsFitAsWell) {
  Row before, after;
  for (int i = 0; i < 1600; ++i) {  // PostgreSQL's limit
    const std::string name = std::to_string(i) + std::string(59, 'n');
    before.push_back({name, "text", Text("before")});
    after.push_back({name, "text", Text("after, and long enough to be larger than a mark is")});
  }
  const JsonValue context = ContextOf(Update(before, after));
  ASSERT_NE(context.as_object(), nullptr);
  EXPECT_LE(client::EncodedContextBytes(*context.as_object()), kMaxContextBytes);
}

// A context keeps these names for itself, so a column of that name cannot be told.
TEST(ChangeWritesTest, ColumnsWithTheNamesOfAContext) {
  const Row row = {Id("7"), {"old", "jsonb", Text(R"({"id": 9})")}};
  EXPECT_EQ(*ContextOf(Insert(row)).Find("old"), kUnknown);
  EXPECT_EQ(*ContextOf(Update(row, row)).Find("old"), kUnknown);
  EXPECT_EQ(*ContextOf(Change(RowChange::Action::kDelete, row, {})).Find("old"), kUnknown);
  const Row changed = {Id("7"), {"fields_changed", "text[]", Text("{}")}};
  EXPECT_EQ(*ContextOf(Insert(changed)).Find("fields_changed"), kUnknown);
  EXPECT_EQ(*ContextOf(Update(changed, changed)).Find("fields_changed"), kUnknown);
  for (const char* name : {"$unknown", "$number", "J\xe4ger"}) {
    EXPECT_EQ(ContextOf(Insert({{name, "text", Text("5")}})), kUnknown) << name;
  }
}

}  // namespace
}  // namespace cache_invalidation::change
