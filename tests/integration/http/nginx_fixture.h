// nginx with one HTTP and one HTTPS port, virtual hosts that differ in their certificates, and a
// name server that leads every *.test name to it. Shared by the tests of one program.
#pragma once

#include <memory>
#include <string>

#include "tests/integration/http/client_fixture.h"
#include "tests/support/nginx.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"
#include "tests/support/udp_responder.h"

namespace picket::test {

class NginxFixture {
 public:
  NginxFixture();

  std::string http(const std::string& host, const std::string& path = "/") const;
  std::string https(const std::string& host, const std::string& path = "/") const;

  // A client that trusts the test's CA only and asks the test's name server.
  http::CurlClientOptions client_options() const;
  std::string ca_file() const { return authority_.ca_file(); }
  const CertificateFiles& client_certificate() const { return client_; }
  int tls_port() const { return nginx_->port(1); }
  const TestAuthority& authority() const { return authority_; }
  std::string directory() const { return directory_.path(); }
  std::string resuming_url() const {
    return "https://resume.test:" + std::to_string(nginx_->port(2)) + "/";
  }

 private:
  std::string servers(const std::vector<int>& ports) const;
  std::string tls_server(int port, const std::string& host, const LeafOptions& leaf,
                         const TestAuthority& authority, const std::string& more = {}) const;

  TempDir directory_;
  TestAuthority authority_{directory_.path(), "ca"};
  TestAuthority stranger_{directory_.path(), "stranger"};
  CertificateFiles client_{authority_.issue({"client", "DNS:client", {}, {}, false})};
  UdpResponder names_;
  std::unique_ptr<Nginx> nginx_;
};

// Started at the first call; stopped when the program ends.
NginxFixture& nginx_fixture();

}  // namespace picket::test
