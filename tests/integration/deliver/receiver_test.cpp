// The deliverer over the real HTTP client against the demonstration's receiver, which enforces the
// contracts of PagerDuty and Standard Webhooks with code of its own, in another language.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/core/digest.h"
#include "common/http/curl_client.h"
#include "controller/deliver/deliverer.h"
#include "controller/store/store.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const std::string kRoutingKey(32, 'k');
const std::string kWebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

// The receiver's process, a deliverer and its store.
class Delivery {
 public:
  Delivery() : receiver_({command(), log_.file("out"), {}, test::source_dir()}) {
    const bool up = test::wait_until([&] { return port() != 0; });
    if (!up) throw std::runtime_error("no receiver: " + test::read_file(log_.file("out")));
    http::CurlClientOptions options;
    options.guard = http::AddressGuard::open();
    client_ = std::move(*http::create_curl_client(io_.get_executor(), clock_, options));
    StoreOptions memory;
    memory.path = ":memory:";
    store_ = std::move(*Store::open(memory));
    Deliverer::Ports ports{io_.get_executor(), clock_, *client_,
                           [this](WriteSet set) { return commit(std::move(set)); },
                           [](const DeliveryReport&) {}};
    deliverer_ =
        std::make_unique<Deliverer>(std::move(ports), DelivererOptions{}, Random{1}, receivers());
  }

  void owe(const std::string& name, OutboxAction action, std::uint32_t ordinal,
           const std::string& receiver) {
    OutboxRow row;
    row.id = name + "/" + std::to_string(ordinal);
    row.incident = IncidentId{name};
    row.action = action;
    row.receiver = receiver;
    row.payload_json = R"({"summary":")" + name + " " + std::string(150, '-') +
                       R"(","source":"shop","links":[{"href":"https://x","text":"runbook"}],
                         "custom_details":{"step":"pay \u0007 \u2028 end"},"client":"Picket"})";
    row.key = DedupKey{"picket:" + sha256_hex(name)};
    row.ordinal = ordinal;
    row.due = clock_.wall_now();
    row.next_attempt = row.due;
    WriteSet set;
    set.outbox.push_back(row);
    REQUIRE(store_->commit(set));
    deliverer_->add({row});
  }

  // Runs the deliverer until everything owed is accepted, at most `limit`.
  void settle(Millis limit) {
    boost::asio::co_spawn(io_, deliverer_->run(), rethrow);
    boost::asio::co_spawn(io_, stop_when_done(limit), rethrow);
    io_.run();
    CHECK(store_->outbox_unfinished().value().empty());
  }

  json control(const std::string& path, const std::string& body = "") {
    std::vector<std::string> curl{"curl", "-sS",
                                  "http://127.0.0.1:" + std::to_string(port()) + path};
    if (!body.empty()) curl.insert(curl.end(), {"-d", body});
    std::string answer;
    REQUIRE(test::run_command(curl, &answer) == 0);
    return json::parse(answer);
  }

  const DeliveryCounters& counters() const { return deliverer_->counters(); }

 private:
  static std::vector<std::string> command() {
    return {"python3",   "demo/pagerduty_receiver.py", "--port",      "0", "--routing-key",
            kRoutingKey, "--webhook-secret",           kWebhookSecret};
  }

  int port() {
    const std::string said = test::read_file(log_.file("out"));
    const auto at = said.find("listening on ");
    return at == std::string::npos ? 0 : std::atoi(said.c_str() + at + 13);
  }

  std::vector<Receiver> receivers() {
    const std::string base = "http://127.0.0.1:" + std::to_string(port());
    return {{"pagerduty/shop", ReceiverKind::pagerduty, base, kRoutingKey, "", ""},
            {"webhook/shop", ReceiverKind::webhook, base + "/webhook", kWebhookSecret, "", ""}};
  }

  async::Task<Status> commit(WriteSet set) { co_return store_->commit(set); }

  async::Task<void> stop_when_done(Millis limit) {
    const Deadline deadline = Deadline::after(clock_.now(), limit);
    while (!(deliverer_->owed().empty() && deliverer_->idle()) && !deadline.passed(clock_.now()))
      co_await clock_.sleep_for(Millis{20});
    co_await deliverer_->drain(deadline);
  }

  test::TempDir log_;
  test::Process receiver_;
  boost::asio::io_context io_{1};
  async::RealClock clock_{io_.get_executor()};
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Deliverer> deliverer_;
};

}  // namespace

TEST_CASE("an incident is triggered, acknowledged and resolved at the receiver", "[deliver]") {
  Delivery delivery;
  delivery.owe("shop", OutboxAction::trigger, 1, "pagerduty/shop");
  delivery.owe("shop", OutboxAction::acknowledge, 2, "pagerduty/shop");
  delivery.owe("shop", OutboxAction::resolve, 3, "pagerduty/shop");
  delivery.settle(Seconds{10});
  const json incidents = delivery.control("/control/incidents");
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0]["status"] == "resolved");
  CHECK(incidents[0]["log"].size() == 3);
  CHECK(delivery.counters().sent == 3);
}

TEST_CASE("every fault of the receiver is lived through, in about a dozen seconds", "[deliver]") {
  Delivery delivery;
  json script = json::array();
  for (const char* fault : {"throttle", "error", "captive_portal", "summary_limit", "reset",
                            "wrong_key", "outage", "accept_then_hang"})
    script.push_back({{"fault", fault}});
  const int episodes = static_cast<int>(script.size());
  delivery.control("/control/script", script.dump());
  for (int i = 0; i < episodes; ++i) {
    const std::string name = "episode-" + std::to_string(i);
    delivery.owe(name, OutboxAction::trigger, 1, "pagerduty/shop");
  }
  delivery.settle(Seconds{40});
  const json incidents = delivery.control("/control/incidents");
  CHECK(incidents.size() == static_cast<std::size_t>(episodes));
  for (const json& incident : incidents) CHECK(incident["status"] == "triggered");
  CHECK(delivery.counters().sent == 2 * static_cast<std::uint64_t>(episodes));
}

TEST_CASE("a webhook's signature is the one its receiver computes", "[deliver]") {
  Delivery delivery;
  delivery.control("/control/script", R"([{"channel":"webhook","fault":"error","status":503}])");
  delivery.owe("shop", OutboxAction::trigger, 1, "webhook/shop");
  delivery.owe("shop", OutboxAction::resolve, 2, "webhook/shop");
  delivery.settle(Seconds{20});
  const json hooks = delivery.control("/control/webhooks");
  REQUIRE(hooks.size() == 3);
  CHECK(hooks[0]["outcome"] == "lost");
  CHECK(hooks[1]["outcome"] == "accepted");
  CHECK(hooks[0]["id"] == hooks[1]["id"]);
  CHECK(hooks[1]["body"]["type"] == "incident.triggered");
  CHECK(hooks[2]["body"]["type"] == "incident.resolved");
}
