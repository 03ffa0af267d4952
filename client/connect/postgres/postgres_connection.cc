// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/postgres_connection.h"

#include <poll.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "postgresql/libpq-fe.h"

namespace cache_invalidation::connect {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr absl::Duration kConnectWithin = absl::Seconds(10);
// A status has 34 bytes: a socket that does not take it in this time has no reader.
constexpr absl::Duration kSendWithin = absl::Seconds(5);

// The text of values must not depend on the settings of the role or the database, and no limit of
// theirs may end a connection that has to stay open.
constexpr char kPinned[] =
    "SET datestyle = ISO; SET timezone = UTC; SET intervalstyle = postgres; "
    "SET extra_float_digits = 1; SET bytea_output = hex; SET quote_all_identifiers = off; "
    "SET search_path = pg_catalog; SET statement_timeout = 0; SET lock_timeout = 0; "
    "SET idle_session_timeout = 0; SET default_transaction_isolation = 'read committed'; "
    "SET client_encoding = $0; SET wal_sender_timeout = $1";

std::string Trimmed(const char* text) {
  return std::string(absl::StripAsciiWhitespace(text != nullptr ? text : ""));
}

std::vector<Values> RowsOf(const PGresult* result) {
  std::vector<Values> rows(static_cast<size_t>(PQntuples(result)));
  for (size_t row = 0; row < rows.size(); ++row) {
    const int at = static_cast<int>(row);
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, at, column) != 0) {
        rows[row].emplace_back();
      } else {
        rows[row].emplace_back(PQgetvalue(result, at, column));
      }
    }
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Connect(
    const PostgresOptions& options, Kind kind, int interrupt, const Clock& clock) {
  // The first is expanded; what follows replaces what is in it, unless it is null.
  const char* const keywords[] = {"dbname", "password", "replication", "fallback_application_name",
                                  nullptr};
  const char* const values[] = {
      options.connection.c_str(), options.password.empty() ? nullptr : options.password.c_str(),
      kind == Kind::kReplication ? "database" : nullptr, "cache_invalidation_connect", nullptr};
  pg_conn* const started = PQconnectStartParams(keywords, values, /*expand_dbname=*/1);
  std::unique_ptr<PostgresConnection> out(new PostgresConnection(started, interrupt, clock));
  absl::Status status = out->FinishConnecting();
  if (status.ok()) status = out->Pin(options.wal_sender_timeout);
  if (!status.ok()) return status;
  return out;
}

PostgresConnection::~PostgresConnection() { PQfinish(connection_); }

absl::Status PostgresConnection::FinishConnecting() {
  if (PQstatus(connection_) == CONNECTION_BAD) return Lost();
  const absl::Duration until = clock_.Monotonic() + kConnectWithin;
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    absl::Status status = Await(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, until);
    if (!status.ok()) return status;
    wanted = PQconnectPoll(connection_);
    if (wanted == PGRES_POLLING_FAILED) return Lost();
  }
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  return absl::OkStatus();
}

absl::Status PostgresConnection::Pin(absl::Duration wal_sender_timeout) {
  // Without an encoding PostgreSQL would refuse to send text that is not UTF-8.
  const char* const encoding = PQparameterStatus(connection_, "server_encoding");
  const bool is_raw = encoding != nullptr && absl::string_view(encoding) == "SQL_ASCII";
  return Query(absl::Substitute(kPinned, is_raw ? "SQL_ASCII" : "UTF8",
                                absl::ToInt64Milliseconds(wal_sender_timeout)))
      .status();
}

int PostgresConnection::socket() const { return PQsocket(connection_); }
int PostgresConnection::server_version() const { return PQserverVersion(connection_); }

absl::Status PostgresConnection::Lost() const {
  const std::string message = Trimmed(PQerrorMessage(connection_));
  return absl::UnavailableError(message.empty() ? "PostgreSQL has closed the connection" : message);
}

