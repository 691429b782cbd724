#include "cli/controller/contexts.h"

#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"

namespace picket::cli {
namespace {

using Variables = std::map<std::string, std::string>;

// A user with the contexts `prod` (in use), `lab`, and `bare` without a token.
struct User {
  test::TempDir directory;

  User() {
    Contexts contexts;
    contexts.current = "prod";
    contexts.all = {{"prod", {"https://prod.test", "prod.token"}},
                    {"lab", {"https://lab.test", "lab.token"}},
                    {"bare", {"https://bare.test", ""}}};
    REQUIRE(save_contexts(contexts_path(environment({})), contexts));
  }

  Environment environment(Variables variables) const {
    variables["XDG_CONFIG_HOME"] = directory.file("config");
    return [variables](const std::string& name) -> std::optional<std::string> {
      const auto at = variables.find(name);
      return at == variables.end() ? std::nullopt : std::optional(at->second);
    };
  }

  // "URL TOKEN_FILE"
  std::string found(const ControllerAccess& given, const std::string& context,
                    const Variables& variables) const {
    const auto access = find_controller(given, context, environment(variables));
    return access ? access->url + " " + access->token_file : access.error().message;
  }
};

}  // namespace

TEST_CASE("a context that the command line names comes before the environment", "[context]") {
  const User user;
  const Variables both{{"PICKET_CONTROLLER", "https://other.test"},
                       {"PICKET_TOKEN_FILE", "other.token"},
                       {"PICKET_CONTEXT", "prod"}};
  CHECK(user.found({}, "lab", both) == "https://lab.test lab.token");
  CHECK(user.found({"", "flag.token"}, "lab", both) == "https://lab.test flag.token");
  CHECK(user.found({}, "bare", both) == "https://bare.test other.token");
  CHECK(user.found({}, "labs", both) == "there is no context `labs`");
}

TEST_CASE("the environment comes before the context in use", "[context]") {
  const User user;
  CHECK(user.found({}, "", {}) == "https://prod.test prod.token");
  CHECK(user.found({}, "", {{"PICKET_TOKEN_FILE", "env"}}) == "https://prod.test env");
  CHECK(user.found({}, "", {{"PICKET_CONTEXT", "lab"}}) == "https://lab.test lab.token");
  CHECK(user.found({}, "", {{"PICKET_CONTEXT", "lab"}, {"PICKET_TOKEN_FILE", "env"}}) ==
        "https://lab.test env");
}

TEST_CASE("a context's token goes to no other URL", "[context]") {
  const User user;
  CHECK(user.found({"https://x.test", ""}, "", {}) == "https://x.test ");
  CHECK(user.found({"https://x.test", ""}, "", {{"PICKET_TOKEN_FILE", "env"}}) ==
        "https://x.test env");
  CHECK(user.found({}, "", {{"PICKET_CONTROLLER", "https://x.test"}}) == "https://x.test ");
  CHECK(user.found({"", "flag"}, "", {{"PICKET_CONTROLLER", "https://x.test"}}) ==
        "https://x.test flag");
}

}  // namespace picket::cli
