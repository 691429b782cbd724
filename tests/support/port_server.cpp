#include "tests/support/port_server.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace picket::test {
namespace {

constexpr int kStarts = 5;

// Debian's servers are not in everybody's PATH.
std::string program(const std::string& name) {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/"})
    if (std::filesystem::exists(folder + name)) return folder + name;
  return name;
}

}  // namespace

PortServer::PortServer(PortServerOptions options) : options_(std::move(options)) {
  for (int i = 0; i < kStarts; ++i)
    if (try_start()) return;
  throw std::runtime_error(options_.name + " does not start: " + output());
}

std::string PortServer::output() const {
  return read_file(options_.directory + "/" + options_.name + ".out");
}

bool PortServer::try_start() {
  ports_.clear();
  while (ports_.size() < static_cast<std::size_t>(options_.port_count)) {
    const int port = free_port();
    if (std::find(ports_.begin(), ports_.end(), port) == ports_.end()) ports_.push_back(port);
  }
  const std::string base = options_.directory + "/" + options_.name;
  const std::string path = write_file(base + ".conf", options_.configuration(ports_));
  ProcessOptions process;
  process.command = options_.command(path);
  process.output_file = base + ".out";
  process_ = std::make_unique<Process>(std::move(process));
  // Ready when it runs and every port answers: a port that somebody else took ends it.
  const auto is_settled = [this] {
    return !process_->running() || std::all_of(ports_.begin(), ports_.end(), [](int port) {
      return accepts_connections("127.0.0.1", port);
    });
  };
  return wait_until(is_settled) && process_->running();
}

std::unique_ptr<PortServer> start_haproxy(
    const std::string& directory, int port_count,
    std::function<std::string(const std::vector<int>& ports)> sections) {
  PortServerOptions options;
  options.name = "haproxy";
  options.directory = directory;
  options.port_count = port_count;
  options.configuration = [sections = std::move(sections)](const std::vector<int>& ports) {
    return "global\n  maxconn 500\n  nbthread 1\n"
           "defaults\n  mode http\n  timeout connect 1s\n  timeout client 20s\n"
           "  timeout server 20s\n" +
           sections(ports);
  };
  options.command = [](const std::string& path) {
    return std::vector<std::string>{program("haproxy"), "-db", "-f", path};
  };
  return std::make_unique<PortServer>(std::move(options));
}

std::unique_ptr<PortServer> start_tinyproxy(const std::string& directory, const std::string& more) {
  PortServerOptions options;
  options.name = "tinyproxy";
  options.directory = directory;
  options.configuration = [more](const std::vector<int>& ports) {
    return "Port " + std::to_string(ports.front()) +
           "\nListen 127.0.0.1\nTimeout 20\nMaxClients 50\nLogLevel Error\n" + more;
  };
  options.command = [](const std::string& path) {
    return std::vector<std::string>{program("tinyproxy"), "-d", "-c", path};
  };
  return std::make_unique<PortServer>(std::move(options));
}

}  // namespace picket::test
