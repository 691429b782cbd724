#include "cli/replay/history_file.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "common/wire/wire.h"
#include "controller/evaluate/event_codec.h"
#include "controller/store/compression.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::cli;

namespace {

History make_history() {
  test::EvaluationWorld world(3);
  world.warm_up();
  History history;
  std::uint64_t seq = 0;
  for (int part = 0; part < 3; ++part) {
    v1::EventBatch batch;
    const controller::Event event{++seq, world.now, controller::ControllerStarted{}};
    *batch.add_events() = encode(event);
    history.batches.push_back(
        {seq, seq, world.now, world.now, controller::compress(wire::serialize(batch))});
  }
  history.warm_from = world.now - minutes{30};
  history.from = world.now;
  history.until = world.now + minutes{5};
  history.definitions.push_back({world.check, wire::revision_of(world.check), world.regions, true});
  history.routes.receivers["pagerduty/shop"] = "{}";
  history.routes.escalations["pagerduty/shop"] = {minutes{10}, "pagerduty/lead"};
  history.routes.rules.push_back(
      {{parse_silence_matcher("severity=warning").value()}, {"slack/ops"}, true});
  Silence silence{.id = "s1", .author = "anna", .comment = "known"};
  silence.matchers = {*parse_silence_matcher("check=~shop-.*")};
  silence.from = world.now;
  silence.until = world.now + hours{1};
  history.silences.push_back(silence);
  return history;
}

std::string read_all(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Error error_of(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  const auto history = read_history(path);
  REQUIRE_FALSE(history);
  return history.error();
}

}  // namespace

TEST_CASE("a history is read as it was written", "[history]") {
  const test::TempDir directory;
  const std::string path = directory.file("week.history");
  const History history = make_history();
  REQUIRE(write_history(path, history));
  const auto read = read_history(path);
  REQUIRE(read);
  CHECK(read->from == history.from);
  CHECK(read->until == history.until);
  CHECK(read->warm_from == history.warm_from);
  REQUIRE(read->batches.size() == 3);
  CHECK(read->batches[1].blob == history.batches[1].blob);
  REQUIRE(events_of(read->batches[2]));
  REQUIRE(read->definitions.size() == 1);
  CHECK(read->definitions[0].check == history.definitions[0].check);
  CHECK(read->definitions[0].regions == history.definitions[0].regions);
  CHECK(read->silences == history.silences);
  CHECK(read->routes.escalations.at("pagerduty/shop").to == "pagerduty/lead");
  REQUIRE(read->routes.rules.size() == 1);
  CHECK(read->routes.rules[0].match == history.routes.rules[0].match);
  CHECK(read->routes.rules[0].to == history.routes.rules[0].to);
  CHECK(read->routes.rules[0].go_on);
}

TEST_CASE("a damaged, cut or foreign history is refused with its line", "[history]") {
  const test::TempDir directory;
  const std::string path = directory.file("week.history");
  REQUIRE(write_history(path, make_history()));
  const std::string whole = read_all(path);
  CHECK(error_of(path, "").message.find("is empty") != std::string::npos);
  CHECK(error_of(path, "hello\n").message.find("is no exported history (line 1)") !=
        std::string::npos);
  CHECK(error_of(path, "{\"picket_history\": 99}\n").message.find("version 99") !=
        std::string::npos);
  // At every line's end and in the middle of each line.
  for (std::size_t cut = whole.find('\n'); cut + 1 < whole.size();
       cut = whole.find('\n', cut + 1)) {
    CHECK(error_of(path, whole.substr(0, cut + 1)).code == ErrorCode::corrupt);
    CHECK(error_of(path, whole.substr(0, cut - 5)).code == ErrorCode::corrupt);
  }
  std::string flipped = whole;
  const std::size_t data = flipped.find("\"data\":\"") + 20;
  flipped[data] = flipped[data] == 'A' ? 'B' : 'A';
  CHECK(error_of(path, flipped).message.find("checksum") != std::string::npos);
  std::string strange = whole;
  strange.replace(strange.find("severity=warning"), 16, "severity~warning");
  CHECK(error_of(path, strange).message.find("a route does not parse") != std::string::npos);
  std::string fewer = whole;
  const std::size_t second = fewer.find('\n') + 1;
  const std::size_t third = fewer.find('\n', second) + 1;
  fewer.erase(third, fewer.find('\n', third) + 1 - third);
  CHECK(error_of(path, fewer).message.find("events are missing") != std::string::npos);
  CHECK_FALSE(read_history(directory.file("absent")));
}
