#include "client/cachectl/event_printer.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cachectl/names.h"
#include "client/cachectl/table.h"
#include "client/cachectl/yaml_output.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

// Escape sequences of terminals.
constexpr char kRed[] = "\x1b[31m";
constexpr char kYellow[] = "\x1b[33m";
constexpr char kPlain[] = "\x1b[0m";

std::string CausesOf(const client::Invalidation& invalidation, const client::Event& event) {
  std::vector<std::string> causes;
  for (uint32_t index : invalidation.causes) {
    if (index >= event.causes.size()) continue;  // from a service that is newer or broken
    const client::Cause& cause = event.causes[index];
    causes.push_back(absl::StrCat(NameOf(cause.step), cause.name.empty() ? "" : " ", cause.name,
                                  cause.widened ? " (widened)" : "",
                                  cause.condition_failed ? " (condition failed)" : ""));
  }
  return absl::StrJoin(causes, ", ");
}

std::string AsText(const client::Event& event, bool color) {
  Table table({"", "", ""});
  for (const client::Invalidation& invalidation : event.invalidations) {
    table.Add({NameOf(invalidation.target), invalidation.name, CausesOf(invalidation, event)});
  }
  const std::vector<std::string> lines = absl::StrSplit(table.ToString(), '\n');
  std::string out = absl::StrCat("revision ", event.revision, ", ", NameOf(event.source), "\n");
  for (size_t i = 0; i < event.invalidations.size(); ++i) {
    // Not in the table, which would count the escape sequences as characters.
    const bool stale = event.invalidations[i].kind == client::InvalidationKind::kMarkStale;
    absl::StrAppend(&out, "  ", color ? (stale ? kYellow : kRed) : "", stale ? "stale" : "evict",
                    color ? kPlain : "", "  ", lines[i], "\n");
  }
  return out;
}

}  // namespace

void EventPrinter::PrintJson(const std::string& json) {
  if (format_ == OutputFormat::kYaml) {
    out_ << "---\n" << JsonToYaml(json);
  } else {
    out_ << json << "\n";
  }
}

void EventPrinter::Print(const client::Event& event) {
  if (format_ == OutputFormat::kTable) {
    out_ << AsText(event, color_);
  } else {
    PrintJson(client::ToJson(event));
  }
  out_.flush();
}

void EventPrinter::Print(const client::SubscriptionReset& reset) {
  if (format_ == OutputFormat::kTable) {
    out_ << "reset: drop everything; events after revision " << reset.start_after.revision
         << " follow\n";
  } else {
    PrintJson(absl::StrCat("{\"reset\":", client::ToJson(reset), "}"));
  }
  out_.flush();
}

}  // namespace cache_invalidation::cachectl
