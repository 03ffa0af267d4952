// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/wal2json.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::cachectl {
namespace {

using client::WriteEvent;
using Writes = std::vector<WriteEvent>;
using List = JsonValue::List;
using Object = JsonValue::Object;

constexpr char kBegin[] = R"({"action":"B","xid":1})";
constexpr char kCommit[] = R"({"action":"C","xid":1})";
constexpr char kIdPk[] = R"("pk":[{"name":"id","type":"bigint"}])";

// A column as wal2json writes it; `value` is JSON.
std::string Column(const std::string& name, const std::string& type, const std::string& value) {
  return R"({"name":")" + name + R"(","type":")" + type + R"(","value":)" + value + "}";
}

std::string Id(const std::string& value) { return Column("id", "bigint", value); }

std::string Change(const std::string& action, const std::string& rest) {
  return R"({"action":")" + action + R"(","schema":"public","table":"users")" +
         (rest.empty() ? "" : "," + rest) + "}";
}

std::string Columns(const std::string& columns) { return R"("columns":[)" + columns + "],"; }
std::string Identity(const std::string& columns) { return R"("identity":[)" + columns + "],"; }

std::string Insert(const std::string& columns) { return Change("I", Columns(columns) + kIdPk); }
std::string Update(const std::string& columns, const std::string& identity) {
  return Change("U", Columns(columns) + Identity(identity) + kIdPk);
}

// What a reader says of some lines, with those of the open transaction at the end.
struct Told {
  Writes writes;
  int transactions = 0;
  bool everything = false;
  uint64_t unreadable = 0;
  absl::Status error;
};

void Take(std::optional<client::WidenedWrites> transaction, Told& told) {
  if (!transaction.has_value()) return;
  ++told.transactions;
  told.everything |= transaction->everything;
  for (WriteEvent& write : transaction->writes) told.writes.push_back(std::move(write));
}

Told Read(const std::vector<std::string>& lines, change::TypeMapping types = {}) {
  Told told;
  Wal2JsonReader reader(std::move(types));
  for (const std::string& line : lines) {
    auto transaction = reader.Add(line);
    if (!transaction.ok()) {
      told.error = transaction.status();
      break;
    }
    Take(*std::move(transaction), told);
  }
  Take(reader.Finish(), told);
  told.unreadable = reader.unreadable_lines();
  return told;
}

Writes WritesOf(const std::string& line) {
  const Told told = Read({line});
  EXPECT_TRUE(told.error.ok()) << told.error;
  EXPECT_EQ(told.unreadable, 0u) << line;
  EXPECT_FALSE(told.everything) << line;
  return told.writes;
}

// The one write of a line. Its context has its names in order, as JSON compares it.
JsonValue ContextOf(const std::string& line) {
  const Writes writes = WritesOf(line);
  EXPECT_EQ(writes.size(), 1u) << line;
  return writes.size() == 1 ? JsonValue(writes[0].context) : JsonValue();
}

// What a column of an inserted row becomes.
JsonValue ValueOf(const std::string& type, const std::string& json) {
  const JsonValue context = ContextOf(Insert(Id("7") + "," + Column("v", type, json)));
  const JsonValue* value = context.Find("v");
  return value == nullptr ? JsonValue("absent") : *value;
}

TEST(Wal2JsonTest, Insert) {
  const Writes writes =
      WritesOf(Insert(Id("7") + "," + Column("name", "text", R"("ann")") + "," +
                      Column("rich", "boolean", "true") + "," + Column("none", "text", "null")));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].resource_type, "users");
  EXPECT_EQ(writes[0].resource_id, "7");
  EXPECT_EQ(writes[0].operation, "insert");
  EXPECT_EQ(JsonValue(writes[0].context),
            JsonValue(Object{{"id", 7}, {"name", "ann"}, {"rich", true}, {"none", JsonValue()}}));
}

