// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/redis_status.h"

#include "client/connect/metrics_page.h"

namespace cache_invalidation::connect {

std::string MetricsText(const RedisFigures& figures) {
  MetricsPage page("cache_invalidation_connect_redis_");
  page.Gauge("connected", figures.connected ? 1 : 0,
             "Whether Redis and the service are connected, and no other sink has the lease.");
  page.Gauge("waiting_targets", figures.waiting + figures.repeated,
             "Targets that wait, also to be dropped again.");
  page.Gauge("heard_revision", figures.heard, "The last revision that has come.");
  page.Gauge("reached_revision", figures.reached,
             "The last revision that is dropped for the last time, as Redis keeps it.");
  page.Counter("unlinked_keys_total", figures.unlinked, "Keys that were dropped.");
  page.Counter("sent_keys_total", figures.sent, "Keys that Redis was told to drop.");
  page.Counter("scans_total", figures.scans, "Passes over all keys of the database.");
  page.Counter("refused_keys_total", figures.refused, "Keys that the ACL does not permit to drop.");
  page.Counter("foreign_keys_total", figures.counts.foreign_keys,
               "Keys of events that are under none of the prefixes.");
  page.Counter("unmatched_tags_total", figures.counts.unmatched_tags,
               "Tags of events that no template names.");
  page.Counter("widened_total", figures.widened + figures.counts.widened,
               "What was dropped less precisely.");
  page.Counter("full_total", figures.without_position,
               "Batches that a full Redis took without their position.");
  page.Counter("rewinds_total", figures.rewinds,
               "Redis was found in another state than it was left: a failover or a snapshot.");
  page.Labeled("everything_total", "reason", figures.everything, "Why everything was dropped.");
  return page.Take();
}

}  // namespace cache_invalidation::connect
