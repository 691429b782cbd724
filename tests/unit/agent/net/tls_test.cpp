#include <openssl/ssl.h>

#include "agent/net/dialer.h"
#include "tests/support/process.h"
#include "tests/support/tls_server.h"
#include "tests/unit/agent/net/net_world.h"

namespace picket::agent {
namespace {

using namespace std::chrono_literals;
using test::CertificateFiles;
using test::HostileServer;
using test::kind_of;
using test::NetWorld;
using test::RawConnection;
using test::TlsPeer;
using test::TlsServer;
using test::TlsServerOptions;

struct TlsWorld : NetWorld {
  CertificateFiles good{authority.issue({"good", "DNS:good.test,IP:127.0.0.1", {}, {}, false})};

  // Dials and shakes hands; keeps the connection.
  TlsReport shake(int port, TlsSettings settings = {}, Nanos span = Seconds{5}) {
    if (settings.server_name.empty()) settings.server_name = "good.test";
    auto dialed = run(dialer->dial(to("127.0.0.1", port)));
    connection = std::move(dialed.value().connection);
    auto report = run(connection->start_tls(std::move(settings), within(span)));
    if (!report) throw std::runtime_error(render(report.error()));
    return std::move(*report);
  }
  TlsReport shake(const CertificateFiles& files, TlsSettings settings = {}) {
    const TlsServer server({.files = files});
    return shake(server.port(), std::move(settings));
  }

