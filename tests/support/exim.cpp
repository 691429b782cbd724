#include "tests/support/exim.h"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <stdexcept>
#include <utility>

namespace picket::test {
namespace {

namespace fs = std::filesystem;

constexpr int kStarts = 5;
constexpr const char* kProgram = "/usr/sbin/exim4";
constexpr const char* kAccount = "Debian-exim";  // the only one that may listen

// %D the directory, %P the port, %T the port of TLS.
constexpr const char* kMain = R"(
primary_hostname = localhost
spool_directory = %D/spool
log_file_path = %D/log/%slog
pid_file_path = %D/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = %P : %T
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
deliver_drop_privilege = true
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
add_environment =
)";
constexpr const char* kTls = R"(
tls_on_connect_ports = %T
tls_advertise_hosts = *
tls_certificate = %D/certificate.pem
tls_privatekey = %D/key.pem
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
)";
constexpr const char* kNoTls = "tls_advertise_hosts =\n";
constexpr const char* kRest = R"(
begin acl
acl_rcpt:
  deny local_parts = gone
       message = no such person
  defer local_parts = later
       message = not at this hour
  accept condition = ${if eq{$tls_in_cipher}{}}
       hosts = %H
  accept authenticated = *
  deny message = log in first
acl_data:
  deny condition = ${if match{$message_body}{virus}}
       message = no such thing here
  accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = %D/mail
  maildir_format
  create_directory
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{%U}}{eq{$auth3}{%W}}}}
  server_set_id = $auth2
)";

std::string fill(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values)
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at))
      text.replace(at, name.size(), value);
  return text;
}

void give_to_exim(const std::string& path) {
  const passwd* account = ::getpwnam(kAccount);
  if (account == nullptr || ::chown(path.c_str(), account->pw_uid, account->pw_gid) != 0)
    throw std::runtime_error("cannot give " + path + " to " + kAccount);
}

}  // namespace

bool have_exim() {
  if (fs::exists(kProgram) && ::getpwnam(kAccount) != nullptr && ::geteuid() == 0) return true;
  std::cout << "SKIPPED: exim: exim4 is not installed, or the test does not run as root\n";
  return false;
}

Exim::Exim(Options options) : options_(std::move(options)) {
  const std::string& directory = options_.directory;
  fs::create_directories(directory);
  give_to_exim(directory);
  for (const char* part : {"/spool", "/log", "/mail"}) {
    fs::create_directories(directory + part);
    give_to_exim(directory + part);
  }
  // The path to it is the test's own, closed to others.
  for (fs::path up = fs::path(directory).parent_path();
       up.string().find("picket-") != std::string::npos; up = up.parent_path())
    fs::permissions(up, fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add);
  for (const auto& [from, to] : {std::pair{options_.files.certificate, "/certificate.pem"},
                                 std::pair{options_.files.key, "/key.pem"}}) {
    if (from.empty()) continue;
    fs::copy_file(from, directory + to);
    give_to_exim(directory + to);
  }
  for (int i = 0; i < kStarts; ++i)
    if (try_start()) return;
  throw std::runtime_error("exim does not start: " + log());
}

std::string Exim::config() const {
  const bool tls = !options_.files.certificate.empty();
  return fill(std::string{kMain} + (tls ? kTls : kNoTls) + kRest,
              {{"%D", options_.directory},
               {"%P", std::to_string(port_)},
               {"%T", std::to_string(tls_port_)},
               {"%H", tls ? "" : "*"},
               {"%U", kUser},
               {"%W", kPassword}});
}

bool Exim::try_start() {
  port_ = free_port();
  tls_port_ = port_;
  while (tls_port_ == port_) tls_port_ = free_port();
  const std::string path = write_file(options_.directory + "/exim.conf", config());
  ProcessOptions options;
  options.command = {"setpriv",        "--reuid", kAccount, "--regid", kAccount,
                     "--clear-groups", kProgram,  "-C",     path,      "-bdf"};
  options.output_file = options_.directory + "/out";
  process_ = std::make_unique<Process>(std::move(options));
  wait_until([this] { return !process_->running() || accepts_connections("127.0.0.1", port_); });
  return process_->running();
}

std::vector<std::string> Exim::messages(std::size_t count) const {
  std::map<std::string, std::string> found;  // names begin with the time of arrival
  wait_until([&] {
    found.clear();
    const std::string folder = options_.directory + "/mail/new";
    if (fs::exists(folder))
      for (const auto& entry : fs::directory_iterator(folder))
        found[entry.path().filename()] = read_file(entry.path());
    return found.size() >= count;
  });
  std::vector<std::string> out;
  for (auto& [name, text] : found) out.push_back(std::move(text));
  return out;
}

std::string Exim::log() const {
  return read_file(options_.directory + "/out") + read_file(options_.directory + "/log/mainlog");
}

}  // namespace picket::test
