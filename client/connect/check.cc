#include "client/connect/check.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/connect/finding.h"
#include "client/connect/http/http_sink.h"
#include "client/connect/postgres/preflight.h"
#include "client/connect/redis/redis_check.h"

namespace cache_invalidation::connect {
namespace {

absl::Status AskService(const Config& config) {
  auto connection = client::OpenConnection(config.endpoint, config.service);
  if (!connection.ok()) return connection.status();
  return client::Client(*std::move(connection)).GetInvalidationStats().status();
}

std::vector<Finding> CheckOther(const Config& config, const Clock& clock) {
  if (config.redis.has_value()) return CheckRedis(*config.redis);
  if (config.http_sink.has_value()) return CheckHttpSink(*config.http_sink);
  return CheckSource(config.source, clock);
}

}  // namespace

bool Check(const Config& config, bool sql, const Clock& clock, std::ostream& out) {
  std::vector<Finding> findings = CheckOther(config, clock);
  const absl::Status service = AskService(config);
  if (!service.ok()) {
    findings.insert(findings.begin(), {.sentence = absl::StrCat("service: ", service.message())});
  }
  bool good = true;
  for (const Finding& finding : findings) {
    good = good && !finding.is_error;
    const char* word = finding.is_error ? "error" : "warning";
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
