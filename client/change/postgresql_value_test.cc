// SPDX-License-Identifier: Apache-2.0

#include "client/change/postgresql_value.h"

#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "gtest/gtest.h"

namespace cache_invalidation::change {
namespace {

using List = JsonValue::List;
using Object = JsonValue::Object;

const JsonValue kUnread = JsonValue::Unknown();

JsonValue Number(const std::string& text) { return JsonValue::Number(text); }

struct Case {
  std::string type, text;
  JsonValue value;
};

void Expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(PostgresqlValue(c.type, c.text), c.value) << c.type << " " << c.text;
  }
}

TEST(PostgresqlValueTest, BooleansInBothSpellings) {
  Expect({{"boolean", "true", true},
          {"boolean", "false", false},
          {"bool", "t", true},
          {"bool", "f", false},
          {"boolean", "yes", kUnread}});
}

TEST(PostgresqlValueTest, IntegersThatADoubleHolds) {
  for (const char* type : {"smallint", "int2", "integer", "int4", "bigint", "int8", "oid"}) {
    Expect({{type, "0", 0}, {type, "-17", -17}});
  }
  Expect({{"bigint", "9007199254740991", 9007199254740991.0},
          {"bigint", "-9007199254740991", -9007199254740991.0},
          {"bigint", "9007199254740992", Number("9007199254740992")},
          {"bigint", "-9007199254740992", Number("-9007199254740992")},
          {"int8", "9223372036854775807", Number("9223372036854775807")},
          {"integer", "label", kUnread}});
}

// A tag must have the text that PostgreSQL has, so a number is plain only if its double does.
TEST(PostgresqlValueTest, NumbersKeepTheirText) {
  Expect({{"numeric", "10", 10},
          {"numeric(12,2)", "10.00", Number("10.00")},
          {"numeric(4,1)", "-2.0", Number("-2.0")},
          {"numeric", "100000000000000.001", Number("100000000000000.001")},
          {"numeric", "99999999999999999.98", Number("99999999999999999.98")},
          {"numeric", "100000000000000000000", Number("100000000000000000000")},
          {"numeric", "9007199254740993.0", Number("9007199254740993.0")},
          {"real", "1e+10", Number("1e+10")},
          {"float4", "1.6777216e+07", Number("1.6777216e+07")},
          {"double precision", "-0", Number("-0")},
          {"float8", "1e-07", Number("1e-07")},
          {"float8", "12.5", Number("12.5")},
          {"float8", "1e+22", Number("1e+22")},
          {"float8", "3", 3},
          {"numeric", "NaN", "NaN"},
          {"real", "Infinity", "Infinity"},
          {"double precision", "-Infinity", "-Infinity"}});
}

TEST(PostgresqlValueTest, TextAsItWasSent) {
  for (const char* type : {"text",
                           "character varying(10)",
                           "varchar",
                           "character(5)",
                           "bpchar",
                           "\"char\"",
                           "char",
                           "name",
                           "citext",
                           "extensions.citext",
                           "uuid",
                           "date",
                           "time(2) with time zone",
                           "timestamp(3) without time zone",
                           "timestamptz",
                           "interval",
                           "interval day to second",
                           "inet",
                           "bit(3)",
                           "xml",
                           "jsonpath",
                           "daterange",
                           "int4range"}) {
    Expect({{type, "ab  ", "ab  "}, {type, "", ""}, {type, "{1}", "{1}"}, {type, "7", "7"}});
  }
}

TEST(PostgresqlValueTest, BytesInBothForms) {
  Expect({{"bytea", "00ff", "00ff"}, {"bytea", "\\x00ff", "00ff"}, {"bytea", "", ""}});
  Expect({{"bytea[]", R"({"\\x00ff"})", List{"00ff"}}});
}

