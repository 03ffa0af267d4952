#include "client/cachectl/wal2json.h"

#include <string>
#include <vector>

#include "common/limits.h"
#include "common/names.h"
#include "gtest/gtest.h"

namespace cache_invalidation::cachectl {
namespace {

using client::WriteEvent;
using Writes = std::vector<WriteEvent>;
using List = JsonValue::List;
using Object = JsonValue::Object;

Writes WritesOf(const std::string& json) {
  const absl::StatusOr<JsonText> change = ParseJson(json);
  EXPECT_TRUE(change.ok()) << change.status();
  absl::StatusOr<Writes> writes = WritesOfChange(*change);
  EXPECT_TRUE(writes.ok()) << writes.status();
  return writes.ok() ? *writes : Writes();
}

// Names in their order: contexts are compared as JSON compares them.
JsonValue ContextOf(const WriteEvent& write) { return JsonValue(write.context); }

constexpr char kPk[] = R"("pk":[{"name":"id","type":"bigint"}])";

std::string Change(const std::string& action, const std::string& rest) {
  return R"({"action":")" + action + R"(","schema":"public","table":"users")" +
         (rest.empty() ? "" : "," + rest) + "}";
}

TEST(Wal2JsonTest, Insert) {
  const Writes writes = WritesOf(
      Change("I", std::string(R"("columns":[{"name":"id","value":7},{"name":"name","value":"ann"},)"
                              R"({"name":"rich","value":true},{"name":"none","value":null},)"
                              R"({"name":"big","value":9007199254740993}],)") +
                      kPk));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].resource_type, "users");
  EXPECT_EQ(writes[0].resource_id, "7");
  EXPECT_EQ(writes[0].operation, "insert");
  EXPECT_EQ(ContextOf(writes[0]),
            JsonValue(Object{{"id", 7},
                             {"name", "ann"},
                             {"rich", true},
                             {"none", JsonValue()},
                             {"big", JsonValue::Number("9007199254740993")}}));
}

TEST(Wal2JsonTest, UpdateOfAWholeRow) {
  const Writes writes = WritesOf(Change(
      "U", std::string(R"("columns":[{"name":"id","value":7},{"name":"name","value":"bob"},)"
                       R"({"name":"age","value":3}],)"
                       R"("identity":[{"name":"id","value":7},{"name":"name","value":"ann"},)"
                       R"({"name":"age","value":3},{"name":"long","value":"toast"}],)") +
               kPk));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].operation, "update");
  EXPECT_EQ(
      ContextOf(writes[0]),
      JsonValue(Object{{"id", 7},
                       {"name", "bob"},
                       {"age", 3},
                       {"long", "toast"},  // did not change, so wal2json left it out
                       {"old", Object{{"id", 7}, {"name", "ann"}, {"age", 3}, {"long", "toast"}}},
                       {"fields_changed", List{"name"}}}));
}

// With the default replica identity the old row is its key alone: the rest may have changed, and
// is null rather than absent, so that templates over it widen.
TEST(Wal2JsonTest, UpdateOfARowWhoseOldValuesAreNotKnown) {
  const Writes writes = WritesOf(Change(
      "U", std::string(R"("columns":[{"name":"id","value":7},{"name":"name","value":"bob"}],)"
                       R"("identity":[{"name":"id","value":7}],)") +
               kPk));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(ContextOf(writes[0]),
            JsonValue(Object{{"id", 7},
                             {"name", "bob"},
                             {"old", Object{{"id", 7}, {"name", JsonValue()}}},
                             {"fields_changed", List{"name"}}}));
}

TEST(Wal2JsonTest, AChangedKeyIsADeleteAndAnInsert) {
  const Writes writes = WritesOf(Change(
      "U", std::string(R"("columns":[{"name":"id","value":8}],)"
                       R"("identity":[{"name":"id","value":7},{"name":"long","value":"x"}],)") +
               kPk));
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[0].operation, "delete");
  EXPECT_EQ(writes[0].resource_id, "7");
  EXPECT_EQ(ContextOf(writes[0]), JsonValue(Object{{"old", Object{{"id", 7}, {"long", "x"}}}}));
  EXPECT_EQ(writes[1].operation, "insert");
  EXPECT_EQ(writes[1].resource_id, "8");
  EXPECT_EQ(ContextOf(writes[1]), JsonValue(Object{{"id", 8}, {"long", "x"}}));
}

TEST(Wal2JsonTest, AnOldKeyThatIsNotKnownConcernsTheType) {
  const Writes update = WritesOf(
      Change("U", std::string(R"("columns":[{"name":"id","value":8},{"name":"u","value":1}],)"
                              R"("identity":[{"name":"u","value":1}],)") +
                      kPk));
  ASSERT_EQ(update.size(), 2u);
  EXPECT_EQ(update[0].resource_id, "");
  EXPECT_EQ(update[1].resource_id, "8");
  const Writes removal =
      WritesOf(Change("D", std::string(R"("identity":[{"name":"u","value":1}],)") + kPk));
  ASSERT_EQ(removal.size(), 1u);
  EXPECT_EQ(removal[0].resource_id, "");
}

TEST(Wal2JsonTest, Delete) {
  const Writes writes =
      WritesOf(Change("D", std::string(R"("identity":[{"name":"id","value":7}],)") + kPk));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].operation, "delete");
  EXPECT_EQ(writes[0].resource_id, "7");
  EXPECT_EQ(ContextOf(writes[0]), JsonValue(Object{{"old", Object{{"id", 7}}}}));
}

