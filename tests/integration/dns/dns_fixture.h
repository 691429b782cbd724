// Three real name servers for one zone of every record type: a primary, a secondary that has
// stayed behind, and a lame one that knows no zone. Started once per test program's case.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "agent/dns/socket_client.h"
#include "agent/probe/dns_servers.h"
#include "agent/probe/probes.h"
#include "common/http/network.h"
#include "tests/support/named.h"
#include "tests/support/temp_dir.h"

namespace picket::test {

// The zone example.test with this serial; `more` is added.
std::string example_zone(const std::string& serial, const std::string& more = "");

// `dns` steps run by the agent's probes; "system" is the server given.
class DnsRunner {
 public:
  explicit DnsRunner(const std::string& system_server, int authoritative_port = 53,
                     http::AddressGuard guard = *http::AddressGuard::create({"127.0.0.0/8",
                                                                             "::1"}));

  // `judged`: the facts that expectations of the step would compare.
  agent::ProbeOutcome run(DnsAction action, std::vector<std::string> judged = {},
                          Nanos timeout = Seconds{20});

 private:
  async::Task<void> keep(DnsAction action, std::vector<std::string> judged, Nanos timeout,
                         agent::ProbeOutcome& out);

  boost::asio::io_context io_{1};
  async::RealClock clock_{io_.get_executor()};
  std::unique_ptr<http::Network> network_;
  std::unique_ptr<http::HttpClient> http_;
  std::unique_ptr<agent::DnsClient> client_;
  std::unique_ptr<agent::DnsPorts> ports_;
};

class DnsWorld {
 public:
  DnsWorld();

  const Named& primary() const { return *primary_; }
  const Named& behind() const { return *behind_; }  // at ::1, the same port
  const Named& lame() const { return *lame_; }
  DnsRunner& runner() { return *runner_; }

 private:
  TempDir directory_;
  std::unique_ptr<Named> primary_;
  std::unique_ptr<Named> behind_;
  std::unique_ptr<Named> lame_;
  std::unique_ptr<DnsRunner> runner_;
};

DnsAction question(const std::string& name, const std::string& type,
                   std::vector<std::string> servers = {"system"});

// "dns_nxdomain", "none".
std::string kind_of(const agent::ProbeOutcome& outcome);
std::string message_of(const agent::ProbeOutcome& outcome);

// As text: "203.0.113.7", "a, b", "true", "absent".
std::string fact(const agent::ProbeOutcome& outcome, const std::string& name);

}  // namespace picket::test
