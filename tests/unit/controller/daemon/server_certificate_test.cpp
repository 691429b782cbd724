#include "controller/daemon/server_certificate.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "tests/support/sim/sim_clock.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-22T02:30:00Z");

struct FakeServer final : Server {
  std::uint16_t port() const override { return 0; }
  void start() override {}
  Status set_tls(TlsListenerOptions tls) override {
    if (refuses) return fail(ErrorCode::invalid_config, "no");
    shown.push_back(std::move(tls));
    return {};
  }
  std::uint64_t refused() const override { return 0; }
  async::Task<void> stop() override { co_return; }
  bool refuses{false};
  std::vector<TlsListenerOptions> shown;
};

struct World {
  test::TempDir directory;
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), kStart};
  std::unique_ptr<CertificateAuthority> authority{
      std::move(CertificateAuthority::open(directory.file("ca"), kStart).value())};
  ServerCertificate certificate{*authority, clock};
  FakeServer server;
  std::vector<WallTime> until;
  async::TaskGroup group{context.get_executor()};

  World() {
    certificate.on_shown = [this](WallTime at) { until.push_back(at); };
    certificate.shown(certificate.issue({"localhost"}).value());
    group.spawn("renew", certificate.renew(server));
  }
  void pass(Nanos span) { sim::run_for(context, clock, span); }
};

constexpr Millis kDay = hours{24};

}  // namespace

TEST_CASE("the certificate that agents are shown is renewed a month before it ends",
          "[certificate]") {
  World world;
  REQUIRE(world.until.size() == 1);
  world.pass(kDay * 58);
  CHECK(world.server.shown.empty());
  world.pass(kDay * 4);
  REQUIRE(world.server.shown.size() == 1);
  REQUIRE(world.until.size() == 2);
  CHECK(world.until.back() > world.until.front() + kDay * 55);
  world.pass(kDay * 50);
  CHECK(world.server.shown.size() == 1);
  world.pass(kDay * 300);
  CHECK(world.server.shown.size() == 6);
}

TEST_CASE("a server that does not take the certificate is asked again", "[certificate]") {
  World world;
  world.server.refuses = true;
  world.pass(kDay * 70);
  CHECK(world.until.size() == 1);  // it shows what it has shown
  world.server.refuses = false;
  world.pass(hours{2});
  CHECK(world.server.shown.size() == 1);
}

TEST_CASE("a certificate that is issued and not shown changes nothing", "[certificate]") {
  World world;
  world.pass(kDay * 59);
  REQUIRE(world.certificate.issue({"other"}));
  world.pass(kDay * 2);
  CHECK(world.server.shown.size() == 1);
}
