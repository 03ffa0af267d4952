// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONNECT_VARNISH_H_
#define CACHE_INVALIDATION_TESTS_CONNECT_VARNISH_H_

#include <memory>
#include <string>

#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// Debian's Varnish with the VCL of examples/varnish, in a directory and on a port of its own. For
// one thread.
class Varnish {
 public:
  // `origin_port`: of this machine. `purgers`: who may purge, as in an ACL. `more`: VCL behind it.
  // Returns when it serves.
  explicit Varnish(int origin_port, const std::string& purgers = "\"127.0.0.1\"",
                   const std::string& more = "");

  // As after a crash; Start then serves on the same port, with an empty cache.
  void Kill();
  void Start();

  int port() const { return port_; }
  std::string url() const;

  // Returns the body of a page. Blocks until its connection is closed.
  std::string Get(const std::string& path) const;
  // Blocks until the page has this body.
  void Await(const std::string& path, const std::string& body) const;

 private:
  std::string WriteVcl(int origin_port, const std::string& purgers, const std::string& more) const;

  const TemporaryDirectory directory_;
  const std::string vcl_;
  std::unique_ptr<Program> program_;
  int port_ = 0;  // 0: of Varnish's choice
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CONNECT_VARNISH_H_
