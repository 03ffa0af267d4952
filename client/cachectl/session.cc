#include "client/cachectl/session.h"

#include <utility>

#include "client/client_options.h"

namespace cache_invalidation::cachectl {

const client::Client& Session::client() {
  if (!client_.has_value()) {
    client::ClientOptions options;
    options.namespace_name = options_.namespace_name;
    options.deadline = options_.timeout;
    client_.emplace(client::MakeConnection(options_.endpoint, std::move(options)));
  }
  return *client_;
}

void Session::Warn(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) err_ << "warning: " << warning << "\n";
}

}  // namespace cache_invalidation::cachectl