TEST(Wal2JsonTest, ArraysAndJsonAreListsAndJson) {
  EXPECT_EQ(ValueOf("integer[]", R"("{1,2}")"), JsonValue(List{1, 2}));
  EXPECT_EQ(ValueOf("text[]", R"("{\"a,b\",NULL,\"NULL\",c}")"),
            JsonValue(List{"a,b", JsonValue(), "NULL", "c"}));
  EXPECT_EQ(ValueOf("integer[]", R"("{{1,2},{3,4}}")"), JsonValue::Unknown());
  EXPECT_EQ(ValueOf("jsonb", R"("[\"a\", \"b\"]")"), JsonValue(List{"a", "b"}));
  EXPECT_EQ(ValueOf("jsonb", R"("{\"a\": 1}")"), JsonValue(Object{{"a", 1}}));
  EXPECT_EQ(ValueOf("hstore", R"("\"a\"=>\"1\"")"), JsonValue::Unknown());
}

TEST(Wal2JsonTest, NumbersKeepTheTextOfPostgres) {
  EXPECT_EQ(ValueOf("numeric(4,1)", "2.0"), JsonValue::Number("2.0"));
  EXPECT_EQ(ValueOf("double precision", "1e+10"), JsonValue::Number("1e+10"));
  EXPECT_EQ(ValueOf("real", "-0"), JsonValue::Number("-0"));
  EXPECT_EQ(ValueOf("bigint", "9007199254740991"), JsonValue(9007199254740991.0));
  EXPECT_EQ(ValueOf("bigint", "9007199254740992"), JsonValue::Number("9007199254740992"));
  EXPECT_EQ(ValueOf("bigint", "-9007199254740993"), JsonValue::Number("-9007199254740993"));
  EXPECT_EQ(ValueOf("numeric", "99999999999999999.98"), JsonValue::Number("99999999999999999.98"));
}

// wal2json leaves types out without include-types.
TEST(Wal2JsonTest, WithoutTypesANullIsNotKnown) {
  EXPECT_EQ(ContextOf(Insert(R"({"name":"id","value":7},{"name":"a","value":null},)"
                             R"({"name":"b","value":true},{"name":"c","value":"{1}"})")),
            JsonValue(Object{
                {"id", 7}, {"a", JsonValue::Unknown()}, {"b", true}, {"c", JsonValue::Unknown()}}));
}

TEST(Wal2JsonTest, UpdateOfAWholeRow) {
  const std::string note = "," + Column("note", "text", "null");
  EXPECT_EQ(
      ContextOf(Update(Id("7") + "," + Column("name", "text", R"("bob")") + note,
                       Id("7") + "," + Column("name", "text", R"("ann")") + note + "," +
                           Column("long", "text", R"("toast")"))),
      JsonValue(Object{
          {"id", 7},
          {"name", "bob"},
          {"note", JsonValue()},
          {"long", "toast"},  // did not change, so wal2json left it out
          {"old", Object{{"id", 7}, {"name", "ann"}, {"note", JsonValue()}, {"long", "toast"}}},
          {"fields_changed", List{"name"}}}));
}

// With the default identity the old row is its key alone: the rest may have been anything, and
// long values that did not change are left out of the new one.
TEST(Wal2JsonTest, OldValuesThatALineDoesNotTellAreNotKnown) {
  EXPECT_EQ(ContextOf(Update(Id("7") + "," + Column("status", "text", "null"), Id("7"))),
            JsonValue(Object{{"id", 7},
                             {"status", JsonValue()},
                             {"$unknown", true},
                             {"old", Object{{"id", 7}, {"$unknown", true}}},
                             {"fields_changed", List{"status"}}}));
  EXPECT_EQ(ContextOf(Change("D", Identity(Id("7")) + kIdPk)),
            JsonValue(Object{{"old", Object{{"id", 7}, {"$unknown", true}}}}));
}

// A row of which only the key is seen may hold long values that did not change.
TEST(Wal2JsonTest, AKeyAloneIsNoWholeRow) {
  const JsonValue context = ContextOf(Update(Id("7"), Id("7")));
  EXPECT_TRUE(context.is_open());
  EXPECT_TRUE(context.Find("old")->is_open());
  EXPECT_EQ(*context.Find("fields_changed"), JsonValue(List{}));
}

// An index may have all columns of a row but a long one, which is left out where it did not change.
TEST(Wal2JsonTest, OnlyANullTellsAWholeRowFromTheColumnsOfAnIndex) {
  const std::string code = Column("code", "text", R"("a")");
  const std::string row = Id("7") + "," + code;
  EXPECT_TRUE(ContextOf(Update(row, row)).is_open());
  const std::string with_null = row + "," + Column("note", "text", "null");
  EXPECT_FALSE(ContextOf(Update(with_null, with_null)).is_open());
  const std::string with_nan = row + "," + Column("credit", "numeric", "null");
  EXPECT_TRUE(ContextOf(Update(with_nan, with_nan)).is_open());
}

// wal2json writes NaN and infinity as null.
TEST(Wal2JsonTest, ANullOfANumberMayBeNaN) {
  for (const char* type : {"numeric(12,2)", "numeric", "real", "double precision"}) {
    const std::string credit = Column("credit", type, "null");
    const JsonValue unknown = JsonValue::Unknown();
    EXPECT_EQ(ContextOf(Update(Id("7") + "," + credit, Id("7") + "," + credit)),
              JsonValue(Object{{"id", 7},
                               {"credit", unknown},
                               {"$unknown", true},
                               {"old", Object{{"id", 7}, {"credit", unknown}, {"$unknown", true}}},
                               {"fields_changed", List{"credit"}}}))
        << type;
  }
  for (const char* type : {"integer", "bigint", "text", "numeric[]", "date"}) {
    EXPECT_EQ(ValueOf(type, "null"), JsonValue()) << type;
  }
}

TEST(Wal2JsonTest, AChangedKeyIsTwoUpdates) {
  const Writes writes = WritesOf(Update(
      Column("sku", "text", R"("B")") + "," + Id("8") + "," + Column("price", "integer", "9"),
      Column("sku", "text", R"("B")") + "," + Id("7") + "," + Column("price", "integer", "5")));
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[0].resource_id, "7");
  EXPECT_EQ(writes[1].resource_id, "8");
  EXPECT_EQ(
      JsonValue(writes[0].context),
      JsonValue(Object{{"sku", "B"},
                       {"id", 8},
                       {"price", 9},
                       {"$unknown", true},
                       {"old", Object{{"sku", "B"}, {"id", 7}, {"price", 5}, {"$unknown", true}}},
                       {"fields_changed", List{"id", "price"}}}));
  for (const WriteEvent& write : writes) {
    EXPECT_EQ(write.operation, "update");
    EXPECT_EQ(write.context, writes[0].context);
  }
}

// USING INDEX with an index that is not the primary key's: the primary key may have been another.
TEST(Wal2JsonTest, AnOldKeyThatIsNotKnownConcernsTheType) {
  const std::string index = Column("u", "integer", "1");
  const Writes writes = WritesOf(Update(Id("8") + "," + index, index));
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[0].resource_id, "");
  EXPECT_EQ(writes[0].operation, "update");
  EXPECT_EQ(writes[1].resource_id, "8");
  const Writes removal = WritesOf(Change("D", Identity(index) + kIdPk));
  ASSERT_EQ(removal.size(), 1u);
  EXPECT_EQ(removal[0].resource_id, "");
}

TEST(Wal2JsonTest, TruncateConcernsTheType) {
  EXPECT_EQ(WritesOf(Change("T", "")),
            Writes({{.resource_type = "users", .operation = "truncate"}}));
}

TEST(Wal2JsonTest, WithoutAKeyTheTypeIsConcerned) {
  const Writes writes = WritesOf(Change("I", Columns(Column("a", "integer", "1")) + R"("pk":[])"));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].resource_id, "");
}

// PRIMARY KEY (b, a) of a table whose first column is a: wal2json lists the columns in the order of
// the table, and so does the id.
TEST(Wal2JsonTest, ACompositeIdHasTheOrderOfTheTable) {
  const Writes writes = WritesOf(
      Change("I", Columns(Column("a", "integer", "1") + "," + Column("c", "text", R"("x")") + "," +
                          Column("b", "integer", "2")) +
                      R"("pk":[{"name":"a","type":"integer"},{"name":"b","type":"integer"}])"));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].resource_id, "1,2");
}

