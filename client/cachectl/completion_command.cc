// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/cachectl/commands.h"

namespace cache_invalidation::cachectl {
namespace {

// An option, as far as a shell needs it for completion.
struct OptionWords {
  std::vector<std::string> names;   // with their dashes
  std::vector<std::string> values;  // the allowed words, if they are known
  bool takes_value = false;
  std::string description;
};

// A command, or the program itself, whose path is empty.
struct CommandWords {
  std::vector<std::string> path;
  std::string description;
  std::vector<CommandWords> commands;
  std::vector<OptionWords> options;  // its own and the global ones
};

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

// Returns the commands and options of a command line parser.
CommandWords WordsOf(const CLI::App& app) { return Walk(app, {}, {}); }

void Append(const CommandWords& command, std::vector<const CommandWords*>& out) {
  out.push_back(&command);
  for (const CommandWords& below : command.commands) Append(below, out);
}

// Returns all commands as one list, in which each precedes its subcommands.
std::vector<const CommandWords*> Flatten(const CommandWords& root) {
  std::vector<const CommandWords*> out;
  Append(root, out);
  return out;
}

std::string PathOf(const CommandWords& command) { return absl::StrJoin(command.path, " "); }

// Returns the text in single quotes; `quote` replaces the quotes in it.
std::string Quoted(const std::string& text, absl::string_view quote) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", quote}}), "'");
}

// The pattern of a `case` that extends `at` while the words name commands. For bash and zsh.
std::string PathCases(const CommandWords& root) {
  std::vector<std::string> paths;
  for (const CommandWords* command : Flatten(root)) {
    if (!command->path.empty()) paths.push_back(absl::StrCat("\"", PathOf(*command), "\""));
  }
  return absl::StrJoin(paths, "|");
}

// The lines of a `case` over command and option, for the options whose values are known.
std::string ValueCases(const CommandWords& root, absl::string_view reply) {
  std::string out;
  for (const CommandWords* command : Flatten(root)) {
    for (const OptionWords& option : command->options) {
      if (option.values.empty()) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names) {
        patterns.push_back(absl::StrCat("\"", PathOf(*command), ":", name, "\""));
      }
      absl::StrAppend(&out, "    ", absl::StrJoin(patterns, "|"), ") ",
                      absl::StrReplaceAll(reply, {{"WORDS", absl::StrJoin(option.values, " ")}}),
                      " ;;\n");
    }
  }
  return out;
}

