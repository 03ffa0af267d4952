// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/flags.h"

#include <algorithm>
#include <iterator>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cachectl/result_text.h"
#include "client/json_text/json_text.h"

namespace cache_invalidation::cachectl {
namespace {

// Checks a duration. Returns what is wrong, or an empty string.
std::string CheckDuration(const std::string& text) {
  absl::Duration span;
  if (absl::ParseDuration(text, &span)) return "";
  return absl::StrCat("expected a duration such as 200ms, 5s or 1h30m, got \"", text, "\"");
}

template <typename Out>
CLI::Option* AddDuration(CLI::App* command, const std::string& names, Out* out,
                         const std::string& description) {
  return command
      ->add_option_function<std::string>(
          names,
          [out](const std::string& text) {
            absl::Duration span;
            if (absl::ParseDuration(text, &span)) *out = span;
          },
          description)
      ->check(CLI::Validator(CheckDuration, "", "duration"))
      ->type_name("DURATION");
}

// Adds an option whose values are a few words, which help and completion show. `words` must outlive
// the parser.
template <typename Enum, size_t size>
void AddChoice(CLI::App* command, const std::string& names, Enum* out,
               const Word<Enum> (&words)[size], const std::string& description) {
  const auto find = [&words](const std::string& text) {
    return std::find_if(std::begin(words), std::end(words),
                        [&](const Word<Enum>& word) { return word.text == text; });
  };
  const std::string all = absl::StrJoin(
      words, "|",
      [](std::string* joined, const Word<Enum>& word) { absl::StrAppend(joined, word.text); });
  const auto check = [&words, find, all](const std::string& text) {
    return find(text) != std::end(words) ? std::string()
                                         : absl::StrCat("expected ", all, ", got \"", text, "\"");
  };
  command
      ->add_option_function<std::string>(
          names,
          [&words, find, out](const std::string& text) {
            if (const auto* word = find(text); word != std::end(words)) *out = word->value;
          },
          description)
      ->check(CLI::Validator(check, "", "choice"))
      ->type_name(all);
}

}  // namespace

void AddDurationFlag(CLI::App* command, const std::string& names,
                     std::optional<absl::Duration>* out, const std::string& description) {
  AddDuration(command, names, out, description);
}

void AddDurationFlag(CLI::App* command, const std::string& names, absl::Duration* out,
                     const std::string& description) {
  AddDuration(command, names, out, description);
}

void AddDurationArgument(CLI::App* command, const std::string& name, absl::Duration* out,
                         const std::string& description) {
  AddDuration(command, name, out, description)->required();
}

void AddOutputFlag(CLI::App* command, OutputFormat* out) {
  static constexpr Word<OutputFormat> kFormats[] = {{OutputFormat::kTable, "table"},
                                                    {OutputFormat::kJson, "json"},
                                                    {OutputFormat::kYaml, "yaml"}};
  AddChoice(command, "-o,--output", out, kFormats,
            "Output format; json is protobuf's JSON mapping");
}

void AddStrategyFlag(CLI::App* command, client::InvalidationStrategy* out) {
  AddChoice(command, "--strategy", out, kStrategyWords, "When and how to invalidate [immediate]");
}

void AddAcceptFlag(CLI::App* command, std::vector<std::string>* out) {
  command
      ->add_option("--accept", *out,
                   "A warning to suppress because it is intended, by the name in its brackets")
      ->allow_extra_args(false);
}

void AddCardinalityFlag(CLI::App* command, client::Cardinality* out) {
  AddChoice(command, "--cardinality", out, kCardinalityWords, "Documents the data [one_to_many]");
}

std::optional<client::WaitForSubscribers> WaitFlags::Get() const {
  if (!wait && !timeout.has_value()) return std::nullopt;
  return client::WaitForSubscribers{.timeout = timeout};
}

void AddWaitFlags(CLI::App* command, WaitFlags* out) {
  command->add_flag(
      "--wait", out->wait,
      "Return once every acknowledging subscriber has applied it; exit code 4 if some "
      "were late");
  AddDurationFlag(command, "--wait-timeout", &out->timeout,
                  "Stop waiting after this; implies --wait");
}

std::optional<client::Position> PositionFlags::Get() const {
  if (!revision.has_value()) return std::nullopt;
  return client::Position{.epoch = epoch, .revision = *revision};
}

CLI::Option* AddEpochFlag(CLI::App* command, std::string* out, const std::string& description) {
  const auto check = [](const std::string& text) {
    return text.empty() ? "expected the epoch of a position, got an empty text" : "";
  };
  return command->add_option("--epoch", *out, description)
      ->check(CLI::Validator(check, "", "epoch"));
}

void AddPositionFlags(CLI::App* command, PositionFlags* out, const std::string& description) {
  CLI::Option* revision = command->add_option("--revision", out->revision, description);
  CLI::Option* epoch = AddEpochFlag(command, &out->epoch, "The epoch of --revision");
  revision->needs(epoch);
  epoch->needs(revision);
}

absl::StatusOr<client::WriteEvent> WriteFlags::Get() const {
  client::WriteEvent write{
      .resource_type = type, .resource_id = id, .operation = operation, .tags = tags};
  if (context.empty()) return write;
  const absl::StatusOr<JsonText> json = ParseJson(context);
  if (!json.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--context: ", json.status().message()));
  }
  const JsonValue value = ToJsonValue(*json);
  if (value.as_object() == nullptr) {
    return absl::InvalidArgumentError("--context: expected a JSON object");
  }
  write.context = *value.as_object();
  return write;
}

void AddWriteFlags(CLI::App* command, WriteFlags* out) {
  command->add_option("type", out->type, "The type of the resource that was written")->required();
  command->add_option("id", out->id, "Its id; without it the write concerns the whole type");
  command->add_option("operation", out->operation, "insert, update, delete or a word of your own")
      ->capture_default_str();
  command->add_option("--context", out->context,
                      "A JSON object: new values, \"old\" ones, \"fields_changed\"");
  command->add_option("--tag", out->tags, "A further tag that the write concerns")
      ->allow_extra_args(false);
}

void AddDependencyFlags(CLI::App* command, client::DependencyNames* out) {
  command->add_option("names", out->names, "Names that it depends on, each as a key and as a tag");
  command->add_option("--on-key", out->keys, "A key that it depends on")->allow_extra_args(false);
  command->add_option("--on-tag", out->tags, "A tag that it depends on")->allow_extra_args(false);
}

}  // namespace cache_invalidation::cachectl