TEST(Wal2JsonTest, ALongValueIsLeftOutAlone) {
  const std::string text(300 << 10, 'x');
  const JsonValue context = ContextOf(Insert(Id("7") + "," + Column("owner", "text", R"("ann")") +
                                             "," + Column("body", "text", "\"" + text + "\"")));
  EXPECT_EQ(context,
            JsonValue(Object{{"id", 7}, {"owner", "ann"}, {"body", JsonValue::Unknown()}}));
}

TEST(Wal2JsonTest, TextThatIsNotUtf8IsNotKnown) {
  const Writes writes = WritesOf(Change(
      "I", Columns(Column("name", "text", "\"J\xe4ger\"") + "," + Column("n", "text", "\"b\"")) +
               R"("pk":[{"name":"name","type":"text"}])"));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].resource_id, "");
  EXPECT_EQ(JsonValue(writes[0].context),
            JsonValue(Object{{"name", JsonValue::Unknown()}, {"n", "b"}}));
}

TEST(Wal2JsonTest, PartitionsHaveTheNameOfTheirRoot) {
  const auto types = change::TypeMapping::Parse({R"(users_\d+=users)"});
  ASSERT_TRUE(types.ok());
  const Told told = Read({R"({"action":"T","schema":"public","table":"users_2024"})"}, *types);
  ASSERT_EQ(told.writes.size(), 1u);
  EXPECT_EQ(told.writes[0].resource_type, "users");
}

