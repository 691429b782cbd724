#include "controller/deliver/dead_man_beat.h"

#include <catch2/catch.hpp>

#include "controller/deliver/route.h"
#include "tests/support/outbox_bench.h"

using namespace picket;
using namespace picket::test::outbox;
using Kind = DeliveryReport::Kind;

namespace {

const std::vector<std::string> kNothing;
const std::string kBeat{kBeatId};

Receiver dead_man() {
  Receiver made;
  made.name = "dead-man";
  made.kind = ReceiverKind::dead_man;
  made.url = "https://ping.example";
  made.secret = "https://ping.example/0d9b";
  made.method = "POST";
  return made;
}

OutboxRow beat(double now) { return make_beat(dead_man(), R"({"status":"ok"})", at(now)); }

}  // namespace

TEST_CASE("a beat goes to the whole URL, which no route shows", "[deliver]") {
  const OutboxRow row = beat(0);
  CHECK(row.route_json.find("0d9b") == std::string::npos);
  const http::Request request = make_beat_request(row, dead_man());
  CHECK(request.method == "POST");
  CHECK(request.url == "https://ping.example/0d9b");
  CHECK(request.body == row.payload_json);
  Receiver other = dead_man();
  other.method = "GET";
  CHECK(make_beat_request(row, other).method == "GET");
  CHECK(make_beat_request(row, other).body.empty());
  CHECK(parse_route(row.route_json)->kind == ReceiverKind::dead_man);
}

TEST_CASE("any 2xx takes a beat, nothing else does", "[deliver]") {
  http::Exchange answer;
  for (const int status : {200, 201, 202, 204}) {
    answer.status = status;
    CHECK(classify_beat(answer, dead_man()).kind == SendClass::accepted);
  }
  for (const int status : {301, 404, 429, 500}) {
    answer.status = status;
    CHECK(classify_beat(answer, dead_man()).kind != SendClass::accepted);
  }
}

TEST_CASE("a beat is tried again for a short while and then dropped", "[deliver]") {
  for (const SendClass failure : {SendClass::transient, SendClass::unknown, SendClass::rejected,
                                  SendClass::misconfigured, SendClass::not_sent}) {
    INFO(to_string(failure));
    Bench bench;
    bench.add(beat(100), 100);
    CHECK(bench.machine.owes_beat());
    CHECK(bench.machine.owed().empty());  // it is no page
    int attempts = 0;
    for (double now = 100; now < 200; now += 1)
      for (const std::string& id : bench.start(now)) {
        CHECK(now < 125);
        bench.finish(id, failure, now + 0.5);
        ++attempts;
      }
    CHECK(attempts >= 3);
    CHECK(bench.state(kBeat) == OutboxState::dead);
    CHECK(bench.rows.at(kBeat).last_error == to_string(failure));
    CHECK(bench.rows.size() == 1);  // no fallback
    CHECK(bench.reports == std::vector{Kind::dead});
    CHECK_FALSE(bench.machine.owes_beat());

    bench.add(beat(260), 260);
    bench.send(kBeat, SendClass::accepted, 260);
    CHECK(bench.state(kBeat) == OutboxState::accepted);
    CHECK(bench.rows.size() == 1);
  }
}

TEST_CASE("a beat whose commit took too long is not sent late", "[deliver]") {
  Bench bench;
  bench.add(beat(100), 400);
  CHECK(bench.start(400) == kNothing);
  CHECK(bench.state(kBeat) == OutboxState::dead);
}

TEST_CASE("a restart drops the beat that it finds and goes on with the next", "[deliver]") {
  for (const OutboxState state :
       {OutboxState::pending, OutboxState::in_flight, OutboxState::unknown}) {
    Bench bench;
    OutboxRow row = beat(100);
    row.state = state;
    bench.note(bench.machine.restore({row}, at(101)));
    CHECK(bench.state(kBeat) == OutboxState::dead);
    CHECK(bench.start(101) == kNothing);
    bench.add(beat(102), 102);
    bench.send(kBeat, SendClass::accepted, 102);
  }
}

TEST_CASE("a storm of pages does not hold a beat up", "[deliver]") {
  Bench bench;
  for (int i = 0; i < 100; ++i)
    bench.add(page("t" + std::to_string(i), OutboxAction::trigger, 0, 0, std::to_string(i)), 0);
  bench.add(beat(1), 1);
  const auto sent = bench.start(1);
  CHECK(std::count(sent.begin(), sent.end(), kBeat) == 1);
}
