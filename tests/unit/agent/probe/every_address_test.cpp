#include "agent/probe/every_address.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

ProbeOutcome answer(std::vector<std::string> addresses, int status = 200) {
  ProbeOutcome outcome;
  Hop hop;
  hop.exchange.resolved_addresses = std::move(addresses);
  hop.exchange.status = status;
  outcome.hops.push_back(hop);
  return outcome;
}

ProbeOutcome failing(std::vector<std::string> addresses, FailureKind kind) {
  ProbeOutcome outcome = answer(std::move(addresses), 0);
  outcome.failure = Failure{kind, std::string(to_string(kind)), {}};
  return outcome;
}

}  // namespace

TEST_CASE("each address is asked once and answers under its name", "[every_address]") {
  EveryAddress every(answer({"192.0.2.1", "192.0.2.2", "2001:db8::1"}));
  CHECK(every.next() == "192.0.2.2");
  CHECK(every.share_of(Seconds{10}) == Seconds{5});
  ProbeOutcome redirected = answer({"192.0.2.2"}, 302);
  redirected.hops.push_back(answer({"192.0.2.2"}).hops.front());
  every.add(redirected);
  CHECK(every.next() == "2001:db8::1");
  CHECK(every.share_of(Seconds{10}) == Seconds{10});
  every.add(answer({"2001:db8::1"}));
  CHECK_FALSE(every.next());
  const ProbeOutcome all = every.take();
  CHECK_FALSE(all.failure);
  CHECK(all.answers == std::vector<std::size_t>{0, 2, 3});
  REQUIRE(all.hops.size() == 4);
  CHECK(all.hops[0].label == "192.0.2.1");
  CHECK(all.hops[1].label == "192.0.2.2");
  CHECK(all.hops[2].label == "192.0.2.2");
  CHECK(all.hops[3].label == "2001:db8::1");
}

TEST_CASE("every failing address is named, the first gives the kind", "[every_address]") {
  EveryAddress every(answer({"192.0.2.1", "192.0.2.2", "192.0.2.3"}));
  every.add(failing({}, FailureKind::connect_refused));
  every.add(failing({}, FailureKind::tls_expired));
  const ProbeOutcome all = every.take();
  REQUIRE(all.failure);
  CHECK(all.failure->kind == FailureKind::connect_refused);
  CHECK(all.failure->message ==
        "2 of 3 addresses fail: 192.0.2.2: connect_refused; 192.0.2.3: tls_expired");
  CHECK(all.answers.empty());
  REQUIRE(all.hops.size() == 3);
  CHECK(all.hops[1].label == "192.0.2.3");
  CHECK(all.hops[2].label == "192.0.2.2");  // whom the failure is of
}

TEST_CASE("a name that does not resolve fails as it would without", "[every_address]") {
  EveryAddress every(failing({}, FailureKind::dns_nxdomain));
  CHECK_FALSE(every.next());
  const ProbeOutcome all = every.take();
  CHECK(all.failure->message == "dns_nxdomain");
  CHECK(all.answers.empty());
}

TEST_CASE("more than sixteen addresses are a warning", "[every_address]") {
  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back("192.0.2." + std::to_string(i));
  EveryAddress every(answer(many));
  int asked = 1;
  for (; every.next(); ++asked) every.add(answer({}));
  CHECK(asked == 16);
  const ProbeOutcome all = every.take();
  REQUIRE(all.warnings.size() == 1);
  CHECK(all.warnings[0].message == "every_address: 4 addresses more than the 16 that are asked");
}
