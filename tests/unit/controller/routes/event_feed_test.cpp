#include "controller/routes/event_feed.h"

#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::controller {
namespace {

using namespace std::chrono_literals;

// A feed whose commits are durable as soon as `storing` is true, and listeners to it.
struct Rig {
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'700'000'000'000)};
  bool storing{true};
  EventFeed feed{{context.get_executor(), clock, [this] { return durable(); }}};
  async::TaskGroup tasks{context.get_executor()};

  Rig() { tasks.spawn("feed", feed.run()); }
  ~Rig() {
    feed.stop();
    tasks.cancel_all();
    pass(1ms);
  }

  async::Task<bool> durable() {
    while (!storing) co_await clock.sleep_for(100ms);
    co_return true;
  }
  void pass(Nanos span) { sim::run_for(context, clock, span); }

  static std::optional<StreamedResponse> open_at(EventFeed& feed) {
    ServerRequest request;
    request.method = "GET";
    request.path = "/api/v1/events";
    return feed.open(request);
  }

  // Everything that the listener is sent goes to `heard`.
  void listen(std::vector<std::string>& heard) { tasks.spawn("listener", follow(heard)); }
  async::Task<void> follow(std::vector<std::string>& heard) {
    auto stream = open_at(feed);
    while (true) {
      heard.push_back(co_await stream->body->next());
      if (heard.back().empty()) co_return;
    }
  }
};

const std::string kAll =
    R"({"changed":["checks","incidents","deliveries","agents","silences","deployments"]})";

const std::string kAlive = "event: alive\ndata: {}\n\n";

std::string event(int id, const std::string& data) {
  return "id: " + std::to_string(id) + "\nevent: changed\ndata: " + data + "\n\n";
}

TEST_CASE("event feed names everything first, then what was marked within a second", "[events]") {
  std::vector<std::string> heard;
  Rig rig;
  rig.listen(heard);
  rig.pass(1ms);
  REQUIRE(heard == std::vector{event(0, kAll)});

  rig.feed.mark(EventFeed::agents);
  rig.pass(500ms);
  rig.feed.mark(EventFeed::checks);
  rig.pass(499ms);
  CHECK(heard.size() == 1);
  rig.pass(10ms);
  REQUIRE(heard.size() == 2);
  CHECK(heard[1] == event(1, R"({"changed":["checks","agents"]})"));
}

TEST_CASE("event feed tells nothing before it can be read", "[events]") {
  std::vector<std::string> heard;
  Rig rig;
  rig.listen(heard);
  rig.pass(1ms);
  rig.storing = false;
  rig.feed.mark(EventFeed::incidents);
  rig.pass(5s);
  CHECK(heard.size() == 1);
  rig.storing = true;
  rig.pass(200ms);
  REQUIRE(heard.size() == 2);
  CHECK(heard[1] == event(1, R"({"changed":["incidents"]})"));
}

TEST_CASE("event feed says that it lives when nothing changes", "[events]") {
  std::vector<std::string> heard;
  Rig rig;
  rig.listen(heard);
  rig.pass(41s);
  CHECK(heard == std::vector<std::string>{event(0, kAll), kAlive, kAlive});
}

TEST_CASE("event feed keeps one set of parts for a listener that does not read", "[events]") {
  std::vector<std::string> heard;
  Rig rig;
  auto slow = Rig::open_at(rig.feed);
  for (int round = 0; round < 5; ++round) {
    rig.feed.mark(round % 2 == 0 ? EventFeed::checks : EventFeed::agents);
    rig.pass(2s);
  }
  const auto read = [&]() -> async::Task<void> {
    heard.push_back(co_await slow->body->next());
    heard.push_back(co_await slow->body->next());
  };
  rig.tasks.spawn("slow", read());
  rig.pass(20s);
  CHECK(heard == std::vector<std::string>{event(5, kAll), kAlive});
}

TEST_CASE("event feed notices that incidents changed by itself", "[events]") {
  std::vector<std::string> heard;
  std::size_t incidents = 1;
  Rig rig;
  rig.feed.look_at_incidents = [&incidents] { return incidents; };
  rig.listen(heard);
  rig.pass(1ms);
  rig.feed.mark(EventFeed::checks);
  rig.pass(2s);
  rig.feed.mark(EventFeed::checks);
  rig.pass(2s);
  incidents = 2;
  rig.feed.mark(EventFeed::checks);
  rig.pass(2s);
  REQUIRE(heard.size() == 4);
  CHECK(heard[2] == event(2, R"({"changed":["checks"]})"));
  CHECK(heard[3] == event(3, R"({"changed":["checks","incidents"]})"));
}

TEST_CASE("event feed refuses one listener too many and takes the next when one left", "[events]") {
  Rig rig;
  std::vector<StreamedResponse> open;
  for (std::size_t number = 0; number < EventFeed::kStreamsMax; ++number)
    open.push_back(*Rig::open_at(rig.feed));
  const auto refused = Rig::open_at(rig.feed);
  CHECK(refused->head.status == 503);
  CHECK(refused->body == nullptr);
  open.pop_back();
  CHECK(Rig::open_at(rig.feed)->body != nullptr);
}

TEST_CASE("event feed ends every stream when it stops, and begins none", "[events]") {
  std::vector<std::string> heard;
  Rig rig;
  rig.listen(heard);
  rig.pass(1ms);
  rig.feed.stop();
  rig.pass(1ms);
  CHECK(heard == std::vector<std::string>{event(0, kAll), ""});
  CHECK(rig.feed.streams() == 0);
  CHECK(Rig::open_at(rig.feed)->head.status == 503);
}

TEST_CASE("event feed leaves other requests to the handler", "[events]") {
  Rig rig;
  ServerRequest request;
  request.method = "POST";
  request.path = "/api/v1/events";
  CHECK_FALSE(rig.feed.open(request));
  request.method = "GET";
  request.path = "/api/v1/status";
  CHECK_FALSE(rig.feed.open(request));
}

}  // namespace
}  // namespace picket::controller
