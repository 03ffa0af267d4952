// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/source_status.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/connect/metrics_page.h"
#include "client/connect/postgres/source_state.h"
#include "common/prometheus_label.h"

namespace cache_invalidation::connect {
namespace {

void Histogram(MetricsPage& page, const std::string& name, const ToldSeconds& seconds,
               absl::string_view help) {
  std::string& family = page.Family(name, "histogram", help);
  uint64_t count = 0;
  for (size_t i = 0; i < seconds.counts.size(); ++i) {
    count += seconds.counts[i];
    const std::string bound =
        i < ToldSeconds::kBounds.size() ? absl::StrCat(ToldSeconds::kBounds[i]) : "+Inf";
    page.Sample(name + "_bucket", PrometheusLabel("le", bound), count, family);
  }
  page.Sample(name + "_sum", "", seconds.sum, family);
  page.Sample(name + "_count", "", count, family);
}

// Zero for a time that has not come yet, or is not known.
double SecondsSince(absl::Time then, absl::Time now) {
  if (then == absl::InfinitePast()) return 0;
  return std::max(0.0, absl::ToDoubleSeconds(now - then));
}

void Timestamp(MetricsPage& page, absl::string_view name, absl::Time time, absl::string_view help) {
  page.Gauge(name, time == absl::InfinitePast() ? 0 : absl::ToUnixMillis(time) / 1000, help);
}

// How old what caches hold may be. Of what was committed since the log was last heard nothing is
// known.
double LagSeconds(const SourceFigures& figures, absl::Time now) {
  const double untold = SecondsSince(figures.untold_commit, now);
  return figures.connected ? untold : std::max(untold, SecondsSince(figures.followed, now));
}

}  // namespace

std::map<std::string, uint64_t> NoGaps() {
  std::map<std::string, uint64_t> counts;
  for (const char* reason : kGapReasons) counts[reason] = 0;
  return counts;
}

void ToldSeconds::Add(absl::Duration duration) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(duration));
  const auto place = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++counts[static_cast<size_t>(place - kBounds.begin())];
  sum += seconds;
}

std::string MetricsText(const SourceFigures& figures, absl::Time now) {
  MetricsPage page("cache_invalidation_connect_");
  const AssemblyCounts& counts = figures.assembly;
  page.Gauge("source_connected", figures.connected ? 1 : 0, "1 while the log is followed.");
  page.Gauge("source_received_lsn", figures.received, "The end of the log, as the server says.");
  page.Gauge("source_told_lsn", figures.told, "Every commit before this position is told.");
  page.Gauge("source_confirmed_lsn", figures.confirmed, "What PostgreSQL need not keep.");
  page.Gauge("source_lag_bytes",
             figures.received > figures.told ? figures.received - figures.told : 0,
             "Log that is not told, as of the last contact.");
  page.Gauge("source_lag_seconds", LagSeconds(figures, now),
             "Age of the oldest commit that was received and is not told; while disconnected, at "
             "least the time since the log was heard.");
  page.Gauge("source_retained_bytes", figures.retained,
             "Log that PostgreSQL keeps for the slot, as of the last contact.");
  Timestamp(page, "source_last_contact_timestamp_seconds", figures.contact,
            "When the database last responded; 0 if it has not.");
  Timestamp(page, "source_last_told_commit_timestamp_seconds", figures.told_commit,
            "When the last commit that is told was made; 0 if none is known. Its age grows while "
            "disconnected.");
  page.Gauge("source_pending_commands", figures.pending_commands, "Sent, without a result.");
  page.Counter("source_transactions_total", figures.transactions, "Read from the log.");
  page.Counter("source_changes_total", counts.changes, "Rows and truncates read from the log.");
  page.Counter("source_told_again_total", figures.told_again,
               "Transactions that readers could not see yet when they were told first.");
  page.Counter("source_released_total", figures.released,
               "Connections given up because the service did not respond.");
  page.Labeled("source_widened_total", "reason",
               {{"limits", counts.widened_to_limits},
                {"no_id", counts.without_id},
                {"refused", figures.refused},
                {"unknown_table", counts.unknown_tables},
                {"unreadable", counts.unreadable}},
               "What was told less precisely.");
  page.Counter("source_ignored_total", counts.ignored, "Changes that the configuration ignores.");
  page.Labeled("outbox_messages_total", "result",
               {{"not_allowed", counts.outbox_not_allowed},
                {"read", counts.outbox_messages},
                {"unreadable", counts.outbox_unreadable}},
               "Messages of applications.");
  page.Labeled("gaps_total", "reason", figures.gaps,
               "Why everything was invalidated: changes may not have been told.");
  Histogram(page, "source_commit_to_told_seconds", figures.commit_to_told,
            "From the commit to the result of the service.");
  return page.Take();
}

}  // namespace cache_invalidation::connect
