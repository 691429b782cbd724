#include <stdexcept>

#include "agent/probe/tls_probe.h"
#include "tests/integration/net/probe_world.h"
#include "tests/support/nginx.h"
#include "tests/support/process.h"
#include "tests/support/tls_server.h"

namespace picket::agent {
namespace {

using test::CertificateFiles;
using test::kind_of;
using test::shown;
using test::TlsServer;

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  std::string output;
  if (test::run_command(arguments, &output) != 0) throw std::runtime_error(output);
}

// A CA with `openssl ocsp` as its responder, and a certificate that names it.
struct OcspWorld : test::ProbeWorld {
  int port{test::free_port()};
  std::string stem{directory.path() + "/ca-leaf"};
  CertificateFiles leaf{authority.issue(
      {"leaf", "DNS:good.test\nauthorityInfoAccess=OCSP;URI:" + url(), {}, {}, false})};
  std::unique_ptr<test::Process> responder;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port); }
  std::string file(const std::string& name) const { return directory.path() + "/" + name; }

  // `signer`: the stem of certificate and key.
  void answer(const std::string& signer = "ca") {
    responder.reset();
    test::ProcessOptions options;
    options.command = {"openssl",  "ocsp",
                       "-index",   stem + ".ca/index",
                       "-CA",      authority.ca_file(),
                       "-port",    std::to_string(port),
                       "-rsigner", file(signer + ".pem"),
                       "-rkey",    file(signer + ".key"),
                       "-ndays",   "1"};
    options.output_file = file("responder.out");
    responder = std::make_unique<test::Process>(std::move(options));
    if (!test::wait_until([this] { return test::accepts_connections("127.0.0.1", port); }))
      throw std::runtime_error("openssl ocsp: " + test::read_file(file("responder.out")));
  }

  void revoke() {
    openssl({"ca", "-config", stem + ".ca/config", "-cert", authority.ca_file(), "-keyfile",
             file("ca.key"), "-revoke", leaf.certificate});
  }

  std::string response() {
    openssl({"ocsp", "-issuer", authority.ca_file(), "-cert", leaf.certificate, "-url", url(),
             "-respout", file("response.der"), "-noverify"});
    return test::read_file(file("response.der"));
  }

  ProbeOutcome look(int server_port) {
    TlsAction action;
    action.endpoint.target = "good.test:" + std::to_string(server_port);
    return probe(run_tls, std::move(action));
  }
  ProbeOutcome look_stapled(const std::string& staple) {
    const TlsServer server({.files = leaf, .ocsp_response = staple});
    return look(server.port());
  }
};

TEST_CASE("a status that is not stapled is fetched when it is judged", "[probe][tls][ocsp]") {
  OcspWorld world;
  world.answer();
  const TlsServer server({.files = world.leaf});
  CHECK(shown(world.look(server.port()), "ocsp") == "none");
  world.judged = {"ocsp"};
  const ProbeOutcome good = world.look(server.port());
  CHECK(shown(good, "ocsp") == "good");
  CHECK(shown(good, "ocsp_stapled") == "false");
  REQUIRE(good.hops.size() == 2);
  CHECK(good.hops.front().label == "ocsp");
  CHECK(good.hops.back().request.method == "TLS");
  world.revoke();
  world.answer();
  const ProbeOutcome revoked = world.look(server.port());
  CHECK(shown(revoked, "ocsp") == "revoked");
  CHECK(kind_of(revoked.failure) == "tls_revoked");
  world.responder.reset();
  const ProbeOutcome gone = world.look(server.port());
  CHECK(shown(gone, "ocsp") == "unreachable");
  CHECK(kind_of(gone.failure) == "none");
}

TEST_CASE("a stapled status counts once its signature is verified", "[probe][tls][ocsp]") {
  OcspWorld world;
  world.answer();
  const std::string good = world.response();
  const ProbeOutcome stapled = world.look_stapled(good);
  CHECK(shown(stapled, "ocsp") == "good");
  CHECK(shown(stapled, "ocsp_stapled") == "true");
  CHECK(stapled.hops.size() == 1);
  std::string damaged = good;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  CHECK(shown(world.look_stapled(damaged), "ocsp") == "invalid");
  CHECK(shown(world.look_stapled("no response"), "ocsp") == "invalid");
  const test::TestAuthority stranger(world.directory.path(), "stranger");
  world.answer("stranger");
  CHECK(shown(world.look_stapled(world.response()), "ocsp") == "invalid");
  world.revoke();
  world.answer();
  CHECK(kind_of(world.look_stapled(world.response()).failure) == "tls_revoked");
}

TEST_CASE("nginx staples what it was given, and asks for client certificates",
          "[probe][tls][ocsp]") {
  OcspWorld world;
  world.answer();
  world.response();
  const CertificateFiles client = world.authority.issue({"client", "DNS:client", {}, {}, false});
  const auto server = [&](int port, const std::string& more) {
    return "server { listen 127.0.0.1:" + std::to_string(port) + " ssl http2; ssl_certificate " +
           world.leaf.certificate + "; ssl_certificate_key " + world.leaf.key + ";" + more +
           "return 204; }\n";
  };
  const test::Nginx nginx(world.directory.path(), 2, [&](const std::vector<int>& ports) {
    return server(ports[0], "ssl_stapling on; ssl_stapling_file " + world.file("response.der") +
                                "; ssl_protocols TLSv1.2;") +
           server(ports[1], "ssl_verify_client on; ssl_client_certificate " +
                                world.authority.ca_file() + ";");
  });
  const ProbeOutcome stapled = world.look(nginx.port(0));
  CHECK(kind_of(stapled.failure) == "none");
  CHECK(shown(stapled, "ocsp") == "good");
  CHECK(shown(stapled, "version") == "1.2");
  TlsAction action;
  action.endpoint.target = "good.test:" + std::to_string(nginx.port(1));
  action.client.alpn = {"h2"};
  action.client.client_certificate =
      test::read_file(client.certificate) + test::read_file(client.key);
  const ProbeOutcome mutual = world.probe(run_tls, action);
  CHECK(kind_of(mutual.failure) == "none");
  CHECK(shown(mutual, "alpn") == "h2");
}

}  // namespace
}  // namespace picket::agent
