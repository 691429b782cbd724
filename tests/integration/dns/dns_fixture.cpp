#include "tests/integration/dns/dns_fixture.h"

#include <filesystem>
#include <stdexcept>

#include "agent/dns/name_servers.h"
#include "common/async/task_group.h"
#include "common/http/curl_client.h"

namespace picket::test {
namespace {

std::string folder(const TempDir& directory, const std::string& name) {
  const std::string path = directory.file(name);
  std::filesystem::create_directory(path);
  return path;
}

std::string many_texts() {
  std::string out;
  for (int i = 0; i < 12; ++i)
    out += "big TXT \"" + std::to_string(i) + std::string(240, 'x') + "\"\n";
  return out;
}

constexpr const char* kReverse = R"($TTL 300
@ SOA ns1.example.test. host.example.test. 1 3600 600 86400 60
@ NS ns1.example.test.
7 PTR host.example.test.
)";

}  // namespace

std::string example_zone(const std::string& serial, const std::string& more) {
  return "$TTL 300\n@ SOA ns1 host " + serial + R"( 3600 600 86400 60
@ NS ns1
@ NS ns2
@ MX 10 Mail
@ TXT "v=spf1 " "-all"
@ CAA 0 issue "ca.test"
ns1 A 127.0.0.1
ns2 AAAA ::1
www 60 CNAME edge
edge AAAA 2001:db8::1
edge A 203.0.113.7
_sip._tcp SRV 1 2 5060 sip
child NS ns.child
ns.child A 127.0.0.9
)" + more;
}

DnsRunner::DnsRunner(const std::string& system_server, int authoritative_port,
                     http::AddressGuard guard) {
  http::NetworkOptions options;
  options.dns_servers = {system_server};
  options.guard = std::move(guard);
  auto network = http::Network::create(io_.get_executor(), clock_, std::move(options));
  if (!network) throw std::runtime_error(render(network.error()));
  network_ = std::move(*network);
  auto client = http::create_curl_client(io_.get_executor(), clock_, *network_, "picket/test");
  if (!client) throw std::runtime_error(render(client.error()));
  http_ = std::move(*client);
  client_ = agent::create_dns_client(clock_, network_->guard());
  ports_ = std::make_unique<agent::DnsPorts>(agent::DnsPorts{
      *client_, *network_, agent::system_servers({system_server}), authoritative_port});
}

async::Task<void> DnsRunner::keep(DnsAction action, std::vector<std::string> judged, Nanos timeout,
                                  agent::ProbeOutcome& out) {
  agent::Probes probes({.client = *http_, .clock = clock_, .dns = ports_.get()});
  const auto session = probes.open({});
  agent::ProbeRequest request{.action = std::move(action),
                              .secret_headers = {},
                              .deadline = Deadline::after(clock_.now(), timeout),
                              .step = "dns",
                              .judged = std::move(judged)};
  auto outcome = co_await session->run(std::move(request));
  if (!outcome) throw std::runtime_error(render(outcome.error()));
  out = std::move(*outcome);
}

agent::ProbeOutcome DnsRunner::run(DnsAction action, std::vector<std::string> judged,
                                   Nanos timeout) {
  agent::ProbeOutcome out;
  async::TaskGroup group{io_.get_executor()};
  group.spawn("dns", keep(std::move(action), std::move(judged), timeout, out));
  io_.restart();
  io_.run();
  return out;
}

DnsWorld::DnsWorld() {
  const std::string first = folder(directory_, "first");
  const std::string second = folder(directory_, "second");
  const std::string more = "edge A 203.0.113.8\n" + many_texts();
  const std::string zone = write_file(first + "/example.db", example_zone("2026112802", more));
  const std::string old = write_file(second + "/example.db", example_zone("2026112801"));
  const std::string reverse = write_file(first + "/reverse.db", kReverse);
  NamedOptions primary{.directory = first};
  primary.blocks =
      primary_zone("example.test", zone) + primary_zone("113.0.203.in-addr.arpa", reverse);
  primary_ = std::make_unique<Named>(std::move(primary));
  NamedOptions behind{.directory = second, .address = "::1", .port = primary_->port()};
  behind.blocks = primary_zone("example.test", old);
  behind_ = std::make_unique<Named>(std::move(behind));
  lame_ = std::make_unique<Named>(NamedOptions{.directory = folder(directory_, "lame")});
  runner_ = std::make_unique<DnsRunner>(primary_->server(), primary_->port());
}

DnsAction question(const std::string& name, const std::string& type,
                   std::vector<std::string> servers) {
  DnsAction action;
  action.query = name;
  action.type = type;
  action.servers = std::move(servers);
  return action;
}

std::string kind_of(const agent::ProbeOutcome& outcome) {
  return outcome.failure ? std::string(to_string(outcome.failure->kind)) : "none";
}

std::string message_of(const agent::ProbeOutcome& outcome) {
  return outcome.failure ? outcome.failure->message : "";
}

std::string fact(const agent::ProbeOutcome& outcome, const std::string& name) {
  const auto found = outcome.facts.find(name);
  if (found == outcome.facts.end() || !found->second.present) return "absent";
  std::string out;
  for (const Value& value : found->second.values) {
    const auto* text = std::get_if<std::string>(&value);
    out += (out.empty() ? "" : ", ") + (text != nullptr ? *text : render(value));
  }
  return out;
}

}  // namespace picket::test
