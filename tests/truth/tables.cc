// SPDX-License-Identifier: Apache-2.0

#include "tests/truth/tables.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::truth {
namespace {

using Values = std::vector<std::string>;

Values Numbers(int from, int to) {
  Values out;
  for (int value = from; value <= to; ++value) out.push_back(absl::StrCat(value));
  return out;
}

Values With(Values values, const Values& more) {
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

// References to rows that may be gone: then NULL.
Values Rows(const std::string& table, int from, int to) {
  Values out = {"NULL"};
  for (int id = from; id <= to; ++id) {
    out.push_back(absl::StrCat("(SELECT id FROM ", table, " WHERE id = ", id, ")"));
  }
  return out;
}

const Values kNames = {"'Ann'", "'Bob'", "'ünal'", "'日本'", "''", "NULL", "'O''Neil'", "'a:b'"};
const Values kArtists = {
    "1", "-5", "9007199254740992", "9007199254740993", "9007199254740994", "9223372036854775807"};
const Values kDoubles = {"NULL", "'NaN'", "'Infinity'", "'-Infinity'", "0.1",
                         "0.25", "1",     "1e+20",      "-1.5"};
// Long enough to be stored outside of the row, where an update that leaves it alone does not log
// it. `start` makes it begin with other words.
std::string Long(const std::string& start, int seed) {
  return absl::StrCat("(SELECT '", start, "' || string_agg(md5((g * ", seed,
                      ")::text), '') FROM generate_series(1, 280) g)");
}

std::vector<Table> ShowTables() {
  return {
      {"venues",
       {{"id", "int", Numbers(1, 8)}},
       {{"name", "text", {"'Arena'", "'Keller'", "'größe'", "'a:b'"}},
        {"city", "text", {"'Berlin'", "'Köln'", "'New York'", "NULL"}},
        {"status", "venue_status", {"'open'", "'closed'", "'planned'", "NULL"}},
        {"capacity", "int", {"100", "2000", "NULL"}},
        {"rating", "float8", kDoubles},
        {"area", "numeric", {"10.00", "10.01", "NULL"}},
        {"updated_at", "timestamptz", {"now()", "'2024-01-01 00:00:00+00'", "NULL"}}},
       2},
      {"staff",
       {{"id", "int", Numbers(1, 8)}},
       {{"boss_id", "int", Rows("staff", 1, 8)},
        {"name", "text", kNames},
        {"skills",
         "text[]",
         {"NULL", "'{}'", "'{sound}'", "'{light,sound}'", "'{NULL,light}'", "'{{sound,x},{y,z}}'"}},
        {"salary", "numeric", {"1000.0000", "99999999999999.9998", "99999999999999.9999", "NULL"}}},
       2},
      {"artists",
       {{"id", "bigint", kArtists}},
       {{"name", "text", kNames},
        {"genres", "text[]", {"NULL", "'{}'", "'{jazz}'", "'{rock,\"r&b\"}'", "'{jazz,rock}'"}},
        {"scores", "int[]", {"NULL", "'{}'", "'{10}'", "'{20,10,NULL}'", "'[0:1]={10,30}'"}},
        {"agent_id", "int", Rows("staff", 1, 8)},
        {"profile", "jsonb", {"NULL", "'null'", "'{\"born\": 1970}'", "'[1, 2]'"}}},
       2},
      {"shows",
       {{"id", "int", Numbers(1, 16)}},
       {{"venue_id", "int", Rows("venues", 1, 8)},
        {"title", "text", {"'Rock am Ring'", "'Größe'", "'50%'", "'a:b'", "''", "NULL", "'日本'"}},
        {"status", "show_status", {"'draft'", "'onsale'", "'soldout'", "'cancelled'", "NULL"}},
        {"starts_at", "timestamp", {"'2024-05-01 20:00'", "'2024-06-01 21:30'", "NULL"}},
        {"price", "numeric", {"0.10", "10.00", "12.50", "19.99", "20", "9999999999.99", "NULL"}},
        {"labels",
         "text[]",
         {"NULL", "'{}'", "'{rock}'", "'{new,rock}'", "ARRAY['a,b', 'q\"x']",
          "ARRAY['b\\s', 'k:v']", "ARRAY['NULL', NULL]", "ARRAY['größe', '{x}', ' blank ']",
          "ARRAY['', 'new']"}},
        {"details",
         "jsonb",
         {"NULL", "'null'", "'{}'", "'{\"theme\": \"dark\", \"age\": 18}'",
          "'{\"theme\": \"a:b\", \"age\": 18.0}'", "'{\"theme\": true, \"age\": \"18\"}'",
          "'{\"theme\": 7, \"age\": 18.50}'", "'{\"theme\": null, \"age\": 9007199254740993}'",
          "'{\"theme\": {\"x\": 1}, \"age\": [18]}'", "'\"dark\"'", "'[{\"theme\": \"dark\"}]'",
          "'{\"$unknown\": true, \"theme\": \"dark\"}'", "'{\"$number\": \"7\"}'"}},
        {"body",
         "text",
         {Long("sale", 1), Long("sale", 2), Long("none", 3), Long("none", 4), "'sale'", "'short'",
          "NULL"}},
        {"version",
         "bigint",
         {"1", "9007199254740992", "9007199254740993", "9223372036854775807", "NULL"}}},
       4},
      {"show_artists",
       {{"show_id", "int", Numbers(1, 16)}, {"artist_id", "bigint", kArtists}},
       {{"role", "text", {"'lead'", "'guest'", "NULL"}}, {"slot", "smallint", {"1", "2", "NULL"}}},
       2},
  };
}

std::vector<Table> BookingTables() {
  return {
      {"customers",
       {{"id", "int", Numbers(1, 12)}},
       {{"email",
         "text",
         {"'ann@example.org'", "'ünal@example.org'", "'a:b@example.org'", "'100%@example.org'",
          "NULL"}},
        {"name", "text", kNames},
        {"tier", "text", {"'gold'", "'silver'", "NULL"}},
        {"referred_by", "int", Rows("customers", 1, 12)},
        {"credit",
         "numeric",
         {"NULL", "'NaN'", "0", "1000.0001", "99999999999999999.9800", "99999999999999999.9900",
          "999999999999999999999999999999999999.9999"}},
        {"score", "real", kDoubles},
        {"last_seen", "timestamptz", {"now()", "'infinity'", "NULL"}},
        {"preferences",
         "jsonb",
         {"NULL", "'{\"newsletter\": true}'", "'{\"newsletter\": false}'",
          "'{\"newsletter\": true, \"n\": 1.00}'"}}},
       4},
      {"bookings",
       {{"id", "bigint", With(Numbers(1, 16), {"9007199254740993"})}},
       {{"customer_id", "int", Rows("customers", 1, 12)},
        {"show_id", "int", Rows("shows", 1, 16)},
        {"status", "text", {"'open'", "'paid'", "NULL"}},
        {"total", "numeric", {"10.00", "12.5", "0", "NULL"}},
        {"placed_at", "timestamptz", {"now()", "'2024-02-29 12:00:00+01'", "NULL"}},
        {"note", "text", {Long("note", 5), "'x'", "NULL"}}},
       4},
      {"tickets",
       {{"line", "smallint", Numbers(1, 2)}, {"booking_id", "bigint", Numbers(1, 16)}},
       {{"seat", "text", {"'A:1'", "'B,2'", "NULL"}},
        {"price", "numeric", {"10.000", "9.995", "NULL"}},
        {"holder_id", "int", With(Numbers(1, 6), {"NULL"})}},
       3},
      {"price_levels",
       {{"amount", "numeric", {"0.00", "0.10", "10.00", "12.5", "1000000", "9999999999.99"}}},
       {{"label", "text", {"'low'", "'high'", "NULL"}},
        {"active", "boolean", {"true", "false", "NULL"}}}},
      {"promo_codes",
       {{"code", "text", {"'eu:10'", "'us:5'", "'ALL'", "'a,b'", "'100%'", "'für'"}}},
       {{"discount", "float8", kDoubles},
        {"uses", "bigint", {"0", "9007199254740993", "NULL"}},
        {"valid_shows", "int[]", {"NULL", "'{}'", "'{1,2}'", "'{3,NULL,4}'", "'{5,6,1}'"}}},
       2},
  };
}

std::vector<Table> OtherTables() {
  const Values ids = {
      "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'",
      "'00000000-0000-0000-0000-000000000003'", "'00000000-0000-0000-0000-000000000004'"};
  return {
      {"settings",
       {{"name", "text", {"'theme'", "'limits'"}},
        {"scope", "text", {"'tenant:1'", "'tenant:2'", "'global'"}}},
       {{"value", "jsonb", {"NULL", "'1'", "'{\"a\": [1, 2.50]}'", "'\"x\"'"}}}},
      {"media",
       {{"id", "uuid", ids}},
       {{"show_id", "int", With(Numbers(1, 8), {"NULL"})},
        {"kind", "text", {"'image'", "'text'", "NULL"}},
        {"content", "text", {Long("a", 6), Long("b", 7), "'short'", "NULL"}},
        {"checksum", "bytea", {"'\\x00ff'", "NULL"}}},
       2},
      {"readings",
       {{"venue_id", "int", Numbers(1, 4)}, {"metric", "text", {"'heat'", "'noise:db'"}}},
       {{"value", "float8", kDoubles},
        {"previous", "real", kDoubles},
        {"exact",
         "numeric",
         {"NULL", "'NaN'", "1", "1.000000000000000000001", "1.000000000000000000002"}}},
       3},
      {"reviews",
       {{"id", "int", Numbers(1, 10)}},
       {{"show_id", "int", With(Numbers(1, 8), {"NULL"})},
        {"customer_id", "int", With(Numbers(1, 12), {"NULL"})},
        {"stars", "smallint", {"1", "5", "NULL"}},
        {"comment", "text", kNames},
        {"created", "date", {"'2024-03-01'", "'2024-03-02'", "'infinity'", "NULL"}}},
       2},
      {"audit_log",
       {},
       {{"what", "text", kNames},
        {"actor", "int", {"1", "NULL"}},
        {"at", "timestamptz", {"now()"}}}},
      {"billing.ledger",
       {{"id", "bigint", Numbers(1, 5)}, {"year", "int", Numbers(2022, 2024)}},
       {{"account", "int", With(Numbers(1, 4), {"NULL"})},
        {"amount",
         "numeric",
         {"1.0000", "0.0001", "123456789012345678901234567890123456.7891", "'NaN'", "NULL"}},
        {"memo", "text", kNames}},
       3},
      {"\"odd-names\"",
       {{"id", "char(5)", {"'ab'", "'x:y'", "'100%'", "'c'"}}},
       {{"number", "int", Numbers(1, 40)},
        {"\"reply-to\"", "text", {"'a'", "'b'", "NULL"}},
        {"old", "jsonb", {"NULL", "'{}'", "'{\"reply-to\": \"a\"}'", "'[1]'"}},
        {"fields_changed", "text[]", {"NULL", "'{}'", "'{number}'"}},
        {"grade", "grade", {"1.0", "2.5", "'NaN'", "NULL"}},
        {"labels", "label_list", {"NULL", "'{}'", "'{red}'", "'{blue,red}'"}},
        {"flags", "boolean[]", {"NULL", "'{t}'", "'{f,t}'", "'{NULL,f}'"}},
        {"amounts", "numeric(10,2)[]", {"NULL", "'{10}'", "'{0.5,10}'", "'{NaN,3}'"}},
        {"codes", "varchar(10)[]", {"NULL", "'{a}'", "'{\"b:c\",a}'"}},
        {"states", "show_status[]", {"NULL", "'{onsale}'", "'{draft,onsale}'"}},
        {"days", "date[]", {"NULL", "'{2024-03-01}'", "'{2024-03-02,2024-03-01}'"}}},
       3},
  };
}

}  // namespace

const std::vector<Table>& Tables() {
  static const std::vector<Table> tables = [] {
    std::vector<Table> out;
    for (const auto& group : {ShowTables(), BookingTables(), OtherTables()}) {
      out.insert(out.end(), group.begin(), group.end());
    }
    return out;
  }();
  return tables;
}

}  // namespace cache_invalidation::truth
