#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_TREE_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_TREE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace cache_invalidation::cachectl {

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

// Returns the commands and options of a command line parser.
CommandWords WordsOf(const CLI::App& app);

// Returns all commands as one list, in which each precedes its subcommands.
std::vector<const CommandWords*> Flatten(const CommandWords& root);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_TREE_H_
