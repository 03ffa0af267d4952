// SPDX-License-Identifier: Apache-2.0

#include "server/process/connection_acceptor.h"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "server/process/environment.h"
#include "tests/support/silent_connections.h"

namespace cache_invalidation::process {
namespace {

using testing::SilentConnections;

TEST(DescriptorLimitTest, LeavesSomeForFiles) {
  EXPECT_EQ(FirstReservedDescriptor(1024), 896);
  EXPECT_EQ(FirstReservedDescriptor(256), 192);
  EXPECT_EQ(FirstReservedDescriptor(1'000'000), 999'872);
}

TEST(ConnectionAcceptorTest, HandsOverWhoConnects) {
  auto acceptor = ConnectionAcceptor::Listen("127.0.0.1:0");
  ASSERT_TRUE(acceptor.ok()) << acceptor.status();
  std::atomic<int> taken = 0;
  (*acceptor)->Run([&taken](int, int connection) {
    close(connection);
    ++taken;
  });
  SilentConnections clients((*acceptor)->port(), 500);
  EXPECT_TRUE(clients.AwaitEnd(absl::Seconds(30)));
  EXPECT_EQ(taken, 500);
  EXPECT_EQ((*acceptor)->refused(), 0u);
}

TEST(ConnectionAcceptorTest, EndsConnectionsThatAreStillTheSame) {
  auto acceptor = ConnectionAcceptor::Listen("localhost:0");
  ASSERT_TRUE(acceptor.ok()) << acceptor.status();
  std::atomic<int> last = -1;
  (*acceptor)->Run([&last](int, int connection) { last = connection; });
  SilentConnections client((*acceptor)->port(), 1);
  while (last < 0) {
  }
  (*acceptor)->Stop();
  char byte;
  EXPECT_EQ(recv(last, &byte, 1, MSG_DONTWAIT), -1) << "it is open";
  // Another socket with the same descriptor number is not one of its connections.
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const int kept = dup(last);
  dup2(pair[0], last);
  EXPECT_EQ((*acceptor)->EndConnections(), 0u);
  EXPECT_EQ(recv(kept, &byte, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(recv(last, &byte, 1, MSG_DONTWAIT), -1);
  dup2(kept, last);
  EXPECT_EQ((*acceptor)->EndConnections(), 1u);
  EXPECT_EQ(recv(last, &byte, 1, MSG_DONTWAIT), 0) << "as if the client had ended it";
  for (int socket : {kept, pair[0], pair[1], last.load()}) close(socket);
}

TEST(ConnectionAcceptorTest, SaysWhyItCannotListen) {
  auto first = ConnectionAcceptor::Listen("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = ConnectionAcceptor::Listen("127.0.0.1:" + std::to_string((*first)->port()));
  EXPECT_EQ(second.status().message(), "Address already in use");
  EXPECT_FALSE(ConnectionAcceptor::Listen("no.such.host.invalid:0").ok());
}

TEST(ConnectionAcceptorTest, RefusesAPortThatIsNone) {
  for (const char* address : {"127.0.0.1:65536", "127.0.0.1:117402", "127.0.0.1:http"}) {
    EXPECT_EQ(ListenOn(address).status().message(), "expected a port from 0 to 65535") << address;
  }
}

TEST(ConnectionAcceptorTest, ListensOnEveryAddressThereIs) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "localhost:0"}) {
    auto acceptor = ConnectionAcceptor::Listen(address);
    EXPECT_TRUE(acceptor.ok()) << address << " " << acceptor.status();
  }
}

}  // namespace
}  // namespace cache_invalidation::process
