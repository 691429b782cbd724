// Every hostile target of the table: the run ends within its timeout and 250 ms, with the right
// kind, in little memory, and the check beside it does not notice.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "tests/integration/hostile/rig.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"

namespace picket::test {
namespace {

constexpr int kTries = 3;  // a machine can stop for a second; three times in a row it does not
constexpr const char* kBegin = "<!-- behaviours: made by integration_hostile_test -->\n";

struct Group {
  const char* title;
  Targets (*targets)();  // some take seconds to make
};

constexpr Group kGroups[] = {
    {"Status lines and headers", hostile_heads},
    {"Bodies", hostile_bodies},
    {"Content encodings", hostile_encodings},
    {"Redirects", hostile_redirects},
    {"HTTP/2", hostile_http2},
    {"gRPC", hostile_grpc},
    {"TLS", hostile_tls},
    {"Connections", hostile_connections},
    {"Name servers", hostile_names},
    {"The dns probe", hostile_dns},
    {"The tcp probe", hostile_tcp},
    {"The tls probe", hostile_tls_probe},
    {"STARTTLS", hostile_starttls},
    {"WebSockets", hostile_websockets},
    {"OAuth", hostile_oauth},
};

void run_group(std::string_view title) {
  for (const Group& group : kGroups) {
    if (group.title != title) continue;
    for (const HostileTarget& target : group.targets()) {
      std::string wrong;
      for (int i = 0; i < kTries; ++i) {
        wrong = complaint(target, run_against(target));
        if (wrong.empty()) break;
      }
      INFO(target.what);
      CHECK(wrong == "");
    }
  }
}

std::string table() {
  std::string out = kBegin;
  for (const Group& group : kGroups) {
    out += fmt::format("\n## {}\n\n| the target sends or does | how the run ends |\n|---|---|\n",
                       group.title);
    for (const HostileTarget& target : group.targets()) {
      const bool passes = target.kind == "passes";
      out += fmt::format("| {} | {} |\n", target.what, passes ? "passes" : "`" + target.kind + "`");
    }
  }
  return out;
}

TEST_CASE("hostile heads end as the table says", "[hostile]") {
  run_group("Status lines and headers");
}
TEST_CASE("hostile bodies end as the table says", "[hostile]") { run_group("Bodies"); }
TEST_CASE("hostile encodings end as the table says", "[hostile]") {
  run_group("Content encodings");
}
TEST_CASE("hostile redirects end as the table says", "[hostile]") { run_group("Redirects"); }
TEST_CASE("hostile HTTP/2 ends as the table says", "[hostile]") { run_group("HTTP/2"); }
TEST_CASE("hostile health services end as the table says", "[hostile]") { run_group("gRPC"); }
TEST_CASE("hostile TLS ends as the table says", "[hostile]") { run_group("TLS"); }
TEST_CASE("hostile connections end as the table says", "[hostile]") { run_group("Connections"); }
TEST_CASE("hostile name servers end as the table says", "[hostile]") { run_group("Name servers"); }
TEST_CASE("hostile answers of the dns probe end as the table says", "[hostile]") {
  run_group("The dns probe");
}
TEST_CASE("hostile peers of the tcp probe end as the table says", "[hostile]") {
  run_group("The tcp probe");
}
TEST_CASE("hostile handshakes of the tls probe end as the table says", "[hostile]") {
  run_group("The tls probe");
}
TEST_CASE("hostile words before TLS end as the table says", "[hostile]") { run_group("STARTTLS"); }
TEST_CASE("hostile WebSockets end as the table says", "[hostile]") { run_group("WebSockets"); }

TEST_CASE("hostile providers of OAuth end as the table says", "[hostile]") { run_group("OAuth"); }

TEST_CASE("there are at least two hundred behaviours and no two alike", "[hostile]") {
  std::set<std::string> names;
  std::size_t count = 0;
  for (const Group& group : kGroups)
    for (const HostileTarget& target : group.targets()) {
      ++count;
      names.insert(target.group + ": " + target.what);
    }
  CHECK(count >= 200);
  CHECK(names.size() == count);
}

// PICKET_UPDATE_GOLDEN=1 writes the table into the page.
TEST_CASE("the page of hostile targets has this table", "[hostile]") {
  const std::string path = source_dir() + "/docs/reference/hostile-targets.md";
  const std::string page = read_file(path);
  const auto begin = page.find(kBegin);
  REQUIRE(begin != std::string::npos);
  const std::string wanted = page.substr(0, begin) + table();
  if (std::getenv("PICKET_UPDATE_GOLDEN") != nullptr) write_file(path, wanted);
  CHECK(page == wanted);
}

TEST_CASE("the rig notices what is wrong", "[hostile]") {
  const HostileTarget target{"x", "y", "timeout", {}};
  Observed good;
  good.kind = "timeout";
  good.took = Millis{840};
  good.limit = Millis{850};
  good.innocent_runs = 10;
  CHECK(complaint(target, good).empty());
  Observed bad = good;
  bad.kind = "passes";
  CHECK_THAT(complaint(target, bad), Catch::StartsWith("ends with passes"));
  bad = good;
  bad.took = Millis{851};
  CHECK(complaint(target, bad) == "took 851 ms of 850 ms");
  bad = good;
  bad.innocent_held_up = Seconds{2};
  CHECK(complaint(target, bad) == "held the other check up for 2000 ms");
  bad = good;
  bad.innocent_failures = 1;
  CHECK(complaint(target, bad) == "1 of 10 runs of the other check failed");
}

}  // namespace
}  // namespace picket::test
