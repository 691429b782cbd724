#include <filesystem>

#include "tests/integration/dns/dns_fixture.h"

using namespace picket;
using namespace picket::test;

namespace {

// An authority for three zones - signed, with a signature that is wrong, unsigned - and a
// resolver that trusts the keys of the first two.
struct SignedWorld {
  TempDir directory;
  std::unique_ptr<Named> authority;
  std::unique_ptr<Named> resolver;
  std::unique_ptr<DnsRunner> runner;

  SignedWorld() {
    const std::string zones = directory.file("zones");
    const std::string validator = directory.file("validator");
    std::filesystem::create_directory(zones);
    std::filesystem::create_directory(validator);
    const std::string text = example_zone("1", "edge A 203.0.113.8\n");
    const SignedZone good = sign_zone(zones, "good.test", text);
    const SignedZone broken = sign_zone(zones, "broken.test", text);
    const std::string plain = write_file(zones + "/plain.db", text);
    std::string changed = read_file(broken.path);
    changed.replace(changed.find("203.0.113.7"), 11, "203.0.113.9");  // after it was signed
    write_file(broken.path, changed);
    NamedOptions authoritative{.directory = zones};
    authoritative.blocks = primary_zone("good.test", good.path) +
                           primary_zone("broken.test", broken.path) +
                           primary_zone("plain.test", plain);
    authority = std::make_unique<Named>(std::move(authoritative));
    NamedOptions recursive{.directory = validator};
    recursive.options = validating_resolver(authority->port());
    recursive.blocks = "trust-anchors { " + good.anchor + " " + broken.anchor + " };\n";
    resolver = std::make_unique<Named>(std::move(recursive));
    runner = std::make_unique<DnsRunner>(resolver->server());
  }

  agent::ProbeOutcome ask(const std::string& name, std::vector<std::string> judged = {}) {
    DnsAction action = question(name, "A");
    action.dnssec = true;
    return runner->run(action, std::move(judged));
  }
};

}  // namespace

TEST_CASE("a validating resolver tells signed, unsigned and broken zones apart", "[dns]") {
  SignedWorld world;
  const auto valid = world.ask("edge.good.test");
  INFO(message_of(valid));
  CHECK(kind_of(valid) == "none");
  CHECK(fact(valid, "dnssec") == "valid");
  CHECK(fact(valid, "flags.ad") == "true");
  CHECK(fact(valid, "answers") == "203.0.113.7, 203.0.113.8");
  const auto insecure = world.ask("edge.plain.test");
  CHECK(kind_of(insecure) == "none");
  CHECK(fact(insecure, "dnssec") == "insecure");
  const auto bogus = world.ask("edge.broken.test");
  CHECK(kind_of(bogus) == "dns_bogus");
  CHECK(message_of(bogus) ==
        "system answers SERVFAIL for edge.broken.test A, but answers when "
        "DNSSEC validation is switched off");
  CHECK(fact(world.ask("edge.broken.test", {"dnssec"}), "dnssec") == "bogus");
}

TEST_CASE("an expectation on dnssec asks for it; without one SERVFAIL stays SERVFAIL", "[dns]") {
  SignedWorld world;
  const auto asked = world.runner->run(question("edge.good.test", "A"), {"dnssec"});
  CHECK(fact(asked, "dnssec") == "valid");
  const auto plain = world.runner->run(question("edge.good.test", "A"));
  CHECK(fact(plain, "dnssec") == "absent");
  const auto broken = world.runner->run(question("edge.broken.test", "A"));
  CHECK(kind_of(broken) == "dns_servfail");
}
