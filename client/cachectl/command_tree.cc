#include "client/cachectl/command_tree.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::cachectl {
namespace {

OptionWords WordsOf(const CLI::Option& option) {
  OptionWords out;
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  out.takes_value = option.get_items_expected_max() > 0;
  out.description = option.get_description();
  // AddChoice (flags.cc) writes the allowed words as the type name: a|b|c.
  const std::string type = option.get_type_name();
  if (out.takes_value && type.find('|') != std::string::npos) {
    out.values = absl::StrSplit(type, '|');
  }
  return out;
}

CommandWords Walk(const CLI::App& app, std::vector<std::string> path,
                  const std::vector<OptionWords>& inherited) {
  CommandWords out{.path = std::move(path),
                   .description = app.get_description(),
                   .commands = {},
                   .options = inherited};
  for (const CLI::Option* option : app.get_options()) {
    OptionWords words = WordsOf(*option);
    const bool is_inherited = !out.path.empty() && option == app.get_help_ptr();
    if (!words.names.empty() && !is_inherited) out.options.push_back(std::move(words));
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    std::vector<std::string> below = out.path;
    below.push_back(command->get_name());
    out.commands.push_back(
        Walk(*command, std::move(below), out.path.empty() ? out.options : inherited));
  }
  return out;
}

void Append(const CommandWords& command, std::vector<const CommandWords*>& out) {
  out.push_back(&command);
  for (const CommandWords& below : command.commands) Append(below, out);
}

}  // namespace

CommandWords WordsOf(const CLI::App& app) { return Walk(app, {}, {}); }

std::vector<const CommandWords*> Flatten(const CommandWords& root) {
  std::vector<const CommandWords*> out;
  Append(root, out);
  return out;
}

}  // namespace cache_invalidation::cachectl
