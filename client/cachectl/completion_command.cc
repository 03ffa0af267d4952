#include "client/cachectl/commands.h"

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "client/cachectl/completion.h"

namespace cache_invalidation::cachectl {

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
