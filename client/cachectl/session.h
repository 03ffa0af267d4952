// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_SESSION_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_SESSION_H_

#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cachectl/connection_flags.h"
#include "client/cachectl/report.h"
#include "client/client.h"
#include "client/client_options.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {

// The options of every command.
struct GlobalOptions {
  ConnectionFlags connection = {};
  std::string namespace_name = {};
  absl::Duration timeout = absl::Seconds(5);
  OutputFormat format = OutputFormat::kTable;
};

// What a command uses: the service and the three standard streams. Thread-compatible.
class Session {
 public:
  // The streams must outlive it.
  Session(GlobalOptions options, std::istream& in, std::ostream& out, std::ostream& err)
      : options_(std::move(options)), in_(in), out_(out), err_(err) {}

  // Connects at the first call.
  const client::Client& client() {
    if (!client_.has_value()) {
      client_.emplace(client::MakeConnection(options_.connection.endpoint, client_options()));
    }
    return *client_;
  }

  // What a connection to the service is made with.
  client::ClientOptions client_options() const {
    client::ClientOptions options;
    options.namespace_name = options_.namespace_name;
    options.deadline = options_.timeout;
    options_.connection.Set(options);
    return options;
  }

  const GlobalOptions& options() const { return options_; }
  std::istream& in() { return in_; }
  std::ostream& out() { return out_; }
  std::ostream& err() { return err_; }

  // Prints the output of a command.
  void Print(const Report& report) { out_ << Render(report, options_.format); }

  // Prints the result of a call: as JSON, or as the text that `text_of` returns for it. Returns the
  // error of a call that failed.
  template <typename Result, typename TextOf>
  absl::StatusOr<ExitCode> Show(const absl::StatusOr<Result>& result, TextOf text_of) {
    if (!result.ok()) return result.status();
    if constexpr (requires { result->warnings; }) Warn(result->warnings);
    Print({client::ToJson(*result), text_of(*result)});
    if constexpr (requires { result->waiting; }) return ExitCodeOf(result->waiting);
    return ExitCode::kOk;
  }

  // Prints warnings on the standard error, apart from the output.
  void Warn(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) err_ << "warning: " << warning << "\n";
  }

 private:
  GlobalOptions options_;
  std::istream& in_;
  std::ostream& out_;
  std::ostream& err_;
  std::optional<client::Client> client_;
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_SESSION_H_
