#include "tests/support/alertmanager.h"

#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace picket::test {
namespace {

constexpr int kStarts = 5;
constexpr const char* kProgram = "prometheus-alertmanager";
constexpr const char* kConfig =
    "route: {receiver: nobody, group_by: [alertname]}\nreceivers: [{name: nobody}]\n";

std::string fetch(const std::string& url) {
  std::string answer;
  return run_command({"curl", "-sSf", "-m", "5", url}, &answer) == 0 ? answer : std::string{};
}

}  // namespace

bool have_alertmanager() {
  if (program_exists(kProgram)) return true;
  std::cout << "SKIPPED: alertmanager: prometheus-alertmanager is not installed\n";
  return false;
}

Alertmanager::Alertmanager(std::string directory, int port) : directory_(std::move(directory)) {
  for (int i = 0; i < kStarts; ++i)
    if (try_start(port)) return;
  throw std::runtime_error("alertmanager does not start: " + read_file(directory_ + "/log"));
}

bool Alertmanager::try_start(int port) {
  port_ = port == 0 ? free_port() : port;
  std::filesystem::create_directories(directory_);
  const std::string config = write_file(directory_ + "/alertmanager.yml", kConfig);
  ProcessOptions options;
  options.command = {kProgram,
                     "--config.file=" + config,
                     "--storage.path=" + directory_ + "/data",
                     "--web.listen-address=127.0.0.1:" + std::to_string(port_),
                     "--cluster.listen-address=",
                     "--log.level=warn"};
  options.output_file = directory_ + "/log";
  process_ = std::make_unique<Process>(std::move(options));
  wait_until([this] { return !process_->running() || !fetch(url() + "/-/ready").empty(); });
  return process_->running();
}

nlohmann::json Alertmanager::alerts() const {
  return nlohmann::json::parse(fetch(url() + "/api/v2/alerts"));
}

}  // namespace picket::test
