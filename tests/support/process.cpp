#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <system_error>

#include "tests/support/temp_dir.h"

namespace picket::test {
namespace {

constexpr std::chrono::milliseconds kLookEvery{10};
constexpr int kCannotStart = 127;
// Below those that the system gives away, to connections and to listeners on port 0.
constexpr int kLowestPort = 20'000;
constexpr unsigned kPorts = 12'000;
constexpr int kPortTries = 100;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& added) {
  std::vector<std::string> out;
  for (char** entry = ::environ; *entry; ++entry) out.emplace_back(*entry);
  out.insert(out.end(), added.begin(), added.end());
  return out;
}

int decode(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

struct Child {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const std::string& output_file;
  const std::string& directory;
  pid_t parent;
};

// Between fork and exec: only calls that are safe in a program with threads.
[[noreturn]] void become(const Child& child) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != child.parent) ::_exit(kCannotStart);
  ::setpgid(0, 0);
  const char* path = child.output_file.empty() ? "/dev/null" : child.output_file.c_str();
  const int output = ::open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int input = ::open("/dev/null", O_RDONLY);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (!child.directory.empty() && ::chdir(child.directory.c_str()) != 0) ::_exit(kCannotStart);
  ::execvpe(child.arguments[0], child.arguments.data(), child.environment.data());
  ::_exit(kCannotStart);
}

sockaddr_in address_of(const std::string& address, int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

}  // namespace

Process::Process(ProcessOptions options) {
  std::vector<std::string> environment = merged_environment(options.environment);
  const Child child{pointers(options.command), pointers(environment), options.output_file,
                    options.directory, ::getpid()};
  pid_ = ::fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) become(child);
  ::setpgid(pid_, pid_);
}

Process::~Process() { stop(); }

bool Process::running() { return !wait(std::chrono::milliseconds{0}); }

void Process::signal(int number) {
  if (running()) ::kill(pid_, number);
}

int Process::stop(std::chrono::milliseconds grace) {
  signal(SIGTERM);
  if (!wait(grace)) kill();
  return *exit_code_;
}

void Process::kill() {
  if (!running()) return;
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = decode(status);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  wait_until(
      [this] {
        int status = 0;
        if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) exit_code_ = decode(status);
        return exit_code_.has_value();
      },
      limit);
  return exit_code_;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  for (std::chrono::milliseconds waited{0};; waited += kLookEvery) {
    if (condition()) return true;
    if (waited >= limit) return false;
    ::poll(nullptr, 0, static_cast<int>(kLookEvery.count()));
  }
}

bool accepts_connections(const std::string& address, int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in to = address_of(address, port);
  const int result = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  ::close(descriptor);
  return result == 0;
}

int free_port(const std::string& address) {
  std::random_device random;
  for (int i = 0; i < kPortTries; ++i) {
    const int port = kLowestPort + static_cast<int>(random() % kPorts);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in to = address_of(address, port);
    const int result = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    ::close(descriptor);
    if (result == 0) return port;
  }
  throw_errno("bind");
}

int run_command(const std::vector<std::string>& command, std::string* output) {
  const TempDir directory;
  ProcessOptions options;
  options.command = command;
  options.output_file = directory.file("output");
  Process process(std::move(options));
  const auto code = process.wait(std::chrono::seconds{60});
  if (output) *output = read_file(directory.file("output"));
  return code.value_or(-1);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string write_file(const std::string& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.close();
  if (!out) throw_errno("write");
  return path;
}

bool program_exists(const std::string& name) {
  std::istringstream folders(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace picket::test
