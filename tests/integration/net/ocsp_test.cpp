#include <atomic>
#include <stdexcept>

#include "agent/probe/tls_probe.h"
#include "tests/integration/net/probe_world.h"
#include "tests/support/hostile_server.h"
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

// A CA with `openssl ocsp` as its responder, which signs what a server on loopback hands it, and a
// certificate that names that server.
struct OcspWorld : test::ProbeWorld {
  std::string signer{"ca"};  // whose certificate and key sign
  std::atomic<bool> answers{true};
  test::HostileServer responder{[this](test::RawConnection& peer) { respond(peer); }};
  std::string stem{directory.path() + "/ca-leaf"};
  CertificateFiles leaf{authority.issue(
      {"leaf", "DNS:good.test\nauthorityInfoAccess=OCSP;URI:" + url(), {}, {}, false})};

  std::string url() const { return "http://127.0.0.1:" + std::to_string(responder.port()); }
  std::string file(const std::string& name) const { return directory.path() + "/" + name; }

  void respond(test::RawConnection& peer) {
    std::string request = peer.read_request();
    if (!answers) return peer.reset();
    const std::size_t at = request.find("ontent-");
    const std::size_t length = request.find("ength: ", at);
    const std::size_t size = std::stoul(request.substr(length + 7));
    std::string body = request.substr(request.find("\r\n\r\n") + 4);
    while (body.size() < size) body += peer.read_some();
    test::write_file(file("request.der"), body);
    sign("request.der", "answer.der");
    const std::string answer = test::read_file(file("answer.der"));
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: " +
              std::to_string(answer.size()) + "\r\n\r\n" + answer);
  }

  void sign(const std::string& request, const std::string& answer) const {
    openssl({"ocsp", "-index", stem + ".ca/index", "-CA", authority.ca_file(), "-rsigner",
             file(signer + ".pem"), "-rkey", file(signer + ".key"), "-ndays", "1", "-reqin",
             file(request), "-respout", file(answer)});
  }

  void revoke() {
    openssl({"ca", "-config", stem + ".ca/config", "-cert", authority.ca_file(), "-keyfile",
             file("ca.key"), "-revoke", leaf.certificate});
  }

  std::string response() const {
    openssl({"ocsp", "-issuer", authority.ca_file(), "-cert", leaf.certificate, "-reqout",
             file("question.der")});
    sign("question.der", "response.der");
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
  const TlsServer server({.files = world.leaf});
  CHECK(shown(world.look(server.port()), "ocsp") == "none");
  world.judged = {"ocsp"};
  const ProbeOutcome good = world.look(server.port());
  CHECK(shown(good, "ocsp") == "good");
  CHECK(shown(good, "ocsp_stapled") == "false");
  REQUIRE(good.hops.size() == 2);
  CHECK(good.hops.front().label == "ocsp");
  CHECK(good.hops.front().beside);  // its phases are not the step's
  CHECK(good.hops.back().request.method == "TLS");
  world.revoke();
  const ProbeOutcome revoked = world.look(server.port());
  CHECK(shown(revoked, "ocsp") == "revoked");
  CHECK(kind_of(revoked.failure) == "tls_revoked");
  world.answers = false;
  const ProbeOutcome gone = world.look(server.port());
  CHECK(shown(gone, "ocsp") == "unreachable");
  CHECK(kind_of(gone.failure) == "none");
}

TEST_CASE("a stapled status counts once its signature is verified", "[probe][tls][ocsp]") {
  OcspWorld world;
  const std::string good = world.response();
  const ProbeOutcome stapled = world.look_stapled(good);
  CHECK(shown(stapled, "ocsp") == "good");
  CHECK(shown(stapled, "ocsp_stapled") == "true");
  CHECK(stapled.hops.size() == 1);
  std::string damaged = good;
  char& signed_byte = damaged.at(120);  // the certificates behind the signature are not signed
  signed_byte = static_cast<char>(signed_byte ^ 1);
  CHECK(shown(world.look_stapled(damaged), "ocsp") == "invalid");
  CHECK(shown(world.look_stapled("no response"), "ocsp") == "invalid");
  const test::TestAuthority stranger(world.directory.path(), "stranger");
  world.signer = "stranger";
  CHECK(shown(world.look_stapled(world.response()), "ocsp") == "invalid");
  world.signer = "ca";
  world.revoke();
  CHECK(kind_of(world.look_stapled(world.response()).failure) == "tls_revoked");
}

TEST_CASE("nginx staples what it was given, and asks for client certificates",
          "[probe][tls][ocsp]") {
  OcspWorld world;
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