  std::unique_ptr<Connection> connection;
};

TEST_CASE("a good handshake reports what was agreed on and the leaf", "[net][tls]") {
  TlsWorld world;
  const TlsServer server({.files = world.good, .alpn = "imap"});
  TlsSettings settings;
  settings.alpn = {"pop3", "imap"};
  const TlsReport report = world.shake(server.port(), settings);
  CHECK(kind_of(report.failure) == "none");
  CHECK(report.done);
  CHECK(report.took > 0ns);
  CHECK(report.facts.version == "TLSv1.3");
  CHECK_THAT(report.facts.cipher, Catch::StartsWith("TLS_"));
  REQUIRE(report.facts.chain.size() == 1);
  CHECK(report.facts.chain[0].subject == "CN=good");
  CHECK(report.chain_der.size() == 1);
  CHECK(report.name_matches);
  CHECK(report.alpn == "imap");
  CHECK(report.key_type == "EC");
  CHECK(report.key_bits == 256);
  CHECK(report.signature == "ecdsa-with-SHA256");
  CHECK_FALSE(report.serial.empty());
  CHECK(report.ocsp_staple.empty());
}

TEST_CASE("bytes go both ways through TLS, and its end is seen", "[net][tls]") {
  TlsWorld world;
  const TlsServer server({.files = world.good}, [](TlsPeer& peer) {
    peer.send("you said " + peer.read_some() + "\n");
    peer.close();
  });
  REQUIRE(world.shake(server.port()).done);
  const auto written = world.run(world.connection->write("hello", world.within(5s)));
  REQUIRE(written);
  CHECK(kind_of(*written) == "none");
  const auto line = world.run(world.connection->read_until("\n", 100, world.within(5s)));
  CHECK(line->bytes == "you said hello\n");
  CHECK(world.run(world.connection->read_some(100, world.within(5s)))->ended);
}

TEST_CASE("each fault of a certificate has its kind, with all facts", "[net][tls]") {
  TlsWorld world;
  const test::TestAuthority stranger(world.directory.path(), "stranger");
  struct Row {
    CertificateFiles files;
    const char* kind;
  };
  const auto issue = [&](test::LeafOptions leaf) { return world.authority.issue(leaf); };
  const Row rows[] = {
      {issue({"old", "DNS:good.test", "20200101000000Z", "20210101000000Z", false}), "tls_expired"},
      {issue({"early", "DNS:good.test", "20900101000000Z", "20910101000000Z", false}),
       "tls_not_yet_valid"},
      {issue({"wrong", "DNS:other.test", {}, {}, false}), "tls_name_mismatch"},
      {issue({"self", "DNS:good.test", {}, {}, true}), "tls_self_signed"},
      {stranger.issue({"odd", "DNS:good.test", {}, {}, false}), "tls_untrusted"},
  };
  for (const Row& row : rows) {
    INFO(row.kind);
    const TlsReport report = world.shake(row.files);
    CHECK(kind_of(report.failure) == row.kind);
    CHECK(report.done);
    CHECK(report.facts.version == "TLSv1.3");
    CHECK(report.facts.chain.size() == 1);
    CHECK_THAT(report.failure->message, Catch::Contains(report.facts.chain[0].subject));
    TlsSettings any;
    any.verify = false;
    CHECK(kind_of(world.shake(row.files, any).failure) == "none");
  }
}

TEST_CASE("an address is compared with the certificate's addresses", "[net][tls]") {
  TlsWorld world;
  TlsSettings settings;
  settings.server_name = "127.0.0.1";
  CHECK(kind_of(world.shake(world.good, settings).failure) == "none");
  settings.server_name = "127.0.0.2";
  CHECK(kind_of(world.shake(world.good, settings).failure) == "tls_name_mismatch");
}

TEST_CASE("the name is sent, an address is not", "[net][tls]") {
  TlsWorld world;
  std::string name = "never called";
  {
    const TlsServer server({.files = world.good}, [&](TlsPeer& peer) {
      name = peer.server_name();
      peer.close();
    });
    world.shake(server.port());
    world.run(world.connection->read_some(1, world.within(5s)));
    CHECK(name == "good.test");
    TlsSettings settings;
    settings.server_name = "127.0.0.1";
    world.shake(server.port(), settings);
    world.run(world.connection->read_some(1, world.within(5s)));
  }
  CHECK(name.empty());
}

TEST_CASE("a CA given as text is the only one trusted", "[net][tls]") {
  TlsWorld world;
  const test::TestAuthority stranger(world.directory.path(), "stranger");
  TlsSettings settings;
  settings.ca_pem = test::read_file(stranger.ca_file());
  CHECK(kind_of(world.shake(world.good, settings).failure) == "tls_untrusted");
  settings.ca_pem = test::read_file(world.authority.ca_file());
  CHECK(kind_of(world.shake(world.good, settings).failure) == "none");
  settings.ca_pem = "nonsense";
  CHECK(kind_of(world.shake(world.good, settings).failure) == "invalid_request");
}

TEST_CASE("client certificates are sent, and their refusal has a kind", "[net][tls]") {
  TlsWorld world;
  const CertificateFiles client = world.authority.issue({"client", "DNS:client", {}, {}, false});
  TlsServerOptions options{.files = world.good};
  options.client_ca_file = world.authority.ca_file();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    options.version_max = version;
    const TlsServer server(options, [](TlsPeer& peer) { peer.send("welcome"); });
    TlsSettings settings;
    settings.certificate_pem = test::read_file(client.certificate);
    settings.private_key_pem = test::read_file(client.key);
    REQUIRE(kind_of(world.shake(server.port(), settings).failure) == "none");
    CHECK(world.run(world.connection->read_some(100, world.within(5s)))->bytes == "welcome");
    // Without one: TLS 1.2 ends the handshake, TLS 1.3 the first read (RFC 8446, 4.4.2.4).
    const TlsReport without = world.shake(server.port());
    if (version == TLS1_2_VERSION) {
      CHECK(kind_of(without.failure) == "tls_handshake");
      CHECK(without.facts.chain.size() == 1);
      continue;
    }
    const auto read = world.run(world.connection->read_some(100, world.within(5s)));
    CHECK(kind_of(read->failure) == "tls_client_certificate");
  }
  TlsSettings damaged;
  damaged.certificate_pem = "nonsense";
  CHECK(kind_of(world.shake(world.good, damaged).failure) == "invalid_request");
}

TEST_CASE("after a handshake of TLS 1.3 the refusal of a certificate is heard", "[net][tls]") {
  TlsWorld world;
  const CertificateFiles client = world.authority.issue({"client", "DNS:client", {}, {}, false});
  const auto heard = [&] {
    const MonoTime start = world.clock.now();
    const auto refused = world.run(world.connection->hear_refusal(world.within(5s)));
    CHECK(world.clock.now() - start < 900ms);
    return kind_of(refused.value());
  };
  TlsServerOptions options{.files = world.good};
  options.client_ca_file = world.authority.ca_file();
  const TlsServer server(options, [](TlsPeer& peer) {
    peer.send("welcome");
    peer.read_some();
  });
  REQUIRE(kind_of(world.shake(server.port()).failure) == "none");
  CHECK(heard() == "tls_client_certificate");
  TlsSettings settings;
  settings.certificate_pem = test::read_file(client.certificate);
  settings.private_key_pem = test::read_file(client.key);
  REQUIRE(kind_of(world.shake(server.port(), settings).failure) == "none");
  CHECK(heard() == "none");
  CHECK(world.run(world.connection->read_some(100, world.within(5s)))->bytes == "welcome");
  // Its session ticket tells that a silent one has taken it; where none is asked for, nothing
  // waits.
  const TlsServer silent(options);
  world.shake(silent.port(), settings);
  CHECK(heard() == "none");
  const TlsServer open({.files = world.good}, [](TlsPeer& peer) { peer.raw().hold(); });
  world.shake(open.port());
  CHECK(heard() == "none");
}

TEST_CASE("a server older than min_version is refused, with a lower one reported", "[net][tls]") {
  TlsWorld world;
  const TlsServer server({.files = world.good, .version_max = TLS1_2_VERSION});
  TlsSettings settings;
  settings.min_version = 1.3;
  CHECK(kind_of(world.shake(server.port(), settings).failure) == "tls_handshake");
  settings.min_version = 1.2;
  CHECK(world.shake(server.port(), settings).facts.version == "TLSv1.2");
}

TEST_CASE("a handshake in records of one byte is still a handshake", "[net][tls]") {
  TlsWorld world;
  TlsServerOptions options{.files = world.good, .version_max = TLS1_2_VERSION};
  options.one_byte_records = true;
  const TlsServer server(options);
  const TlsReport report = world.shake(server.port());
  CHECK(kind_of(report.failure) == "none");
  CHECK(report.facts.version == "TLSv1.2");
}

TEST_CASE("of a chain of 100 certificates 16 are kept, a larger one is refused", "[net][tls]") {
  TlsWorld world;
  const std::string leaf = test::read_file(world.good.certificate);
  const std::string ca = test::read_file(world.authority.ca_file());
  const auto serve = [&](int count) {
    std::string chain = leaf;
    for (int i = 1; i < count; ++i) chain += ca;
    return CertificateFiles{test::write_file(world.directory.file("long.pem"), chain),
                            world.good.key};
  };
  const TlsReport report = world.shake(serve(100));
  CHECK(kind_of(report.failure) == "none");
  CHECK(report.facts.chain.size() == 16);
  CHECK(report.chain_der.size() == 16);
  CHECK(kind_of(world.shake(serve(400)).failure) == "tls_handshake");
}

TEST_CASE("a stapled OCSP response is passed on, if it is asked for", "[net][tls]") {
  TlsWorld world;
  TlsServerOptions options{.files = world.good};
  options.ocsp_response = "no real response";
  const TlsServer server(options);
  TlsSettings settings;
  settings.ask_ocsp = true;
  CHECK(world.shake(server.port(), settings).ocsp_staple == "no real response");
  CHECK(world.shake(server.port()).ocsp_staple.empty());
}

TEST_CASE("handshakes that break or hang have their own kinds", "[net][tls]") {
  TlsWorld world;
  const auto kind = [&](HostileServer::Behaviour behave) {
    const HostileServer server(std::move(behave));
    const TlsReport report = world.shake(server.port(), {}, 300ms);
    CHECK_FALSE(report.done);
    CHECK(report.took > 0ns);
    CHECK(report.took < 2s);
    return kind_of(report.failure);
  };
  CHECK(kind([](RawConnection& peer) { peer.hold(); }) == "tls_timeout");
  CHECK(kind([](RawConnection& peer) { peer.read_some(); }) == "tls_handshake");
  CHECK(kind([](RawConnection& peer) {
          peer.read_some();
          peer.reset();
        }) == "tls_handshake");
  CHECK(kind([](RawConnection& peer) {
          peer.read_some();
          peer.send("220 mail.test ESMTP\r\n");
        }) == "tls_handshake");
  CHECK(kind([](RawConnection& peer) {
          peer.read_some();
          peer.send(std::string("\x15\x03\x03\x00\x02\x02\x28", 7));  // alert handshake_failure
        }) == "tls_handshake");
}

}  // namespace
}  // namespace picket::agent