TEST(PostgresqlValueTest, Arrays) {
  Expect({{"integer[]", "{1,NULL,3}", List{1, JsonValue(), 3}},
          {"integer[]", "{}", List{}},
          // ANY looks into all dimensions, `in` into the outer one.
          {"integer[]", "{{1,2},{3,4}}", kUnread},
          {"_int4", "{{{1}}}", kUnread},
          // A domain of somebody, over nobody knows what.
          {"_t", "{a}", JsonValue::Unknown()},
          {"_t", "a", "a"},
          {"bigint[]", "[0:1]={9007199254740993,-1}", List{Number("9007199254740993"), -1}},
          {"_int8", "[1:1][-2:-1]={{1,2}}", kUnread},
          {"money[]", "{$1.00}", List{kUnread}},
          {"numeric(10,2)[]", "{1.50,2.00,NaN}", List{Number("1.50"), Number("2.00"), "NaN"}},
          {"boolean[]", "{t,f,NULL}", List{true, false, JsonValue()}},
          {"timestamp with time zone[]", "{\"2024-01-01 00:00:00+00\",infinity}",
           List{"2024-01-01 00:00:00+00", "infinity"}},
          {"character(3)[]", "{\"ab \",\"c  \"}", List{"ab ", "c  "}},
          {"jsonb[]", R"({"{\"a\": 1}",1.0})", List{Object{{"a", 1}}, Number("1.0")}},
          {"\"App\"[]", "{x,y}", List{"x", "y"}},
          {"posint[]", "{7}", List{kUnread}},
          {"pair[]", "{\"(1,x)\"}", List{kUnread}}});
}

TEST(PostgresqlValueTest, ArraysOfText) {
  Expect({{"text[]", R"({"a,b",NULL,"NULL","",c,"c d","q\"x\\y",ä,"{x}"})",
           List{"a,b", JsonValue(), "NULL", "", "c", "c d", "q\"x\\y", "ä", "{x}"}},
          {"_text", R"({null,Null,nullable,N\ULL})",
           List{JsonValue(), JsonValue(), "nullable", "NULL"}},
          {"text[]", R"( { a , "b" } )", List{"a", "b"}},
          {"varchar[]", "{\"line\nbreak\"}", List{"line\nbreak"}}});
}

TEST(PostgresqlValueTest, BoxesAreDividedBySemicolons) {
  Expect({{"box[]", "{(1,2),(0,0);(3,4),(1,1)}", List{kUnread, kUnread}}, {"_box", "{}", List{}}});
}

TEST(PostgresqlValueTest, TextThatIsNoArray) {
  for (const char* text : {"",         "1,2",     "{",        "{1",       "{1,",
                           "{1,}",     "{,1}",    "{1}}",     "{1} x",    "{\"a\"b}",
                           "{a\"b\"}", "{\"a",    "{a\\",     "[0:1]{1}", "[0:1={1}",
                           "[a]={1}",  "[1]={1}", "[:1]={1}", "[0:]={1}", "{{{{{{{1}}}}}}}",
                           "{1{2}}"}) {
    Expect({{"text[]", text, kUnread}});
  }
}

TEST(PostgresqlValueTest, Json) {
  Expect({{"jsonb", "[\"a\", \"b\"]", List{"a", "b"}},
          {"jsonb", R"({"a": 1, "b": [2.0, null, true]})",
           Object{{"a", 1}, {"b", List{Number("2.0"), JsonValue(), true}}}},
          {"json", R"({"a":  1.0, "a":2})", Object{{"a", 2}}},
          {"json", R"("\u00e4")", "ä"},
          {"jsonb", "9007199254740993", Number("9007199254740993")},
          {"jsonb", "true", true},
          {"json", "{\"a\": 1", kUnread},
          {"json", "", kUnread},
          {"json", "\"\\ud800\"", kUnread}});
}

// A context has one null: that of JSON must not look like SQL's, or a change from one to the other
// would be none.
TEST(PostgresqlValueTest, ANullOfJsonIsNotKnown) {
  Expect({{"jsonb", "null", kUnread}, {"json", " null ", kUnread}});
}

// The marks of json_value.h within data: {"$number": "5"} names x:5 where an object names nothing.
TEST(PostgresqlValueTest, DataThatLooksLikeAMarkIsNotKnown) {
  Expect({{"jsonb", R"({"$number": "5"})", kUnread},
          {"jsonb", R"({"$number": 5, "a": 1})", kUnread},
          {"jsonb", R"({"$unknown": false})", kUnread},
          {"jsonb", R"({"a": [{"$number": "5"}]})", Object{{"a", List{kUnread}}}}});
}