absl::Status PostgresConnection::Await(short events, absl::Duration until) const {
  pollfd watched[] = {{.fd = socket(), .events = events, .revents = 0},
                      {.fd = interrupt_, .events = POLLIN, .revents = 0}};
  while (true) {
    const absl::Duration left = until - clock_.Monotonic();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError("PostgreSQL does not respond");
    }
    poll(watched, interrupt_ < 0 ? 1 : 2,
         static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)))));
    if (watched[1].revents != 0) return absl::CancelledError("stopped");
    if (watched[0].revents != 0) return absl::OkStatus();
  }
}

absl::Status PostgresConnection::AwaitResult(absl::Duration until) const {
  while (PQisBusy(connection_) != 0) {
    absl::Status status = Await(POLLIN, until);
    if (!status.ok()) return status;
    if (PQconsumeInput(connection_) == 0) return Lost();
  }
  return absl::OkStatus();
}

absl::Status PostgresConnection::ErrorOf(const pg_result* result) const {
  const std::string state = Trimmed(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  // The connection is being ended (57: by an operator), though it may look open until then.
  const bool is_lost = PQstatus(connection_) != CONNECTION_OK || absl::StartsWith(state, "57P") ||
                       absl::StartsWith(state, "08");
  if (is_lost) return Lost();
  return absl::FailedPreconditionError(
      absl::StrCat(state, " ", Trimmed(PQerrorMessage(connection_))));
}

absl::StatusOr<std::vector<Values>> PostgresConnection::Query(
    const std::string& statement, const std::vector<std::string>& parameters,
    absl::Duration within) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  const int sent = values.empty() ? PQsendQuery(connection_, statement.c_str())
                                  : PQsendQueryParams(connection_, statement.c_str(),
                                                      static_cast<int>(values.size()), nullptr,
                                                      values.data(), nullptr, nullptr, 0);
  if (sent == 0) return Lost();
  absl::StatusOr<std::vector<Values>> out = std::vector<Values>();
  while (true) {
    absl::Status status = AwaitResult(clock_.Monotonic() + within);
    if (!status.ok()) return status;
    const Result result(PQgetResult(connection_), &PQclear);
    const ExecStatusType kind = PQresultStatus(result.get());
    if (result == nullptr || kind == PGRES_COPY_BOTH) return out;
    if (kind == PGRES_TUPLES_OK) {
      out = RowsOf(result.get());
    } else if (kind != PGRES_COMMAND_OK && out.ok()) {
      out = ErrorOf(result.get());
    }
  }
}

bool PostgresConnection::Receive() {
  return PQconsumeInput(connection_) != 0 && PQstatus(connection_) == CONNECTION_OK;
}

absl::StatusOr<std::optional<std::string>> PostgresConnection::NextFrame() {
  char* bytes = nullptr;
  const int size = PQgetCopyData(connection_, &bytes, /*async=*/1);
  if (size > 0) {
    std::string frame(bytes, static_cast<size_t>(size));
    PQfreemem(bytes);
    return frame;
  }
  if (size == 0) return std::nullopt;
  if (size == -2) return Lost();
  const Result result(PQgetResult(connection_), &PQclear);
  return ErrorOf(result.get());
}

absl::Status PostgresConnection::Send(const std::string& frame) {
  // libpq does not block: what the socket does not take it keeps, and flushes with the next.
  if (PQsetnonblocking(connection_, 1) != 0 ||
      PQputCopyData(connection_, frame.data(), static_cast<int>(frame.size())) < 0) {
    return Lost();
  }
  const absl::Duration until = clock_.Monotonic() + kSendWithin;
  while (true) {
    const int left = PQflush(connection_);
    if (left < 0) return Lost();
    if (left == 0) return absl::OkStatus();
    absl::Status status = Await(POLLIN | POLLOUT, until);
    if (!status.ok()) return status;
    // The server does not read while it waits for us to read.
    if (PQconsumeInput(connection_) == 0) return Lost();
  }
}

std::string PostgresConnection::QuoteName(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string PostgresConnection::QuoteText(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

}  // namespace cache_invalidation::connect
