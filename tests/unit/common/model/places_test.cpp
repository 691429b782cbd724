#include "common/model/places.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "common/core/text.h"

using namespace picket;

namespace {

struct Row {
  std::string name;
  std::string continent;
};

}  // namespace

TEST_CASE("a point of presence lies where its IATA code does", "[places]") {
  const std::vector<Row> rows{
      {"FRA", "EU"}, {"fra", "EU"},     {"FRA56-P4", "EU"}, {"IAD", "NA"}, {"iad1", "NA"},
      {"GRU", "SA"}, {"NRT", "AS"},     {"DXB", "AS"},      {"SYD", "OC"}, {"JNB", "AF"},
      {"SAW", "AS"}, {"IST", "EU"},     {"HHN", "EU"},      {"QPG", "AS"}, {"LON", "EU"},
      {"WST", ""},   {"FRANKFURT", ""}, {"FR", ""},         {"", ""},      {"A1B", ""},
      {"RA ", ""},   {"BC ", ""},       {"cache-fra", ""},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(continent_of_pop(row.name) == row.continent);
  }
}

TEST_CASE("a region lies where its cloud says", "[places]") {
  const std::vector<Row> rows{
      {"eu-west-1", "EU"},
      {"EU-West-1", "EU"},
      {"us-east-2", "NA"},
      {"ca-central-1", "NA"},
      {"sa-east-1", "SA"},
      {"af-south-1", "AF"},
      {"ap-northeast-1", "AS"},
      {"ap-southeast-1", "AS"},
      {"ap-southeast-2", "OC"},
      {"me-central-1", "AS"},
      {"europe-west3", "EU"},
      {"asia-south1", "AS"},
      {"australia-southeast1", "OC"},
      {"northamerica-northeast1", "NA"},
      {"southamerica-east1", "SA"},
      {"westeurope", "EU"},
      {"southeastasia", "AS"},
      {"australiaeast", "OC"},
      {"southafricanorth", "AF"},
      {"brazilsouth", "SA"},
      {"fsn1", "EU"},
      {"fra1", "EU"},
      {"nyc-3", "NA"},
      {"sgp", ""},
      {"office", ""},
      {"r01", ""},
      {"", ""},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(continent_of_region(row.name) == row.continent);
  }
}

TEST_CASE("an operator's label names one of six continents", "[places]") {
  CHECK(continent_of_label("EU") == "EU");
  CHECK(continent_of_label("oc") == "OC");
  CHECK(continent_of_label("Europe").empty());
  CHECK(continent_of_label("").empty());
}

TEST_CASE("the table of codes is well formed and names no code twice", "[places]") {
  const std::vector<Row> table{
#define PICKET_POPS(continent, codes) {codes, continent},
#define PICKET_REGION(prefix, continent)
#include "common/model/places.def"
#undef PICKET_POPS
#undef PICKET_REGION
  };
  std::set<std::string> seen;
  for (const Row& row : table) {
    CHECK(continent_of_label(row.continent) == row.continent);
    for (const std::string& code : split(row.name, ' ')) {
      INFO(code);
      CHECK(code.size() == 3);
      CHECK(seen.insert(code).second);
      CHECK(continent_of_pop(code) == row.continent);
    }
  }
  CHECK(seen.size() > 500);
}
