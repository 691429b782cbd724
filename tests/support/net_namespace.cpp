#include "tests/support/net_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "common/core/text.h"
#include "tests/support/process.h"

namespace picket::test {
namespace {

int next_number() {
  static std::atomic<int> number{0};
  return ++number;
}

void run_ip(std::vector<std::string> words) {
  words.insert(words.begin(), "ip");
  std::string output;
  if (run_command(words, &output) == 0) return;
  std::string line;
  for (const std::string& word : words) line += word + " ";
  throw std::runtime_error(line + ": " + output);
}

std::string read_all(int descriptor) {
  std::string out;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(descriptor, buffer.data(), buffer.size())) > 0;)
    out.append(buffer.data(), static_cast<std::size_t>(size));
  return out;
}

bool enter(const std::string& name) {
  const int descriptor = ::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
  return descriptor >= 0 && ::setns(descriptor, CLONE_NEWNET) == 0;
}

}  // namespace

bool NetNamespace::available() {
  if (::geteuid() != 0 || !program_exists("ip")) return false;
  try {
    const NetNamespace probe;
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

NetNamespace::NetNamespace()
    : name_("picket" + std::to_string(::getpid()) + "-" + std::to_string(next_number())) {
  run_ip({"netns", "add", name_});
  ip("link set lo up");
}

NetNamespace::~NetNamespace() { run_command({"ip", "netns", "del", name_}); }

void NetNamespace::ip(const std::string& words) const {
  std::vector<std::string> all = split(words, ' ');
  all.insert(all.begin(), {"-n", name_});
  run_ip(std::move(all));
}

void NetNamespace::set(const std::string& path, const std::string& value) const {
  const std::string wrong = run([&] {
    std::ofstream file("/proc/sys/net/" + path);
    file << value << std::flush;
    return std::string(file ? "" : "cannot be written");
  });
  if (!wrong.empty()) throw std::runtime_error(path + " " + wrong);
}

std::string NetNamespace::run(const std::function<std::string()>& work) const {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    if (!enter(name_)) ::_exit(2);
    const std::string out = work();
    const bool written =
        ::write(pipe[1], out.data(), out.size()) == static_cast<ssize_t>(out.size());
    ::_exit(written ? 0 : 3);
  }
  ::close(pipe[1]);
  std::string out = read_all(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error("the child in namespace " + name_ + " failed");
  return out;
}

void join(const NetNamespace& a, const std::string& address_a, const NetNamespace& b,
          const std::string& address_b) {
  const std::string number = std::to_string(next_number());
  const std::string left = "l" + number;
  const std::string right = "r" + number;
  a.ip("link add " + left + " type veth peer name " + right + " netns " + b.name());
  a.ip("addr add " + address_a + " dev " + left);
  b.ip("addr add " + address_b + " dev " + right);
  a.ip("link set " + left + " up");
  b.ip("link set " + right + " up");
}

}  // namespace picket::test
