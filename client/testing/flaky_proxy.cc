// SPDX-License-Identifier: Apache-2.0

#include "client/testing/flaky_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <iterator>
#include <vector>

#include "common/check.h"

namespace cache_invalidation::client {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Forwards what can be read from one side to the other. Returns false if one side is disconnected.
bool Forward(int from, int to) {
  char buffer[16 << 10];
  const ssize_t count = recv(from, buffer, sizeof(buffer), 0);
  if (count <= 0) return false;
  ssize_t sent = 0;
  while (sent < count) {
    const ssize_t some = send(to, buffer + sent, static_cast<size_t>(count - sent), MSG_NOSIGNAL);
    if (some <= 0) return false;
    sent += some;
  }
  return true;
}

}  // namespace

FlakyProxy::FlakyProxy(int target_port) : target_port_(target_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  Check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
            listen(listener_, 16) == 0 &&
            getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
            pipe2(wake_, O_CLOEXEC) == 0,
        "a free port can be listened on");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

FlakyProxy::~FlakyProxy() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  Wake();
  thread_.join();
  MutexLock lock(mutex_);
  for (const Link& link : links_) {
    close(link.near);
    close(link.far);
  }
  close(listener_);
  close(wake_[0]);
  close(wake_[1]);
}

std::string FlakyProxy::endpoint() const { return "127.0.0.1:" + std::to_string(port_); }

void FlakyProxy::Wake() { Check(write(wake_[1], "", 1) == 1, "a byte fits into a pipe"); }

void FlakyProxy::DropConnections() {
  MutexLock lock(mutex_);
  // The thread detects it, closes them and removes them.
  for (const Link& link : links_) {
    shutdown(link.near, SHUT_RDWR);
    shutdown(link.far, SHUT_RDWR);
  }
}

void FlakyProxy::Freeze(bool frozen) {
  {
    MutexLock lock(mutex_);
    frozen_ = frozen;
  }
  Wake();
}

void FlakyProxy::SetTarget(int port) {
  {
    MutexLock lock(mutex_);
    target_port_ = port;
  }
  Wake();
}

void FlakyProxy::Accept() {
  const int near = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(target_port_);
  if (near < 0 || connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(near);
    close(far);
    return;
  }
  links_.push_back({near, far});
}

void FlakyProxy::Run() {
  while (true) {
    std::vector<pollfd> files = {{wake_[0], POLLIN, 0}};
    {
      MutexLock lock(mutex_);
      if (stopped_) return;
      if (!frozen_) {
        // poll ignores a negative file.
        files.push_back({target_port_ == 0 ? -1 : listener_, POLLIN, 0});
        for (const Link& link : links_) {
          files.push_back({link.near, POLLIN, 0});
          files.push_back({link.far, POLLIN, 0});
        }
      }
    }
    if (poll(files.data(), files.size(), -1) < 0) continue;
    char byte;
    if (files[0].revents != 0) Check(read(wake_[0], &byte, 1) == 1, "a byte was sent");
    MutexLock lock(mutex_);
    if (frozen_ || files.size() == 1) continue;
    // Only this thread adds and removes links, so they correspond to `files`, in that order.
    auto file = files.begin() + 2;
    for (auto link = links_.begin(); link != links_.end(); file += 2) {
      // The server's data first: it may be its last.
      const bool alive = (file[1].revents == 0 || Forward(link->far, link->near)) &&
                         (file[0].revents == 0 || Forward(link->near, link->far));
      if (!alive) {
        close(link->near);
        close(link->far);
      }
      link = alive ? std::next(link) : links_.erase(link);
    }
    if (files[1].revents != 0 && target_port_ != 0) Accept();
  }
}

}  // namespace cache_invalidation::client
