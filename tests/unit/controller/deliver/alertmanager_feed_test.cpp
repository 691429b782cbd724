// The feed over scripted instances, in virtual time.
#include "controller/deliver/alertmanager_feed.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "controller/deliver/route.h"
#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;
using test::Reply;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);  // 2026-11-22T02:30:00Z
const std::string kOne = "http://one.example/api/v2/alerts";
const std::string kTwo = "http://two.example/api/v2/alerts";

Receiver receiver() {
  return {"alertmanager/main",
          ReceiverKind::alertmanager,
          "http://one.example http://two.example",
          "",
          "",
          ""};
}

class World {
 public:
  explicit World(const Reply& second = {}) {
    directory_.set({receiver()});
    http.on("POST", kOne, {});
    http.on("POST", kTwo, second);
  }

  OutboxRow row(OutboxAction action, std::uint32_t ordinal) {
    OutboxRow made;
    made.id = "row-" + std::to_string(ordinal);
    made.incident = IncidentId{"01JSHOP"};
    made.action = action;
    made.receiver = "alertmanager/main";
    made.route_json = render_route(receiver());
    made.payload_json = R"({"summary":"shop down","timestamp":"2026-11-22T02:20:00.000Z"})";
    made.key = DedupKey{"picket:a"};
    made.ordinal = ordinal;
    made.due = clock.wall_now();
    return made;
  }

  SendResult tell(const OutboxRow& row) {
    std::optional<SendResult> result;
    boost::asio::co_spawn(io, feed.tell(row, receiver()),
                          [&](const std::exception_ptr&, SendResult told) { result = told; });
    sim::run_for(io, clock, Seconds{20});
    return result.value();
  }

  void learn(OutboxRow row, OutboxState state = OutboxState::accepted) {
    row.state = state;
    feed.learn(row);
  }

  void configure(std::vector<Receiver> receivers) { directory_.set(std::move(receivers)); }
  void run(Nanos span) { sim::run_for(io, clock, span); }
  void start() { boost::asio::co_spawn(io, feed.run(), boost::asio::detached); }

  // The `endsAt` that one instance was told, in order, as seconds after its request.
  std::vector<std::string> ends(const std::string& url) {
    std::vector<std::string> out;
    for (const auto& request : http.requests())
      if (request.url == url)
        for (const json& alert : json::parse(request.body)) out.push_back(alert["endsAt"]);
    return out;
  }

  boost::asio::io_context io;
  sim::SimClock clock{io.get_executor(), kStart};
  test::ScriptedHttp http{clock};

 private:
  ReceiverDirectory directory_;

 public:
  AlertmanagerFeed feed{{clock, http}, directory_};
};

using Ends = std::vector<std::string>;

}  // namespace

TEST_CASE("a message goes to every instance, and is accepted when one takes it",
          "[deliver][alertmanager]") {
  Reply broken;
  broken.status = 500;
  broken.body = "no quorum";
  World world(broken);
  const SendResult result = world.tell(world.row(OutboxAction::trigger, 0));
  CHECK(result.kind == SendClass::accepted);
  CHECK(result.error == "http://two.example: HTTP 500: no quorum");
  CHECK(world.ends(kOne).size() == 1);
  CHECK(world.ends(kTwo).size() == 1);
}

TEST_CASE("a message that no instance takes fails as the one that may yet", "[deliver]") {
  World world;
  Reply busy;
  busy.status = 503;
  Reply rejected;
  rejected.status = 400;
  world.http.otherwise([&](const http::Request& request) {
    return request.url.find("one") != std::string::npos ? busy : rejected;
  });
  Receiver other = receiver();
  other.url = "http://one.test http://two.test";
  std::optional<SendResult> result;
  boost::asio::co_spawn(world.io, world.feed.tell(world.row(OutboxAction::trigger, 0), other),
                        [&](const std::exception_ptr&, SendResult told) { result = told; });
  world.run(Seconds{20});
  REQUIRE(result);
  CHECK(result->kind == SendClass::transient);
  CHECK(result->error.find("http://two.test: HTTP 400") != std::string::npos);
}

