#include "tests/support/nginx.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace picket::test {
namespace {

constexpr int kStarts = 5;

std::string frame(const std::string& directory, const std::string& servers) {
  std::string paths;
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    paths += std::string(kind) + "_temp_path " + directory + "/nginx-" + kind + ";\n";
  return "daemon off;\nmaster_process off;\nworker_processes 1;\npid " + directory +
         "/nginx.pid;\nerror_log " + directory + "/nginx.log;\n" +
         "events { worker_connections 4096; }\nhttp {\naccess_log off;\n" + paths + "root " +
         directory + ";\ndefault_type text/plain;\n" + servers + "\n}\n";
}

}  // namespace

Nginx::Nginx(std::string directory, int port_count, const Servers& servers)
    : directory_(std::move(directory)) {
  for (int i = 0; i < kStarts; ++i)
    if (try_start(port_count, servers)) return;
  throw std::runtime_error("nginx does not start: " + log());
}

std::string Nginx::log() const {
  return read_file(directory_ + "/nginx.log") + read_file(directory_ + "/nginx.out");
}

bool Nginx::try_start(int port_count, const Servers& servers) {
  ports_.clear();
  while (ports_.size() < static_cast<std::size_t>(port_count)) {
    const int port = free_port();
    if (std::find(ports_.begin(), ports_.end(), port) == ports_.end()) ports_.push_back(port);
  }
  const std::string config =
      write_file(directory_ + "/nginx.conf", frame(directory_, servers(ports_)));
  ProcessOptions options;
  const char* usual = "/usr/sbin/nginx";  // not in everybody's PATH
  options.command = {std::filesystem::exists(usual) ? usual : "nginx",
                     "-p",
                     directory_,
                     "-c",
                     config,
                     "-e",
                     directory_ + "/nginx.log"};
  options.output_file = directory_ + "/nginx.out";
  process_ = std::make_unique<Process>(std::move(options));
  // Ready when it runs, has written its file (then the ports are its own) and every port answers: a
  // port that somebody else took ends it.
  const auto is_settled = [this] {
    if (!process_->running()) return true;
    return std::filesystem::exists(directory_ + "/nginx.pid") &&
           std::all_of(ports_.begin(), ports_.end(),
                       [](int port) { return accepts_connections("127.0.0.1", port); });
  };
  return wait_until(is_settled) && process_->running();
}

}  // namespace picket::test
