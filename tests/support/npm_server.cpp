#include "tests/support/npm_server.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace picket::test {
namespace {

constexpr std::chrono::seconds kStartLimit{30};  // node on a busy machine

std::string npm_directory() {
  const char* given = std::getenv("PICKET_NPM_DIR");
  return given != nullptr ? given : PICKET_NPM_DIR;
}

// The port of a whole line "ready PORT"; 0 while there is none.
int port_in(const std::string& output) {
  const std::size_t at = output.rfind("ready ", 0) == 0 ? 0 : output.find("\nready ");
  if (at == std::string::npos) return 0;
  const std::size_t digits = output.find_first_of("0123456789", at);
  const std::size_t end = output.find('\n', digits);
  return end == std::string::npos ? 0 : std::stoi(output.substr(digits, end - digits));
}

}  // namespace

bool has_npm_servers() {
  const bool has_all = program_exists("node") &&
                       std::filesystem::exists(npm_directory() + "/node_modules/oidc-provider");
  if (!has_all)
    std::cout << "SKIPPED: npm-servers: node or the packages of tests/servers are missing\n";
  return has_all;
}

NpmServer::NpmServer(const std::string& directory, const std::string& script,
                     const std::string& options)
    : output_file_(directory + "/" + script + ".out") {
  ProcessOptions process;
  process.command = {"node", std::string{PICKET_SERVERS_DIR} + "/" + script, options};
  process.environment = {"PICKET_NPM_DIR=" + npm_directory()};
  process.output_file = output_file_;
  process_ = std::make_unique<Process>(std::move(process));
  wait_until(
      [this] {
        port_ = port_in(log());
        return port_ != 0 || !process_->running();
      },
      kStartLimit);
  if (port_ == 0) throw std::runtime_error(script + " does not start: " + log());
}

std::string NpmServer::log() const { return read_file(output_file_); }

}  // namespace picket::test
