#include "client/connect/redis/redis_status.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {
namespace {

constexpr char kPrefix[] = "cache_invalidation_connect_redis_";

void Head(std::string& out, absl::string_view name, absl::string_view kind,
          absl::string_view help) {
  absl::StrAppend(&out, "# HELP ", kPrefix, name, " ", help, "\n# TYPE ", kPrefix, name, " ", kind,
                  "\n");
}

void Gauge(std::string& out, absl::string_view name, uint64_t value, absl::string_view help) {
  Head(out, name, "gauge", help);
  absl::StrAppend(&out, kPrefix, name, " ", value, "\n");
}

void Counter(std::string& out, absl::string_view name, uint64_t value, absl::string_view help) {
  Head(out, name, "counter", help);
  absl::StrAppend(&out, kPrefix, name, " ", value, "\n");
}

}  // namespace

std::string RedisMetricsText(const RedisFigures& figures) {
  std::string out;
  Gauge(out, "connected", figures.connected ? 1 : 0,
        "Whether Redis and the service are connected, and no other sink has the lease.");
  Gauge(out, "waiting_targets", figures.waiting, "Targets that wait, also to be dropped again.");
  Gauge(out, "heard_revision", figures.heard, "The last revision that has come.");
  Gauge(out, "reached_revision", figures.reached,
        "The last revision that is dropped for the last time, as Redis keeps it.");
  Counter(out, "unlinked_keys_total", figures.unlinked, "Keys that were dropped.");
  Counter(out, "sent_keys_total", figures.sent, "Keys that Redis was told to drop.");
  Counter(out, "scans_total", figures.scans, "Passes over all keys of the database.");
  Counter(out, "refused_keys_total", figures.refused, "Keys that the ACL does not permit to drop.");
  Counter(out, "foreign_keys_total", figures.counts.foreign_keys,
          "Keys of events that are under none of the prefixes.");
  Counter(out, "unmatched_tags_total", figures.counts.unmatched_tags,
          "Tags of events that no template names.");
  Counter(out, "widened_total", figures.counts.widened, "What was dropped less precisely.");
  Counter(out, "full_total", figures.without_position,
          "Batches that a full Redis took without their position.");
  Counter(out, "rewinds_total", figures.rewinds,
          "Redis was found in another state than it was left: a failover or a snapshot.");
  Head(out, "everything_total", "counter", "Why everything was dropped.");
  for (const auto& [reason, count] : figures.everything) {
    absl::StrAppend(&out, kPrefix, "everything_total{reason=\"", reason, "\"} ", count, "\n");
  }
  return out;
}

}  // namespace cache_invalidation::connect
