#include "controller/remote_write/remote_writer.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>

#include "common/async/task_group.h"
#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;

namespace {

const std::string kUrl = "https://receiver.test/api/v1/write";

RemoteWriteSettings settings() {
  RemoteWriteSettings made;
  made.url = kUrl;
  made.interval = Seconds{15};
  return made;
}

// Two samples in each text: `a`, and `up`.
class World {
 public:
  explicit World(RemoteWriteSettings made = settings())
      : writer_({context_.get_executor(), clock_, *pool_, http_}, std::move(made), Random{1}) {
    writer_.read = []() -> async::Task<std::string> { co_return "a 1\n"; };
    tasks_.spawn("collect", writer_.collect_all());
    tasks_.spawn("send", writer_.send_all());
  }
  ~World() {
    tasks_.cancel_all();
    run(Seconds{0});
  }

  void run(Nanos span) { sim::run_for(context_, clock_, span); }
  test::ScriptedHttp& http() { return http_; }
  const RemoteWriter& writer() const { return writer_; }

  void answers(int status, http::Headers headers = {}) {
    test::Reply reply;
    reply.status = status;
    reply.headers = std::move(headers);
    http_.on("POST", kUrl, std::move(reply));
  }

 private:
  boost::asio::io_context context_;
  sim::SimClock clock_{context_.get_executor(), WallTime::from_unix_ms(1'800'000'000'000)};
  std::unique_ptr<async::BlockingPool> pool_ = async::create_inline_pool();
  test::ScriptedHttp http_{clock_};
  RemoteWriter writer_;
  async::TaskGroup tasks_{context_.get_executor()};
};

}  // namespace

TEST_CASE("each interval is one request with the headers of the protocol", "[remote_write]") {
  RemoteWriteSettings made = settings();
  made.bearer_token = "word";
  World world(made);
  world.answers(204);
  world.run(Seconds{14});
  CHECK(world.http().requests().empty());
  world.run(Seconds{31});
  REQUIRE(world.http().requests().size() == 3);
  const http::Headers& headers = world.http().requests()[0].headers;
  CHECK(http::find_header(headers, "content-type") == "application/x-protobuf");
  CHECK(http::find_header(headers, "content-encoding") == "snappy");
  CHECK(http::find_header(headers, "x-prometheus-remote-write-version") == "0.1.0");
  CHECK(http::find_header(headers, "authorization") == "Bearer word");
  CHECK(world.writer().counters().sent == 6);
  CHECK(world.writer().counters().up);
}

TEST_CASE("a name and a password are basic authentication", "[remote_write]") {
  RemoteWriteSettings made = settings();
  made.username = "ann";
  made.password = "word";
  World world(made);
  world.answers(200);
  world.run(Seconds{16});
  REQUIRE(world.http().requests().size() == 1);
  CHECK(http::find_header(world.http().requests()[0].headers, "authorization") ==
        "Basic YW5uOndvcmQ=");
}

TEST_CASE("what the receiver may take later is sent again, in order", "[remote_write]") {
  const int status = GENERATE(500, 503, 429);
  World world;
  world.answers(status);
  world.answers(status);
  world.answers(200);
  world.run(Seconds{29});
  const auto& requests = world.http().requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].body == requests[2].body);
  CHECK(world.writer().counters().retries == 2);
  CHECK(world.writer().counters().sent == 2);
  CHECK(world.writer().counters().failed == 0);
}

TEST_CASE("what the receiver refuses is dropped and the next is sent", "[remote_write]") {
  const int status = GENERATE(400, 401, 404, 301);
  World world;
  world.answers(status);
  world.answers(200);
  world.run(Seconds{31});
  CHECK(world.http().requests().size() == 2);
  CHECK(world.writer().counters().failed == 2);
  CHECK(world.writer().counters().sent == 2);
  CHECK(world.writer().counters().retries == 0);
}

TEST_CASE("a receiver that asks for time gets it", "[remote_write]") {
  World world;
  world.answers(503, {{"Retry-After", "120"}});
  world.answers(200);
  world.run(Seconds{15 + 119});
  CHECK(world.http().requests().size() == 1);
  world.run(Seconds{2});
  CHECK(world.http().requests().size() > 1);
}

TEST_CASE("an unreachable receiver keeps the newest samples, within a bound", "[remote_write]") {
  World world;
  test::Reply refused;
  refused.failure = FailureKind::connect_refused;
  world.http().on("POST", kUrl, refused);
  world.run(hours{24});
  CHECK_FALSE(world.writer().counters().up);
  CHECK(world.writer().counters().sent == 0);
  CHECK(world.writer().queue().bytes() <= kWriteQueueBytes);
  CHECK(world.writer().counters().retries > 1000);  // a minute apart at most
  CHECK(world.writer().counters().retries < 4000);
}

TEST_CASE("without an address nothing is sent", "[remote_write]") {
  World world(RemoteWriteSettings{});
  world.run(hours{1});
  CHECK(world.http().requests().empty());
}