class Wal2JsonReaderTest : public testing::Test {
 protected:
  // How many writes the transaction holds that this line completes; -1 if it completes none.
  int Add(const std::string& line) {
    auto out = reader_.Add(line);
    EXPECT_TRUE(out.ok()) << out.status();
    return out.ok() && out->has_value() ? static_cast<int>((*out)->writes.size()) : -1;
  }

  static std::string Row(int id) { return Insert(Id(std::to_string(id))); }

  Wal2JsonReader reader_;
};

TEST_F(Wal2JsonReaderTest, GathersTransactions) {
  EXPECT_EQ(Add(kBegin), -1);
  EXPECT_EQ(Add(Row(1)), -1);
  EXPECT_EQ(Add(R"({"action":"M","prefix":"x","content":"y"})"), -1);
  EXPECT_EQ(Add(Row(2)), -1);
  EXPECT_EQ(Add(kCommit), 2);
  EXPECT_EQ(Add(kBegin), -1);
  EXPECT_EQ(Add(kCommit), 0);
  EXPECT_FALSE(reader_.Finish().has_value());
}

TEST_F(Wal2JsonReaderTest, AChangeOutsideIsATransactionByItself) {
  EXPECT_EQ(Add(Row(1)), 1);
  EXPECT_EQ(Add(Row(2)), 1);
}

TEST_F(Wal2JsonReaderTest, ATransactionThatWasCutOffIsTold) {
  EXPECT_EQ(Add(kBegin), -1);
  EXPECT_EQ(Add(Row(1)), -1);
  EXPECT_EQ(Add(kBegin), 1);
  EXPECT_EQ(Add(Row(2)), -1);
  EXPECT_EQ(reader_.Finish()->writes.size(), 1u);
  EXPECT_FALSE(reader_.Finish().has_value());
}

// What wal2json writes for a type whose schema needs quotes is no JSON.
constexpr char kBrokenType[] =
    R"({"action":"I","schema":"audit","table":"q2","columns":[{"name":"id","type":"integer",)"
    R"("value":1},{"name":"e","type":"My".role,"value":"r"}],"pk":[]})";

TEST(Wal2JsonTest, AnUnreadableLineConcernsItsTable) {
  const Told told = Read({kBegin, Insert(Id("1")), kBrokenType, Insert(Id("2")), kCommit});
  EXPECT_TRUE(told.error.ok()) << told.error;
  EXPECT_EQ(told.unreadable, 1u);
  EXPECT_EQ(told.transactions, 1);
  EXPECT_FALSE(told.everything);
  ASSERT_EQ(told.writes.size(), 3u);
  EXPECT_EQ(told.writes[1], (WriteEvent{.resource_type = "audit.q2",
                                        .operation = "insert",
                                        .context = {{"$unknown", true}}}));
}