std::vector<std::string> AllWords(const CommandWords& command) {
  std::vector<std::string> words;
  for (const CommandWords& below : command.commands) words.push_back(below.path.back());
  for (const OptionWords& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return words;
}

// Return a script that makes the shell complete the commands, options and known values of
// `program`.

std::string BashCompletion(const std::string& program, const CommandWords& root) {
  std::string out = absl::StrCat(
      "# bash completion for ", program, ": source this file.\n_", program, "() {\n",
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n",
      "  local at=\"\" words=\"\" i\n", "  for ((i = 1; i < COMP_CWORD; i++)); do\n",
      "    case \"${at:+$at }${COMP_WORDS[i]}\" in\n      ", PathCases(root),
      ") at=\"${at:+$at }${COMP_WORDS[i]}\" ;;\n    esac\n  done\n",
      "  case \"$at:$previous\" in\n",
      ValueCases(root, "COMPREPLY=($(compgen -W \"WORDS\" -- \"$current\")); return"), "  esac\n",
      "  case \"$at\" in\n");
  for (const CommandWords* command : Flatten(root)) {
    absl::StrAppend(&out, "    \"", PathOf(*command), "\") words=\"",
                    absl::StrJoin(AllWords(*command), " "), "\" ;;\n");
  }
  absl::StrAppend(&out, "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n",
                  "complete -o default -F _", program, " ", program, "\n");
  return out;
}

std::string ZshCompletion(const std::string& program, const CommandWords& root) {
  std::string out = absl::StrCat(
      "#compdef ", program, "\n_", program, "() {\n  local at=\"\" i\n  local -a found\n",
      "  for ((i = 2; i < CURRENT; i++)); do\n", "    case \"${at:+$at }${words[i]}\" in\n      ",
      PathCases(root), ") at=\"${at:+$at }${words[i]}\" ;;\n    esac\n  done\n",
      "  case \"$at:${words[CURRENT-1]}\" in\n", ValueCases(root, "compadd -- WORDS; return"),
      "  esac\n  case \"$at\" in\n");
  // In the lists of zsh a ":" separates a word from its description.
  const auto described = [](const std::string& word, const std::string& description) {
    return absl::StrCat(" ", Quoted(absl::StrCat(word, ":", description), "'\\''"));
  };
  for (const CommandWords* command : Flatten(root)) {
    absl::StrAppend(&out, "    \"", PathOf(*command), "\") found=(");
    for (const CommandWords& below : command->commands) {
      absl::StrAppend(&out, described(below.path.back(), below.description));
    }
    for (const OptionWords& option : command->options) {
      for (const std::string& name : option.names) {
        absl::StrAppend(&out, described(name, option.description));
      }
    }
    absl::StrAppend(&out, " ) ;;\n");
  }
  absl::StrAppend(&out, "  esac\n  _describe ", program, " found\n  _files\n}\n",
                  "if [ \"$funcstack[1]\" = \"_", program, "\" ]; then\n  _", program,
                  " \"$@\"\nelse\n  compdef _", program, " ", program, "\nfi\n");
  return out;
}

std::string FishCompletion(const std::string& program, const CommandWords& root) {
  std::vector<std::string> paths;
  for (const CommandWords* command : Flatten(root)) {
    if (!command->path.empty()) paths.push_back(Quoted(PathOf(*command), "\\'"));
  }
  std::string out =
      absl::StrCat("# fish completion for ", program, "\nfunction __", program,
                   "_at\n  set -l at\n", "  for word in (commandline -opc)[2..-1]\n",
                   "    if contains -- (string join ' ' $at $word) ", absl::StrJoin(paths, " "),
                   "\n", "      set at $at $word\n    end\n  end\n",
                   "  test \"$argv[1]\" = (string join ' ' $at)\nend\n");
  for (const CommandWords* command : Flatten(root)) {
    const std::string here = absl::StrCat("complete -c ", program, " -n \"__", program, "_at '",
                                          PathOf(*command), "'\"");
    for (const CommandWords& below : command->commands) {
      absl::StrAppend(&out, here, " -f -a ", below.path.back(), " -d ",
                      Quoted(below.description, "\\'"), "\n");
    }
    for (const OptionWords& option : command->options) {
      absl::StrAppend(&out, here);
      for (const std::string& name : option.names) {
        const bool is_long = name.substr(0, 2) == "--";
        absl::StrAppend(&out, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
      }
      if (option.takes_value) absl::StrAppend(&out, " -r");
      if (!option.values.empty()) {
        absl::StrAppend(&out, " -f -a ", Quoted(absl::StrJoin(option.values, " "), "\\'"));
      }
      absl::StrAppend(&out, " -d ", Quoted(option.description, "\\'"), "\n");
    }
  }
  return out;
}

}  // namespace

void AddCompletionCommand(CLI::App* app, Action& chosen) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app->add_subcommand("completion", "Prints a completion script for a shell");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("For example: source <(cachectl completion bash)");
  OnChosen(command, chosen, [app, shell](Session& session) {
    const CommandWords root = WordsOf(*app);
    const std::string program = app->get_name();
    if (*shell == "bash") session.out() << BashCompletion(program, root);
    if (*shell == "zsh") session.out() << ZshCompletion(program, root);
    if (*shell == "fish") session.out() << FishCompletion(program, root);
    return ExitCode::kOk;
  });
}

}  // namespace cache_invalidation::cachectl