TEST_CASE("what is open is renewed each minute at every instance, what ended for a while",
          "[deliver][alertmanager]") {
  World world;
  world.learn(world.row(OutboxAction::trigger, 0));
  world.start();
  world.run(Seconds{121});
  const Ends open{"2026-11-22T02:50:00.000Z", "2026-11-22T02:51:00.000Z",
                  "2026-11-22T02:52:00.000Z"};
  CHECK(world.ends(kOne) == open);
  CHECK(world.ends(kTwo) == open);
  world.learn(world.row(OutboxAction::resolve, 1), OutboxState::pending);
  world.run(hours{1});
  const Ends all = world.ends(kOne);
  CHECK(all.size() == 3 + 15);
  CHECK(all.back() == "2026-11-22T02:32:01.000Z");
  CHECK(all[3] == all.back());
}

TEST_CASE("a clock that is far off is told in its own time, at once", "[deliver][alertmanager]") {
  World world;
  Reply ahead;
  ahead.headers = {{"Date", "Sun, 22 Nov 2026 04:30:00 GMT"}};
  world.http.otherwise([&](const http::Request&) { return ahead; });
  Receiver one = receiver();
  one.url = "http://ahead.test";
  boost::asio::co_spawn(world.io, world.feed.tell(world.row(OutboxAction::trigger, 0), one),
                        [](const std::exception_ptr&, const SendResult&) {});
  world.run(Seconds{5});
  const Ends told = world.ends("http://ahead.test/api/v2/alerts");
  REQUIRE(told.size() == 2);
  CHECK(told[0] == "2026-11-22T02:50:00.000Z");
  CHECK(told[1].substr(0, 16) == "2026-11-22T04:50");
}

TEST_CASE("a 400 is tried again the next minute, not before", "[deliver][alertmanager]") {
  World world;
  Reply rejected;
  rejected.status = 400;
  rejected.body = "one of them is invalid";
  world.http.on("POST", kOne, rejected);
  world.http.on("POST", kOne, rejected);
  (void)world.tell(world.row(OutboxAction::trigger, 0));
  const std::size_t before = world.ends(kOne).size();
  world.learn(world.row(OutboxAction::trigger, 0));
  world.start();
  world.run(Seconds{59});
  CHECK(world.ends(kOne).size() == before + 1);
  const auto views = world.feed.views();
  REQUIRE(views.size() == 2);
  CHECK(views[0].instance == "http://one.example");
  CHECK_FALSE(views[0].up);
  CHECK(views[0].failures == 1);
  CHECK(views[1].up);
  CHECK(views[1].alerts == 1);
}

TEST_CASE("an incident that ends while it is renewed is told as ended right after",
          "[deliver][alertmanager]") {
  Reply slow;
  slow.delay = Seconds{5};
  World world(slow);
  world.learn(world.row(OutboxAction::trigger, 0));
  world.start();
  world.run(Seconds{1});
  world.learn(world.row(OutboxAction::resolve, 1), OutboxState::pending);
  world.run(Seconds{14});
  CHECK(world.ends(kOne) == Ends{"2026-11-22T02:50:00.000Z", "2026-11-22T02:30:01.000Z"});
  CHECK(world.ends(kTwo).size() >= 1);
}

TEST_CASE("what is open goes on there when its name becomes that of another kind",
          "[deliver][alertmanager]") {
  World world;
  world.learn(world.row(OutboxAction::trigger, 0));
  world.start();
  world.run(Seconds{1});
  Receiver other = receiver();
  other.kind = ReceiverKind::email;
  other.url = "smtp://mail.example:587";
  world.configure({other});
  world.run(minutes{2});
  CHECK(world.ends(kOne).size() == 3);
  world.configure({});
  world.run(minutes{1});
  CHECK(world.ends(kOne).size() == 4);
  CHECK(world.ends(kTwo).size() == 4);
}
