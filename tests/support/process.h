// A program started by a test: its own process group, killed with the test, its output in a file,
// stopped by pid. Also ports for programs that cannot choose one, and waiting until they answer.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace picket::test {

struct ProcessOptions {
  std::vector<std::string> command;      // command[0] is looked up in PATH
  std::string output_file;               // stdout and stderr; empty: discarded
  std::vector<std::string> environment;  // "NAME=value", added
  std::string directory;                 // empty: the test's
};

class Process {
 public:
  // Starts it; it receives SIGKILL when the test program dies. Throws std::system_error.
  explicit Process(ProcessOptions options);
  ~Process();  // stop()
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number);

  // SIGTERM, after `grace` SIGKILL; returns the exit code, or 128 + the signal's number.
  int stop(std::chrono::milliseconds grace = std::chrono::seconds{5});
  void kill();  // SIGKILL, and waits

  // The exit code once it ended by itself within `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);

 private:
  pid_t pid_{-1};
  std::optional<int> exit_code_;
};

// Calls `condition` until it holds or `limit` has passed; returns whether it held.
bool wait_until(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds{10});

bool accepts_connections(const std::string& address, int port);

// A port nobody listens on at this moment. Another program may take it: start, and when that
// fails try again with another one.
int free_port(const std::string& address = "127.0.0.1");

// Runs a command to its end; its exit code, and its stdout and stderr in `output` if given.
int run_command(const std::vector<std::string>& command, std::string* output = nullptr);

std::string read_file(const std::string& path);

// Returns the path. Throws std::system_error.
std::string write_file(const std::string& path, const std::string& content);
bool program_exists(const std::string& name);

}  // namespace picket::test