TEST(PostgresqlValueTest, OnlyWhatAContextHolds) {
  const auto nested = [](int levels) {
    return std::string(levels, '[') + "1" + std::string(levels, ']');
  };
  EXPECT_NE(PostgresqlValue("jsonb", nested(kMaxContextDepth - 2)), kUnread);
  EXPECT_EQ(PostgresqlValue("jsonb", nested(kMaxContextDepth - 1)), kUnread);
  EXPECT_EQ(PostgresqlValue("jsonb", nested(101)), kUnread);
  // The text of a number takes a level of its own.
  std::string fraction = nested(kMaxContextDepth - 2);
  EXPECT_EQ(PostgresqlValue("jsonb", fraction.replace(fraction.find('1'), 1, "1.0")), kUnread);
  for (const char* type : {"text", "bytea", "text[]", "json", "mood"}) {
    EXPECT_EQ(PostgresqlValue(type, "\"\xe4\""), kUnread) << type;
  }
}

// An enumeration's labels are text. A domain is told by its own name, and by the text of its base
// type: the number 5 is then written as a text is.
TEST(PostgresqlValueTest, TypesThatAreNotKnown) {
  for (const char* type : {"mood", "audit.mood", "posint", "tsvector", "hstore", "point", ""}) {
    Expect({{type, "ok", "ok"}, {type, "", ""}, {type, "2024-01-01", "2024-01-01"}});
    // Labels.
    Expect({{type, "v1", "v1"}, {type, "step 2", "step 2"}, {type, "größer", "größer"}});
    for (const char* text : {"{1,2}", "(1,2)", "[1,3)", "<(0,0),1>", "\"a\"=>\"1\"", "'a' 'b'",
                             " {\"a\":1}", "5", "-1.50", "1e+10", "t", "f", "true", "null",
                             // A domain over money.
                             "$1.00", "-$1.00", "$1,234.50", "1,00 €", "€ 1.234,56", "-1 234,50 kr",
                             "CHF 1'234.50", "¥1,000"}) {
      Expect({{type, text, kUnread}});
    }
  }
  Expect({{"int4multirange", "{[1,3)}", kUnread}});
}

TEST(PostgresqlValueTest, KeysHaveOneText) {
  EXPECT_EQ(PostgresqlKeyText("boolean", "true"), "true");
  EXPECT_EQ(PostgresqlKeyText("bool", "t"), "true");
  EXPECT_EQ(PostgresqlKeyText("bool", "f"), "false");
  EXPECT_EQ(PostgresqlKeyText("bytea", "\\xdead"), "dead");
  EXPECT_EQ(PostgresqlKeyText("bytea", "dead"), "dead");
  EXPECT_EQ(PostgresqlKeyText("numeric(10,2)", "10.00"), "10.00");
  EXPECT_EQ(PostgresqlKeyText("text", "t"), "t");
  EXPECT_EQ(PostgresqlKeyText("character(1)", "t"), "t");
}

// A domain over boolean is told by its own name, with `t`; a reader's cast to text gives `true`.
TEST(PostgresqlValueTest, KeysOfWhichAReaderMaySeeAnotherText) {
  EXPECT_EQ(PostgresqlKeyText("flag", "t"), std::nullopt);
  EXPECT_EQ(PostgresqlKeyText("flag", "f"), std::nullopt);
  EXPECT_EQ(PostgresqlKeyText("mood", "ok"), "ok");
  EXPECT_EQ(PostgresqlKeyText("price", "$1.00"), std::nullopt);
  EXPECT_EQ(PostgresqlKeyText("price", "-1,00 €"), std::nullopt);
  EXPECT_EQ(PostgresqlKeyText("price", "1,00 kr"), std::nullopt);
  EXPECT_EQ(PostgresqlKeyText("price[]", "{$1.00,$2.00}"), std::nullopt);
  EXPECT_EQ(PostgresqlKeyText("text", "$1.00"), "$1.00");
  EXPECT_EQ(PostgresqlKeyText("text[]", "{$1.00}"), "{$1.00}");
  for (const char* type : {"money", "regclass", "regtype", "money[]", "_regclass"}) {
    EXPECT_EQ(PostgresqlKeyText(type, "1"), std::nullopt) << type;
    EXPECT_EQ(PostgresqlValue(type, "x"), kUnread) << type;
  }
}

TEST(PostgresqlValueTest, ValuesThatWal2JsonWritesAsNull) {
  for (const char* type : {"numeric", "numeric(12,2)", "real", "double precision", "float8", ""}) {
    EXPECT_TRUE(HasValuesWithoutJson(type)) << type;
  }
  for (const char* type : {"integer", "text", "numeric[]", "money", "mood"}) {
    EXPECT_FALSE(HasValuesWithoutJson(type)) << type;
  }
}

}  // namespace
}  // namespace cache_invalidation::change