TEST(Wal2JsonTest, TruncateConcernsTheType) {
  EXPECT_EQ(WritesOf(Change("T", "")),
            Writes({{.resource_type = "users", .operation = "truncate"}}));
}

TEST(Wal2JsonTest, WithoutAKeyTheTypeIsConcerned) {
  const Writes writes = WritesOf(Change("I", R"("columns":[{"name":"a","value":1}])"));
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].resource_id, "");
}

TEST(Wal2JsonTest, KeysAreAsPostgresWroteThem) {
  const Writes writes = WritesOf(
      Change("I", R"("columns":[{"name":"c","value":true},{"name":"a","value":1.50},)"
                  R"({"name":"b","value":123456789012345678901},{"name":"d","value":"x,y:z"}],)"
                  R"("pk":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}])"));
  EXPECT_EQ(writes[0].resource_id, "1.50,123456789012345678901,true,x,y:z");
}

TEST(Wal2JsonTest, TypesAreTablesWithTheirSchema) {
  const auto type_of = [](const std::string& schema, const std::string& table) {
    return WritesOf(R"({"action":"T","schema":")" + schema + R"(","table":")" + table + R"("})")[0]
        .resource_type;
  };
  EXPECT_EQ(type_of("public", "users"), "users");
  EXPECT_EQ(type_of("audit", "events"), "audit.events");
  EXPECT_EQ(type_of("public", "a:b*c%d\\u0001\\u0085ä"), "a%3Ab%2Ac%25d%01%85ä");
}

TEST(Wal2JsonTest, RefusesWhatItDoesNotUnderstand) {
  for (const std::string& json : {
           Change("X", ""),
           Change("I", R"("columns":[{"name":"id"}])"),
           Change("I", R"("columns":[{"value":1}])"),
           Change("I", R"("columns":[],"pk":[{}])"),
           std::string(R"({"action":"I","table":"t"})"),
       }) {
    EXPECT_EQ(WritesOfChange(*ParseJson(json)).status().code(), absl::StatusCode::kInvalidArgument)
        << json;
  }
}

// Found by tests/fuzz: the service refused the writes of such tables.
TEST(Wal2JsonTest, ANameThatIsTooLongForATypeIsCut) {
  const auto type_of = [](const std::string& table) {
    const Writes writes =
        WritesOf(R"({"action":"T","schema":"public","table":")" + table + R"("})");
    return writes.empty() ? "" : writes[0].resource_type;
  };
  const std::string longest(kMaxTypeBytes, 'x');
  EXPECT_EQ(type_of(longest), longest);
  EXPECT_EQ(type_of(longest + "y").size(), kMaxTypeBytes);
  EXPECT_NE(type_of(longest + "y"), type_of(longest + "z"));
  EXPECT_EQ(type_of(longest + "y"), type_of(longest + "y"));
  std::string accents;
  while (accents.size() <= kMaxTypeBytes) accents += "\u00e9";
  EXPECT_TRUE(CheckType(type_of(accents)).ok()) << "no character is cut in two";
  EXPECT_TRUE(CheckType(type_of(std::string(60, ':'))).ok());
}

class Wal2JsonReaderTest : public testing::Test {
 protected:
  // How many writes the transaction holds that this line completes; -1 if it completes none.
  int Add(const std::string& line) {
    auto out = reader_.Add(line);
    EXPECT_TRUE(out.ok()) << out.status();
    return out.ok() && out->has_value() ? static_cast<int>((*out)->size()) : -1;
  }

  const std::string begin_ = R"({"action":"B","xid":1})";
  const std::string commit_ = R"({"action":"C","xid":1})";
  const std::string change_ = Change("T", "");
  Wal2JsonReader reader_;
};

TEST_F(Wal2JsonReaderTest, GathersTransactions) {
  EXPECT_EQ(Add(begin_), -1);
  EXPECT_EQ(Add(change_), -1);
  EXPECT_EQ(Add(R"({"action":"M","prefix":"x","content":"y"})"), -1);
  EXPECT_EQ(Add(change_), -1);
  EXPECT_EQ(Add(commit_), 2);
  EXPECT_EQ(Add(begin_), -1);
  EXPECT_EQ(Add(commit_), 0);
  EXPECT_FALSE(reader_.Finish().has_value());
}

TEST_F(Wal2JsonReaderTest, AChangeOutsideIsATransactionByItself) {
  EXPECT_EQ(Add(change_), 1);
  EXPECT_EQ(Add(change_), 1);
}

TEST_F(Wal2JsonReaderTest, ATransactionThatWasCutOffIsTold) {
  EXPECT_EQ(Add(begin_), -1);
  EXPECT_EQ(Add(change_), -1);
  EXPECT_EQ(Add(begin_), 1);
  EXPECT_EQ(Add(change_), -1);
  EXPECT_EQ(reader_.Finish()->size(), 1u);
  EXPECT_FALSE(reader_.Finish().has_value());
}

TEST_F(Wal2JsonReaderTest, RefusesOtherLines) {
  for (const char* line : {"", "x", "[]", R"({"change":[]})", R"({"action":1})",
                           R"({"action":"T","schema":"public","table":""})"}) {
    EXPECT_EQ(reader_.Add(line).status().code(), absl::StatusCode::kInvalidArgument) << line;
  }
}

}  // namespace
}  // namespace cache_invalidation::cachectl
