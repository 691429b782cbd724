#include "common/model/page_action.h"

#include <catch2/catch.hpp>

using namespace picket;

TEST_CASE("hosts fit patterns", "[page]") {
  struct Row {
    const char* pattern;
    const char* host;
    bool fits;
  };
  for (const Row& row : {Row{"a.test", "a.test", true}, Row{"a.test", "A.Test", true},
                         Row{"a.test", "b.a.test", false}, Row{"*.a.test", "b.a.test", true},
                         Row{"*.a.test", "c.b.a.test", true}, Row{"*.a.test", "a.test", false},
                         Row{"*.a.test", "xa.test", false}, Row{"*", "anything", true},
                         Row{"ads*.test", "ads-7.test", true}, Row{"a*b*c", "axxbxxc", true},
                         Row{"a*b*c", "axxbxx", false}, Row{"", "a", false}, Row{"", "", true},
                         Row{"**", "", true}, Row{"*a", "aab", false}, Row{"*ab", "aaab", true}}) {
    INFO(row.pattern << " " << row.host);
    CHECK(host_matches(row.pattern, row.host) == row.fits);
  }
  CHECK(host_matches(std::vector<std::string>{"x", "*.y"}, "a.y"));
  CHECK_FALSE(host_matches(std::vector<std::string>{}, "a.y"));
}
