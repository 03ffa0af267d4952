// SPDX-License-Identifier: Apache-2.0

#include "tests/truth/query_results.h"

#include <cstdlib>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/tag.h"
#include "common/check.h"

namespace cache_invalidation::truth {
namespace {

std::string Scalar(const std::string& query, const std::string& otherwise) {
  return query.empty() ? otherwise : absl::StrCat("coalesce((", query, "), ", otherwise, ")");
}

std::string AllQueries() {
  std::vector<std::string> parts;
  for (const QueryKind& kind : QueryKinds()) {
    const bool has_two = kind.instances.find(" AS j") != std::string::npos;
    parts.push_back(absl::StrCat("(SELECT ", parts.size(), " AS kind, i, ", has_two ? "j" : "NULL",
                                 " AS j, md5(", Scalar(kind.value, "'-'"), "), ",
                                 Scalar(kind.result_tags, "''"), " FROM (", kind.instances,
                                 ") instances)"));
  }
  return absl::StrJoin(parts, " UNION ALL ") + " ORDER BY 1, 2, 3";
}

}  // namespace

QueryResults::QueryResults(SqlConnection& connection) : connection_(connection) {
  const auto prepared = connection_.Run("PREPARE all_results AS " + AllQueries());
  if (!prepared.ok()) CheckFailed(prepared.status().ToString().c_str(), __FILE__, __LINE__);
}

std::vector<QueryResult> QueryResults::Now() const {
  const absl::StatusOr<std::vector<SqlRow>> rows = connection_.Run("EXECUTE all_results");
  if (!rows.ok()) CheckFailed(rows.status().ToString().c_str(), __FILE__, __LINE__);
  std::vector<QueryResult> out;
  for (const SqlRow& row : *rows) {
    size_t number = 0;
    Check(absl::SimpleAtoi(*row[0], &number), "a kind is a number");
    QueryResult& result = out.emplace_back();
    result.kind = &QueryKinds()[number];
    const std::string j = row[2].value_or("");
    result.key = absl::StrCat(result.kind->name, ":", *row[1], row[2] ? ":" : "", j);
    result.hash = *row[3];
    for (const std::string& tag : result.kind->tags) {
      result.tags.push_back(absl::StrReplaceAll(
          tag, {{"{i}", client::EscapeTagValue(*row[1])}, {"{j}", client::EscapeTagValue(j)}}));
    }
    for (const absl::string_view tag : absl::StrSplit(*row[4], '\x1f', absl::SkipEmpty())) {
      result.tags.emplace_back(tag);
    }
    for (const std::string& key : result.kind->depends_on) {
      result.depends_on.push_back(absl::StrReplaceAll(key, {{"{i}", *row[1]}}));
    }
  }
  return out;
}

}  // namespace cache_invalidation::truth
