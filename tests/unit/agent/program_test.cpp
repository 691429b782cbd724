// The program itself: command line, configuration, lock, signals.
#include <signal.h>

#include <catch2/catch.hpp>

#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using Catch::Matchers::Contains;

namespace {

const std::string kProgram = test::build_dir() + "/bin/picket-agent";

struct Folder : test::TempDir {
  std::string config(const std::string& more = "") {
    const std::string text = "version: 1\ncontroller: https://127.0.0.1:1\nstate_dir: " +
                             file("state") + "\nname: agent-1\njoin_token_file: " + file("token") +
                             "\n" + more;
    return test::write_file(file("agent.yaml"), text);
  }
};

int run(std::vector<std::string> arguments, std::string& output) {
  arguments.insert(arguments.begin(), kProgram);
  return test::run_command(arguments, &output);
}

}  // namespace

TEST_CASE("help and version end well, a bad command line with 2", "[program]") {
  std::string output;
  CHECK(run({"--help"}, output) == 0);
  CHECK_THAT(output, Contains("--config"));
  CHECK(run({"--version"}, output) == 0);
  CHECK_THAT(output, Contains("picket-agent"));
  CHECK(run({}, output) == 2);
  CHECK(run({"--confg", "x"}, output) == 2);
}

TEST_CASE("a bad configuration ends with 3 and says where", "[program]") {
  Folder folder;
  std::string output;
  CHECK(run({"--config", folder.file("missing.yaml")}, output) == 3);
  CHECK_THAT(output, Contains("missing.yaml"));
  CHECK(run({"--config", folder.config("intervall: 5\n")}, output) == 3);
  CHECK_THAT(output, Contains("intervall"));
  const auto ca = folder.config("controller_ca: " + folder.file("nothing.pem") + "\n");
  CHECK(run({"--config", ca}, output) == 3);
  CHECK_THAT(output, Contains("nothing.pem"));
}

TEST_CASE("an agent without certificate and token ends with 4 and says what to do", "[program]") {
  Folder folder;
  std::string output;
  CHECK(run({"--config", folder.config()}, output) == 4);
  CHECK_THAT(output, Contains("picket agents token create"));
}

TEST_CASE("a state_dir that cannot be made ends with 4", "[program]") {
  Folder folder;
  test::write_file(folder.file("state"), "a file");
  std::string output;
  CHECK(run({"--config", folder.config()}, output) == 4);
  CHECK_THAT(output, Contains("state"));
}

TEST_CASE("an agent waits for its controller, alone in its state_dir, until SIGTERM", "[program]") {
  Folder folder;
  test::write_file(folder.file("token"), "pkt_x\n");
  const std::string config = folder.config();
  const std::string log = folder.file("log");
  test::Process agent{{{kProgram, "--config", config}, log, {}, ""}};
  REQUIRE(test::wait_until([&] {
    return test::read_file(log).find("not enrolled yet") != std::string::npos;
  }));
  std::string output;
  CHECK(run({"--config", config}, output) == 4);
  CHECK_THAT(output, Contains("another agent works in") && Contains(std::to_string(agent.pid())));
  CHECK(agent.stop() == 0);
  CHECK_THAT(test::read_file(log), Contains("drained"));
}
