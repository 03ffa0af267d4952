// SPDX-License-Identifier: Apache-2.0

#include "tests/postgres/postgres_cluster.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "tests/support/program.h"

namespace cache_invalidation {
namespace {

constexpr char kUser[] = "postgres";  // of the operating system, made by Debian's package

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << "PostgresCluster: " << what << "\n";
  std::exit(1);
}

bool IsRoot() { return geteuid() == 0; }

// Not below TEST_TMPDIR: another user could not reach it, and a socket's path has at most 107
// bytes.
std::string MakeDirectory() {
  if (!std::filesystem::exists(PostgresCluster::Program("postgres"))) {
    Fail("there is no " + PostgresCluster::Program("postgres") +
         "; install postgresql-15 and postgresql-15-wal2json, or run the tests by ./dev test");
  }
  std::string path = "/tmp/postgres.XXXXXX";
  Check(mkdtemp(path.data()) != nullptr, "a temporary directory can be made");
  if (IsRoot()) {
    const passwd* user = getpwnam(kUser);
    Check(user != nullptr, "Debian's package makes the user postgres");
    Check(chown(path.c_str(), user->pw_uid, user->pw_gid) == 0,
          "a directory can be given to the user postgres");
  }
  return path;
}

std::vector<std::string> AsUser(std::vector<std::string> command) {
  if (!IsRoot()) return command;
  std::vector<std::string> out = {"/usr/bin/setpriv", std::string("--reuid=") + kUser,
                                  std::string("--regid=") + kUser, "--init-groups", "--"};
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

struct Spawned {
  std::string directory;  // where it runs
  std::string output;     // the file that its output is added to
  int input = -1;         // a descriptor, or none
  bool own_session = false;
};

pid_t Spawn(const std::vector<std::string>& command, const Spawned& how) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (how.input >= 0) {
    posix_spawn_file_actions_adddup2(&actions, how.input, STDIN_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, how.output.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0666);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, how.directory.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (how.own_session) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));  // not changed
  }
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, command[0].c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) Fail("cannot start " + command[0]);
  return pid;
}

// The exit status, or -1 if it was killed.
int Await(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// False for one that has ended and was not waited for.
bool IsAlive(pid_t pid) {
  const std::string stat = Content(absl::StrCat("/proc/", pid, "/stat"));
  // 42 (name) S ...
  const size_t end_of_name = stat.rfind(')');
  return end_of_name != std::string::npos && stat.compare(end_of_name, 3, ") Z") != 0;
}

}  // namespace

PostgresCluster::PostgresCluster(const std::vector<std::string>& settings)
    : directory_(MakeDirectory()),
      connection_string_(
          absl::StrCat("host=", directory_, " port=5432 user=postgres dbname=postgres")) {
  StartKeeper();
  Run({Program("initdb"), "--pgdata=" + cluster(), "--username=postgres", "--auth=trust",
       "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"});
  WriteSettings(settings);
  Start();
}

PostgresCluster::~PostgresCluster() {
  close(keeper_input_);
  Await(keeper_);
}

void PostgresCluster::Start() {
  Run({Program("pg_ctl"), "--pgdata=" + cluster(), "--log=" + directory_ + "/server.log", "--wait",
       "--timeout=300", "--silent", "start"});
}

void PostgresCluster::Stop(StopMode mode) {
  if (mode == StopMode::kKill) return Kill();
  Run({Program("pg_ctl"), "--pgdata=" + cluster(), "--wait", "--timeout=300", "--silent",
       mode == StopMode::kFast ? "--mode=fast" : "--mode=immediate", "stop"});
}

void PostgresCluster::Kill() const {
  const std::string file = cluster() + "/postmaster.pid";
  pid_t server = 0;
  Check(absl::SimpleAtoi(FirstLine(Content(file)), &server), "a server runs");
  // Stopped, it makes no more of them.
  kill(server, SIGSTOP);
  std::vector<pid_t> all = ChildrenOf(server, "postgres");
  all.push_back(server);
  for (const pid_t pid : all) kill(pid, SIGKILL);
  for (const pid_t pid : all) {
    while (IsAlive(pid)) std::this_thread::yield();
  }
  // The number of the server can be in use: by the remains of this process, too.
  std::filesystem::remove(file);
  std::filesystem::remove(directory_ + "/.s.PGSQL.5432.lock");
}

void PostgresCluster::Restart(StopMode mode) {
  Stop(mode);
  Start();
}

std::string PostgresCluster::Program(const std::string& name) {
  const char* given = std::getenv("POSTGRES_BIN");
  return absl::StrCat(given != nullptr ? given : "/usr/lib/postgresql/15/bin", "/", name);
}

void PostgresCluster::WriteSettings(const std::vector<std::string>& settings) const {
  // The process can end, the machine is not tested: so no fsync.
  std::ofstream file(cluster() + "/postgresql.conf", std::ios::app);
  file << "listen_addresses = ''\n"
       << "unix_socket_directories = '" << directory_ << "'\n"
       << "port = 5432\n"
       << "wal_level = logical\n"
       << "fsync = off\n"
       << "autovacuum = off\n"
       << "shared_buffers = 16MB\n"
       << "timezone = 'UTC'\n";
  // From 15.19 on an output plugin has to be listed; earlier releases lack the setting.
  const std::string known = directory_ + "/settings";
  Run({"/bin/sh", "-c",
       absl::StrCat("'", Program("postgres"), "' --describe-config >'", known, "'")});
  if (absl::StrContains(Content(known), "\noutput_plugin_libraries\t")) {
    file << "output_plugin_libraries = 'pgoutput, wal2json'\n";
  }
  for (const std::string& setting : settings) file << setting << "\n";
  file.close();
  Check(!file.fail(), "the settings of a cluster can be written");
}

void PostgresCluster::Run(std::vector<std::string> command) const {
  const std::string output = directory_ + "/output.log";
  if (Await(Spawn(AsUser(command), {.directory = directory_, .output = output})) == 0) return;
  Fail(absl::StrCat(command[0], " failed: ", Content(output), Content(directory_ + "/server.log")));
}

void PostgresCluster::StartKeeper() {
  int ends[2];
  Check(pipe2(ends, O_CLOEXEC) == 0, "a pipe can be made");
  const std::string script =
      absl::StrCat("read -r _; '", Program("pg_ctl"), "' --pgdata='", cluster(),
                   "' --mode=immediate --wait --silent stop; cd /; rm -rf '", directory_, "'");
  keeper_ = Spawn(
      AsUser({"/bin/sh", "-c", script}),
      {.directory = directory_, .output = "/dev/null", .input = ends[0], .own_session = true});
  close(ends[0]);
  keeper_input_ = ends[1];
}

}  // namespace cache_invalidation
