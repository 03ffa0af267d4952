#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_TREE_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_TREE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace cache_invalidation::cachectl {

// An option as a shell needs to know it.
struct OptionWords {
  std::vector<std::string> names;   // with their dashes
  std::vector<std::string> values;  // the words it takes, if they are known
  bool takes_value = false;
  std::string description;
};

// A command, or the program itself.
struct CommandWords {
  std::vector<std::string> path;  // empty: the program
  std::string description;
  std::vector<CommandWords> commands;
  std::vector<OptionWords> options;  // its own, and those that hold for every command
};

// The commands and options of a command line parser.
CommandWords WordsOf(const CLI::App& app);

// All of them in one list, each before its commands.
std::vector<const CommandWords*> Flatten(const CommandWords& root);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_TREE_H_
