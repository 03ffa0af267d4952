// SPDX-License-Identifier: Apache-2.0

#include "tests/postgres/sql_connection.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "postgresql/libpq-fe.h"

namespace cache_invalidation {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string Text(const char* message) {
  return std::string(absl::StripAsciiWhitespace(message != nullptr ? message : ""));
}

std::vector<SqlRow> Rows(const PGresult* result) {
  std::vector<SqlRow> rows(PQntuples(result));
  for (size_t row = 0; row < rows.size(); ++row) {
    const int at = static_cast<int>(row);
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, at, column) != 0) {
        rows[row].emplace_back();
      } else {
        rows[row].emplace_back(
            std::string(PQgetvalue(result, at, column), PQgetlength(result, at, column)));
      }
    }
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqlConnection>> SqlConnection::Connect(
    const std::string& connection_string) {
  std::unique_ptr<SqlConnection> out(new SqlConnection(PQconnectdb(connection_string.c_str())));
  if (out->is_broken()) return absl::UnavailableError(Text(PQerrorMessage(out->connection_)));
  // Notices would stand between the lines of a test.
  PQsetNoticeProcessor(
      out->connection_, [](void*, const char*) {}, nullptr);
  return out;
}

SqlConnection::~SqlConnection() { PQfinish(connection_); }

bool SqlConnection::is_broken() const { return PQstatus(connection_) != CONNECTION_OK; }

absl::Status SqlConnection::Error(const PGresult* result) const {
  const std::string message = Text(PQerrorMessage(connection_));
  if (is_broken()) return absl::UnavailableError(message);
  return absl::UnknownError(
      absl::StrCat(Text(PQresultErrorField(result, PG_DIAG_SQLSTATE)), " ", message));
}

absl::StatusOr<std::vector<SqlRow>> SqlConnection::Run(const std::string& statements) {
  const Result result(PQexec(connection_, statements.c_str()), &PQclear);
  switch (PQresultStatus(result.get())) {
    case PGRES_EMPTY_QUERY:
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      return Rows(result.get());
    default:
      return Error(result.get());
  }
}

absl::Status SqlConnection::Copy(const std::string& statement, const std::string& lines) {
  const Result begun(PQexec(connection_, statement.c_str()), &PQclear);
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return Error(begun.get());
  PQputCopyData(connection_, lines.data(), static_cast<int>(lines.size()));
  PQputCopyEnd(connection_, nullptr);
  absl::Status status;
  while (PGresult* next = PQgetResult(connection_)) {
    const Result ended(next, &PQclear);
    if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK) status.Update(Error(ended.get()));
  }
  return status;
}

}  // namespace cache_invalidation
