#include "client/connect/check.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/connect/http/http_sink.h"
#include "client/connect/postgres/preflight.h"
#include "client/connect/postgres/source_state.h"
#include "client/connect/redis/redis_check.h"

namespace cache_invalidation::connect {
namespace {

using Severity = Finding::Severity;

Finding Wrong(absl::string_view what, const absl::Status& status) {
  return {Severity::kError, absl::StrCat(what, ": ", status.message())};
}

void CheckService(const Config& config, std::vector<Finding>& findings) {
  auto connection = client::OpenConnection(config.endpoint, config.service);
  if (!connection.ok()) return findings.push_back(Wrong("service", connection.status()));
  const client::Client client(*std::move(connection));
  const auto stats = client.GetInvalidationStats();
  if (!stats.ok()) findings.push_back(Wrong("service", stats.status()));
}

void CheckStateFile(const Config& config, std::vector<Finding>& findings) {
  const auto state = ReadState(config.source.state_file);
  if (!state.ok()) {
    findings.push_back(Wrong("state file", state.status()));
  } else if (!state->has_value()) {
    findings.push_back(
        {Severity::kWarning,
         "there is no state file: the start invalidates everything. If it is lost at "
         "every deploy, keep it on a volume"});
  }
}

void CheckDatabase(const Config& config, const Clock& clock, std::vector<Finding>& findings) {
  auto sql = PostgresConnection::Connect(config.source.postgres, PostgresConnection::Kind::kSql,
                                         "UTF8", /*interrupt=*/-1, clock);
  if (!sql.ok()) return findings.push_back(Wrong("database", sql.status()));
  const auto replication =
      PostgresConnection::Connect(config.source.postgres, PostgresConnection::Kind::kReplication,
                                  "UTF8", /*interrupt=*/-1, clock);
  if (!replication.ok()) findings.push_back(Wrong("replication", replication.status()));
  const auto found = Preflight(**sql, config.source);
  if (!found.ok()) return findings.push_back(Wrong("database", found.status()));
  findings.insert(findings.end(), found->begin(), found->end());
}

}  // namespace

bool Check(const Config& config, bool sql, const Clock& clock, std::ostream& out) {
  std::vector<Finding> findings;
  CheckService(config, findings);
  if (config.redis.has_value()) {
    for (const RedisFinding& finding : CheckRedis(*config.redis)) {
      findings.push_back({finding.is_error ? Severity::kError : Severity::kWarning,
                          absl::StrCat("redis: ", finding.sentence)});
    }
  } else if (config.http_sink.has_value()) {
    for (std::string& wrong : CheckHttpSink(*config.http_sink)) {
      findings.push_back({Severity::kError, std::move(wrong)});
    }
  } else {
    CheckDatabase(config, clock, findings);
    CheckStateFile(config, findings);
  }
  bool good = true;
  for (const Finding& finding : findings) {
    const bool wrong = finding.severity == Severity::kError;
    good = good && !wrong;
    const char* word = wrong ? "error" : "warning";
    if (!sql) {
      out << word << ": " << finding.sentence << "\n";
    } else if (!finding.sql.empty()) {
      out << "-- " << word << ": " << finding.sentence << "\n" << finding.sql << "\n";
    }
  }
  if (good && !sql) out << "ready\n";
  return good;
}

}  // namespace cache_invalidation::connect
