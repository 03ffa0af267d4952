#include "client/connect/postgres/source_status.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {
namespace {

constexpr char kPrefix[] = "cache_invalidation_connect_";

void Head(std::string& out, absl::string_view name, absl::string_view kind,
          absl::string_view help) {
  absl::StrAppend(&out, "# HELP ", kPrefix, name, " ", help, "\n# TYPE ", kPrefix, name, " ", kind,
                  "\n");
}

template <typename Number>
void Gauge(std::string& out, absl::string_view name, Number value, absl::string_view help) {
  Head(out, name, "gauge", help);
  absl::StrAppend(&out, kPrefix, name, " ", value, "\n");
}

void Counter(std::string& out, absl::string_view name, uint64_t value, absl::string_view help) {
  Head(out, name, "counter", help);
  absl::StrAppend(&out, kPrefix, name, " ", value, "\n");
}

void Labeled(std::string& out, absl::string_view name, absl::string_view label,
             const std::map<std::string, uint64_t>& counts, absl::string_view help) {
  Head(out, name, "counter", help);
  for (const auto& [value, count] : counts) {
    absl::StrAppend(&out, kPrefix, name, "{", label, "=\"", value, "\"} ", count, "\n");
  }
}

void Histogram(std::string& out, absl::string_view name, const ToldSeconds& seconds,
               absl::string_view help) {
  Head(out, name, "histogram", help);
  uint64_t count = 0;
  for (size_t i = 0; i < seconds.counts.size(); ++i) {
    count += seconds.counts[i];
    const std::string bound =
        i < ToldSeconds::kBounds.size() ? absl::StrCat(ToldSeconds::kBounds[i]) : "+Inf";
    absl::StrAppend(&out, kPrefix, name, "_bucket{le=\"", bound, "\"} ", count, "\n");
  }
  absl::StrAppend(&out, kPrefix, name, "_sum ", seconds.sum, "\n", kPrefix, name, "_count ", count,
                  "\n");
}

// How old what caches hold may be.
double LagSeconds(const SourceFigures& figures, absl::Time now) {
  if (figures.untold_commit != absl::InfiniteFuture() &&
      figures.untold_commit != absl::InfinitePast()) {
    return std::max(0.0, absl::ToDoubleSeconds(now - figures.untold_commit));
  }
  return 0;
}

}  // namespace

void ToldSeconds::Add(absl::Duration duration) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(duration));
  const auto place = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++counts[static_cast<size_t>(place - kBounds.begin())];
  sum += seconds;
}

std::string MetricsText(const SourceFigures& figures, absl::Time now) {
  std::string out;
  const AssemblyCounts& counts = figures.assembly;
  Gauge(out, "source_connected", figures.connected ? 1 : 0, "1 while the log is followed.");
  Gauge(out, "source_received_lsn", figures.received, "The end of the log, as the server says.");
  Gauge(out, "source_told_lsn", figures.told, "Every commit before this position is told.");
  Gauge(out, "source_confirmed_lsn", figures.confirmed, "What PostgreSQL need not keep.");
  Gauge(out, "source_lag_bytes",
        figures.received > figures.told ? figures.received - figures.told : 0,
        "Log that is not told, as of the last contact.");
  Gauge(out, "source_lag_seconds", LagSeconds(figures, now),
        "Age of the oldest commit that was received and is not told.");
  if (figures.told_commit != absl::InfinitePast()) {
    Gauge(out, "source_last_told_commit_timestamp_seconds",
          absl::ToUnixMillis(figures.told_commit) / 1000,
          "When the last commit that is told was made. Its age grows while disconnected.");
  }
  Gauge(out, "source_pending_commands", figures.pending_commands, "Sent, without a result.");
  Counter(out, "source_transactions_total", figures.transactions, "Read from the log.");
  Counter(out, "source_changes_total", counts.changes, "Rows and truncates read from the log.");
  Counter(out, "source_told_again_total", figures.told_again,
          "Transactions that readers could not see yet when they were told first.");
  Counter(out, "source_released_total", figures.released,
          "Connections given up because the service did not respond.");
  Labeled(out, "source_widened_total", "reason",
          {{"limits", counts.widened_to_limits},
           {"no_id", counts.without_id},
           {"refused", figures.refused},
           {"unknown_table", counts.unknown_tables},
           {"unreadable", counts.unreadable}},
          "What was told less precisely.");
  Counter(out, "source_ignored_total", counts.ignored, "Changes that the configuration ignores.");
  Labeled(out, "outbox_messages_total", "result",
          {{"not_allowed", counts.outbox_not_allowed},
           {"read", counts.outbox_messages},
           {"unreadable", counts.outbox_unreadable}},
          "Messages of applications.");
  Labeled(out, "gaps_total", "reason", figures.gaps,
          "Why everything was invalidated: changes may not have been told.");
  Histogram(out, "source_commit_to_told_seconds", figures.commit_to_told,
            "From the commit to the result of the service.");
  return out;
}

}  // namespace cache_invalidation::connect