TEST(Wal2JsonTest, ALineThatNamesNoTableConcernsEverything) {
  for (const std::string& line : std::vector<std::string>{
           "x", R"({"action":"I","sche)", R"({"action":"I","schema":"public","tab)",
           R"({"action":"I","schema":"public","table":"us)", R"({"action":"B","xi)",
           R"({"action":"C")", R"({"action":"Q","a":1})", R"({"action":"I","table":"t"})",
           R"({"action":"T","schema":"public","table":""})", R"({"action":1})", "[]", "\xff",
           // A connection that was cut within a line, and the next one's first line behind it.
           R"({"action":"I","schema":"public","table":"a","co{"action":"I","schema":"public",)"
           R"("table":"b","columns":[],"pk":[]})"}) {
    const Told told = Read({kBegin, line, Insert(Id("2")), kCommit});
    EXPECT_TRUE(told.error.ok()) << told.error;
    EXPECT_EQ(told.unreadable, 1u) << line;
    EXPECT_TRUE(told.everything) << line;
  }
}

TEST(Wal2JsonTest, WhatALineLacksConcernsItsTable) {
  for (const std::string& line : {
           Change("I", R"("columns":[{"name":"id"}],"pk":[])"),
           Change("I", R"("columns":[{"value":1}],"pk":[])"),
           Change("I", R"("columns":[{"name":"id","value":[1]}],"pk":[])"),
           Change("I", R"("columns":[],"pk":[{}])"),
           Change("I", R"("columns":{},"pk":[])"),
           Change("X", R"("columns":[],"pk":[])"),
       }) {
    const Told told = Read({line});
    EXPECT_TRUE(told.error.ok()) << told.error;
    EXPECT_EQ(told.unreadable, 1u) << line;
    ASSERT_EQ(told.writes.size(), 1u) << line;
    EXPECT_EQ(told.writes[0].resource_type, "users") << line;
    EXPECT_EQ(told.writes[0].resource_id, "") << line;
  }
}

// A torn line within a transaction does not keep the rest of it.
TEST(Wal2JsonTest, TransactionsGoOnBehindTornLines) {
  const Told begun = Read({R"({"action":"B",)", Insert(Id("1")), kCommit, kBegin, kCommit});
  EXPECT_TRUE(begun.everything);
  EXPECT_EQ(begun.writes.size(), 1u);
  const Told ended =
      Read({kBegin, Insert(Id("1")), R"({"action":"C",)", kBegin, Insert(Id("2")), kCommit});
  EXPECT_TRUE(ended.everything);
  EXPECT_EQ(ended.transactions, 2);
  EXPECT_EQ(ended.writes.size(), 1u) << "the first transaction is everything";
}

TEST(Wal2JsonTest, SaysWhyTheLastLineCouldNotBeRead) {
  Wal2JsonReader reader{change::TypeMapping()};
  EXPECT_TRUE(reader.Add(kBegin).ok());
  EXPECT_TRUE(reader.why_unreadable().ok());
  EXPECT_TRUE(reader.Add(R"({"action":)").ok());
  EXPECT_EQ(reader.why_unreadable().message(), "column 11: expected a JSON value");
  EXPECT_TRUE(reader.Add(kCommit).ok());
  EXPECT_TRUE(reader.why_unreadable().ok());
}

// Both would be read without a word, and name whole tables for ever.
TEST(Wal2JsonTest, OptionsThatAreMissingAreAnError) {
  for (const std::string& change :
       {Change("I", R"("columns":[{"name":"id","type":"bigint","value":1}])"),
        Change("D", R"("identity":[{"name":"id","type":"bigint","value":1}])")}) {
    const Told told = Read({kBegin, change, kCommit});
    EXPECT_EQ(told.error.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(told.error.message().find("include-pk"), std::string::npos) << told.error;
  }
  const Told told = Read({R"({"change":[{"kind":"insert","schema":"public","table":"t"}]})"});
  EXPECT_EQ(told.error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(told.error.message().find("format-version"), std::string::npos) << told.error;
}

}  // namespace
}  // namespace cache_invalidation::cachectl
