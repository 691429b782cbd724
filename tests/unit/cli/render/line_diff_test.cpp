#include "cli/render/line_diff.h"

#include <catch2/catch.hpp>

using picket::cli::render_diff;

TEST_CASE("a diff has hunks with three lines of context", "[diff]") {
  CHECK(render_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
                    "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\nnew\n", {}) ==
        "--- f\n+++ f (formatted)\n"
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        "@@ -10,3 +10,4 @@\n 10\n 11\n 12\n+new\n");
}

TEST_CASE("near changes share a hunk, equal texts have none", "[diff]") {
  const std::string diff = render_diff("f", "a\n1\n2\n3\nb\n", "A\n1\n2\n3\nB\n", {});
  CHECK(diff == "--- f\n+++ f (formatted)\n@@ -1,5 +1,5 @@\n-a\n+A\n 1\n 2\n 3\n-b\n+B\n");
  CHECK(render_diff("f", "a\n", "a\n", {}).empty());
}

TEST_CASE("a missing line end is told, colour only where it is wanted", "[diff]") {
  CHECK(render_diff("f", "a", "a\n", {}) ==
        "--- f\n+++ f (formatted)\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
  CHECK(render_diff("f", "a\n", "b\n", {.color = true}).find("\x1b[31m-a") != std::string::npos);
}

TEST_CASE("texts too large to compare are one replacement", "[diff]") {
  std::string a;
  std::string b;
  for (int i = 0; i < 5000; ++i) {
    a += "a" + std::to_string(i) + "\n";
    b += "b" + std::to_string(i) + "\n";
  }
  CHECK(render_diff("f", a, b, {}).find("@@ -1,5000 +1,5000 @@") != std::string::npos);
}
