#include "tests/support/named.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "common/core/text.h"

namespace picket::test {
namespace {

constexpr int kStarts = 5;

std::string program(const std::string& name) {
  const std::string usual = "/usr/sbin/" + name;  // not in everybody's PATH
  return std::filesystem::exists(usual) ? usual : name;
}

std::string frame(const NamedOptions& options) {
  const std::string& directory = options.directory;
  const std::string here =
      " port " + std::to_string(options.port) + " { " + options.address + "; };";
  const bool v6 = options.address.find(':') != std::string::npos;
  const std::string listen = v6 ? "listen-on { none; };\n  listen-on-v6" + here
                                : "listen-on-v6 { none; };\n  listen-on" + here;
  return "options {\n  directory \"" + directory + "\";\n  " + listen +
         "\n  pid-file none;\n  lock-file none;\n  session-keyfile none;\n"
         "  managed-keys-directory \"" +
         directory +
         "\";\n  notify no;\n"
         "  empty-zones-enable no;\n  allow-query { any; };\n  " +
         options.options + "\n};\ncontrols { };\n" + options.blocks;
}

std::string must_run(const std::vector<std::string>& command) {
  std::string output;
  if (run_command(command, &output) != 0) throw std::runtime_error(command.front() + ": " + output);
  return output;
}

// "K" files are named in the output of dnssec-keygen; the last word of its last line.
std::string make_key(const std::string& directory, const std::string& name, bool is_ksk) {
  std::vector<std::string> command{program("dnssec-keygen"), "-q", "-a",
                                   "ECDSAP256SHA256",        "-K", directory};
  if (is_ksk) command.insert(command.end(), {"-f", "KSK"});
  command.push_back(name);
  return std::string(trim_ascii(must_run(command)));
}

// `name. IN DNSKEY 257 3 13 KEY..`, below lines of comment.
std::string anchor_of(const std::string& name, const std::string& key_file) {
  for (const std::string& line : split(read_file(key_file), '\n')) {
    const auto at = line.find(" DNSKEY ");
    if (line.starts_with(';') || at == std::string::npos) continue;
    const auto words = split(line.substr(at + 8), ' ');
    std::string key;
    for (std::size_t i = 3; i < words.size(); ++i) key += words[i];
    return "\"" + name + "\" static-key " + words[0] + " " + words[1] + " " + words[2] + " \"" +
           key + "\";";
  }
  throw std::runtime_error("no DNSKEY in " + key_file);
}

}  // namespace

Named::Named(NamedOptions options) : options_(std::move(options)) {
  const bool any_port = options_.port == 0;
  for (int i = 0; i < kStarts; ++i) {
    if (any_port) options_.port = free_port();
    if (try_start()) return;
  }
  throw std::runtime_error("named does not start: " + log());
}

std::string Named::server() const {
  const bool v6 = options_.address.find(':') != std::string::npos;
  return (v6 ? "[" + options_.address + "]" : options_.address) + ":" +
         std::to_string(options_.port);
}

std::string Named::log() const { return read_file(options_.directory + "/named.out"); }

bool Named::try_start() {
  const std::string config = write_file(options_.directory + "/named.conf", frame(options_));
  ProcessOptions options;
  options.command = {program("named"), "-g", "-n", "1", "-c", config};
  options.output_file = options_.directory + "/named.out";
  process_ = std::make_unique<Process>(std::move(options));
  const auto is_settled = [this] {
    return !process_->running() || log().find(" running\n") != std::string::npos;
  };
  return wait_until(is_settled) && process_->running() &&
         log().find("#" + std::to_string(options_.port) + "\n") != std::string::npos;  // listening
}

std::string primary_zone(const std::string& name, const std::string& path) {
  return "zone \"" + name + "\" { type primary; file \"" + path + "\"; };\n";
}

std::string validating_resolver(int port) {
  return "recursion yes; dnssec-validation yes; allow-recursion { any; }; forward only;\n"
         "  forwarders port " +
         std::to_string(port) + " { 127.0.0.1; };";
}

SignedZone sign_zone(const std::string& directory, const std::string& name,
                     const std::string& text) {
  const std::string plain = write_file(directory + "/" + name + ".db", text);
  make_key(directory, name, false);
  const std::string ksk = make_key(directory, name, true);
  SignedZone zone{plain + ".signed", anchor_of(name, directory + "/" + ksk + ".key")};
  must_run({program("dnssec-signzone"), "-q", "-S", "-K", directory, "-d", directory, "-o", name,
            "-f", zone.path, plain});
  return zone;
}

}  // namespace picket::test
