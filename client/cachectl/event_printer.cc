#include "client/cachectl/event_printer.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cachectl/names.h"
#include "client/cachectl/table.h"
#include "client/cachectl/yaml_output.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

std::string CausesOf(const client::Invalidation& invalidation, const client::Event& event) {
  std::vector<std::string> causes;
  for (uint32_t index : invalidation.causes) {
    if (index >= event.causes.size()) continue;  // of a service that counts otherwise
    const client::Cause& cause = event.causes[index];
    causes.push_back(absl::StrCat(NameOf(cause.step), cause.name.empty() ? "" : " ", cause.name,
                                  cause.widened ? " (widened)" : ""));
  }
  return absl::StrJoin(causes, ", ");
}

std::string AsText(const client::Event& event) {
  Table table({"", "", "", ""});
  for (const client::Invalidation& invalidation : event.invalidations) {
    table.Add({absl::StrCat("  ", NameOf(invalidation.kind)), NameOf(invalidation.target),
               invalidation.name, CausesOf(invalidation, event)});
  }
  return absl::StrCat("revision ", event.revision, ", ", NameOf(event.source), "\n",
                      table.ToString());
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
    out_ << AsText(event);
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
