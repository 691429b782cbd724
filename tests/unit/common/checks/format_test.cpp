#include "common/checks/format.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/checks/load.h"
#include "common/core/random.h"
#include "common/wire/wire.h"
#include "tests/support/paths.h"

using namespace picket;
using namespace picket::checks;

namespace {

std::string formatted(const std::string& text) {
  const auto done = format_checks("a.check.yaml", text);
  INFO((done ? "" : done.error().message));
  REQUIRE(done.has_value());
  return *done;
}

std::string refusal(const std::string& text) {
  const auto done = format_checks("a.check.yaml", text);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == ErrorCode::invalid_argument);
  return done.error().message;
}

std::vector<std::filesystem::path> corpus() {
  std::vector<std::filesystem::path> paths;
  const std::filesystem::path root{test::source_dir()};
  for (const char* folder :
       {"tests/data/checks/good", "configs/checks", "tests/data/checks/bad", "demo/checks"}) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder))
      if (entry.path().string().ends_with(".check.yaml")) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Of a model all but the places, which the layout may change.
std::vector<std::string> model_of(const std::string& text) {
  std::vector<std::string> revisions;
  for (const Check& check : load_check_text("a.check.yaml", text).checks)
    revisions.push_back(wire::revision_of(check).value);
  return revisions;
}

// The line with `factor` times its indentation; what follows a dash stays a multiple too.
std::string widened(const std::string& line, std::size_t factor) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const std::string rest = line.substr(indent);
  const bool item = rest.starts_with("- ");
  return std::string(indent * factor, ' ') +
         (item ? "-" + std::string(2 * factor - 1, ' ') + rest.substr(2) : rest);
}

bool has_long_texts(const std::string& text) {
  return text.find(": |") != text.npos || text.find(": >") != text.npos;
}

// Another layout of the same text: other indentation, empty lines, spaces at line ends.
std::string shaken(const std::string& text, Random& random) {
  std::ostringstream out;
  std::istringstream in{text};
  const std::size_t factor = has_long_texts(text) ? 1 : 1 + random.below(3);
  for (std::string line; std::getline(in, line);) {
    out << widened(line, factor) << std::string(random.below(3), ' ') << '\n';
    if (random.below(8) == 0 && !has_long_texts(text)) out << "\n\n";
  }
  return out.str();
}

}  // namespace

TEST_CASE("the layout has two spaces, list items below their key, an empty line between checks",
          "[format]") {
  CHECK(formatted(R"(


version:   1
checks:
- name: a
  http:
      url: 'https://a.test/'
      headers: {accept: text/html}   # of a browser
  tags:
  - one
  -   two


# about b

# directly above b
- name: b

  http: GET https://b.test/
  expect: {body: {contains: 'it''s "x"'}}


)") == R"(version: 1
checks:
  - name: a
    http:
      url: "https://a.test/"
      headers: {accept: text/html}   # of a browser
    tags:
      - one
      - two

  # about b

  # directly above b
  - name: b

    http: GET https://b.test/
    expect: {body: {contains: 'it''s "x"'}}
)");
}

TEST_CASE("keys come in the order of keys.def, with the comments above them", "[format]") {
  CHECK(formatted(R"(checks:
  - http: GET https://a.test/
    # who is paged
    owner: shop
    name: a
  - name: b
    steps:
      - http: GET https://b.test/
        expect:
          status: 200
        # what it is called
        name: first
version: 1
)") == R"(version: 1
checks:
  - name: a
    # who is paged
    owner: shop
    http: GET https://a.test/

  - name: b
    steps:
      - http: GET https://b.test/
        expect:
          status: 200
        # what it is called
        name: first
)");
}

TEST_CASE("keys that empty lines or comments group keep their order", "[format]") {
  for (const std::string text :
       {"version: 1\nchecks:\n  - http: GET https://a.test/\n\n    name: a\n",
        "version: 1\nchecks:\n  - http: GET https://a.test/\n    name: a\n    # the end\n",
        "# header\nchecks:\n  - name: a\n    http: GET https://a.test/\nversion: 1\n",
        "version: 1\nchecks:\n  - http: &a GET https://a.test/\n    name: a\n"})
    CHECK(formatted(text) == text);
}

TEST_CASE("texts of several lines keep their content", "[format]") {
  const std::string text = R"(version: 1
checks:
    - name: a
      description: |
           two

             lines # no comment

      title: folded
        plain text
      http:
          method: POST
          url: https://a.test/
          body: "quoted

            text"
          headers: {
            accept: text/html,  # of a browser
            x-b: c
          }
)";
  CHECK(formatted(text) == R"(version: 1
checks:
  - name: a
    description: |
      two

        lines # no comment

    title: folded
      plain text
    http:
      method: POST
      url: https://a.test/
      body: "quoted

        text"
      headers: {
        accept: text/html,  # of a browser
        x-b: c
      }
)");
  CHECK(model_of(formatted(text)) == model_of(text));
}

TEST_CASE("every file of the corpus keeps its model, and a second pass changes nothing",
          "[format][property]") {
  const auto paths = corpus();
  REQUIRE(paths.size() > 20);
  Random random{7};
  for (const auto& path : paths) {
    INFO(path.string());
    const std::string text = read(path);
    if (load_check_text("a", text).files.at(0).readable == false) continue;
    const auto first = format_checks(path.string(), text);
    if (!first && path.string().find("/bad") != std::string::npos) continue;
    REQUIRE(first.has_value());
    CHECK(model_of(*first) == model_of(text));
    CHECK(formatted(*first) == *first);
    for (int round = 0; round < 5; ++round) {
      const std::string other = shaken(*first, random);
      const std::string again = formatted(other);
      CHECK(model_of(again) == model_of(other));
      CHECK(formatted(again) == again);
    }
  }
}

TEST_CASE("an odd layout of the same lines ends in the same text", "[format][property]") {
  Random random{8};
  const std::string text = formatted(
      read(std::filesystem::path{test::source_dir()} / "configs/checks/shop-home.check.yaml"));
  for (const std::size_t factor : {1U, 2U, 4U}) {
    std::string other;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
      other += widened(line, factor) + "  \n";
    }
    CHECK(formatted(other) == text);
  }
}

TEST_CASE("what is no YAML, and what would change, is refused with the line", "[format]") {
  CHECK(refusal("version: 1\nchecks: [\n").starts_with("a.check.yaml:"));
  CHECK(refusal("version: 1\nchecks:\n  - name: a\n    description: |3\n        x\n") ==
        "a.check.yaml: line 4: a block text that gives its own indentation");
  CHECK(refusal("? version\n: 1\n").find("line 1: a key marked with `?`") != std::string::npos);
  CHECK(refusal("version: 1\nversion: 1\n").find("stands twice") != std::string::npos);
}

TEST_CASE("line ends, byte order marks and trailing spaces are made plain", "[format]") {
  CHECK(formatted("\xEF\xBB\xBFversion: 1  \r\nchecks:\r\n- name: a\r\n") ==
        "version: 1\nchecks:\n  - name: a\n");
}
