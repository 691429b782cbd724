#include "controller/routes/pagerduty_webhooks.h"

#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/core/digest.h"
#include "common/core/hex.h"
#include "tests/support/held_pool.h"
#include "tests/support/memory_store.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;
using Texts = std::vector<std::string>;

TEST_CASE("webhooks find their page, also by a fallback's key and the provider's id", "[tests]") {
  const auto store = test::open_store();
  WriteSet set;
  OutboxRow page;
  page.id = "p";
  page.incident = IncidentId{"01"};
  page.key = DedupKey{"key"};
  page.provider_id = "Q1";
  OutboxRow fallback = page;
  fallback.id = "f";
  fallback.key = DedupKey{"fallback key"};
  fallback.fallback_of = "p";
  fallback.provider_id = "Q2";
  set.outbox = {page, fallback};
  REQUIRE(store->commit(set));
  boost::asio::io_context context;
  sim::SimClock clock(context.get_executor(), *parse_rfc3339("2026-11-22T02:30:00Z"));
  const auto pool = async::create_inline_pool();
  PagerDutyWebhooks webhooks({clock, *pool, *store}, {"secret"});
  Texts seen;
  webhooks.on_acknowledged = [&](const DedupKey& key, const std::string& by) {
    seen.push_back("ack " + key.value + " " + by);
    return Status{};
  };
  webhooks.on_noted = [&](const DedupKey& key, const std::string&, const std::string& text) {
    seen.push_back("note " + key.value + " " + text);
    return Status{};
  };
  webhooks.on_triggered = [&](const DedupKey& key, const std::string& id) {
    seen.push_back("trigger " + key.value + " " + id);
    return Status{};
  };
  async::TaskGroup group{context.get_executor()};
  webhooks.on_resolved = [&](const DedupKey& key, const std::string& by) {
    seen.push_back("resolve " + key.value + " " + by);
    return Status{};
  };
  webhooks.on_closed = [&](const DedupKey& key, const std::string&) {
    seen.push_back("closed " + key.value);
    return Status{};
  };
  std::vector<int> answers;
  std::string agent = "user_reference";
  const auto send = [&](const std::string& id, const std::string& type, const std::string& data) {
    ServerRequest request;
    request.body = R"({"event": {"id": ")" + id + R"(", "event_type": ")" + type +
                   R"(", "agent": {"type": ")" + agent + R"(", "summary": "Anna"}, "data": )" +
                   data + "}}";
    request.headers = {
        {"x-pagerduty-signature", "v1=" + to_hex(hmac_sha256("secret", request.body))}};
    group.spawn(
        "webhook",
        [](PagerDutyWebhooks& to, ServerRequest what, std::vector<int>& out) -> async::Task<void> {
          const ServerResponse response = co_await to.take(std::move(what));
          out.push_back(response.status);
        }(webhooks, std::move(request), answers));
    sim::run_for(context, clock, Seconds{1});
  };
  send("1", "incident.acknowledged", R"({"id": "Q9", "incident_key": "key"})");
  send("1", "incident.acknowledged", R"({"id": "Q9", "incident_key": "key"})");
  send("2", "incident.acknowledged", R"({"id": "Q9", "incident_key": "fallback key"})");
  send("3", "incident.annotated", R"({"content": "hm", "incident": {"id": "Q1"}})");
  send("4", "incident.triggered", R"({"id": "Q2", "incident_key": "fallback key"})");
  send("5", "incident.acknowledged", R"({"id": "Q8", "incident_key": "unknown"})");
  send("6", "service.created", R"({"id": "P1"})");
  send("7", "incident.resolved", R"({"id": "Q9", "incident_key": "key"})");
  agent = "service_reference";
  send("8", "incident.resolved", R"({"id": "Q9", "incident_key": "key"})");
  send("9", "incident.acknowledged", R"({"id": "Q9", "incident_key": "key"})");
  CHECK(seen == Texts{"ack key Anna (PagerDuty)", "ack key Anna (PagerDuty)", "note key hm",
                      "trigger fallback key Q2", "resolve key Anna (PagerDuty)", "closed key"});
  CHECK(answers == std::vector<int>(10, 202));
  CHECK(webhooks.counters().duplicates == 1);
  CHECK(webhooks.counters().ignored == 3);
  group.cancel_all();
}

namespace {

// Webhooks over a store with one page of the key "key", and what was answered.
struct Desk {
  std::unique_ptr<Store> store;
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), *parse_rfc3339("2026-11-22T02:30:00Z")};
  test::HeldPool pool;
  async::TaskGroup group{context.get_executor()};
  std::vector<int> answers;
  int told{0};
  std::unique_ptr<PagerDutyWebhooks> webhooks;

  explicit Desk(std::vector<std::string> secrets) {
    store = test::open_store();
    WriteSet set;
    OutboxRow page;
    page.id = "p";
    page.incident = IncidentId{"01"};
    page.key = DedupKey{"key"};
    set.outbox = {page};
    REQUIRE(store->commit(set));
    webhooks = std::make_unique<PagerDutyWebhooks>(PagerDutyWebhooks::Ports{clock, pool, *store},
                                                   std::move(secrets));
    webhooks->on_acknowledged = [this](const DedupKey&, const std::string&) {
      ++told;
      return Status{};
    };
  }
  ~Desk() { group.cancel_all(); }

  // By the secret "secret"; its status, 0 while it waits.
  int send(const std::string& id) {
    ServerRequest request;
    request.body =
        R"({"event": {"id": ")" + id +
        R"(", "event_type": "incident.acknowledged", "agent": {"type": "user_reference"},)" +
        R"("data": {"incident_key": "key"}}})";
    request.headers = {
        {"x-pagerduty-signature", "v1=" + to_hex(hmac_sha256("secret", request.body))}};
    answers.clear();
    group.spawn("webhook", take(*webhooks, std::move(request), answers));
    sim::run_for(context, clock, Seconds{4});
    return answers.empty() ? 0 : answers.front();
  }
  static async::Task<void> take(PagerDutyWebhooks& to, ServerRequest what, std::vector<int>& out) {
    async::Task<ServerResponse> taking = to.take(std::move(what));
    const ServerResponse response = co_await std::move(taking);
    out.push_back(response.status);
  }
};

}  // namespace

TEST_CASE("a webhook is acknowledged when what follows is durable, and told once", "[tests]") {
  Desk desk({"secret"});
  bool works = false;
  bool hangs = false;
  desk.webhooks->settle = [&]() -> async::Task<Status> {
    if (hangs) co_await desk.clock.sleep_for(minutes{1});
    if (!works) co_return fail(ErrorCode::overloaded, "the disk is full");
    co_return Status{};
  };
  CHECK(desk.send("1") == 503);
  hangs = true;
  CHECK(desk.send("1") == 503);
  hangs = false;
  works = true;
  CHECK(desk.send("1") == 202);
  CHECK(desk.send("1") == 202);
  CHECK(desk.told == 1);
  CHECK(desk.webhooks->counters().duplicates == 3);
}

TEST_CASE("webhooks of a receiver that is gone are taken while a page of it is open", "[tests]") {
  Desk desk({});
  std::vector<std::string> gone{"secret"};
  desk.webhooks->secrets_of_gone = [&] { return gone; };
  CHECK(desk.send("1") == 202);
  CHECK(desk.told == 1);
  gone.clear();
  CHECK(desk.send("2") == 404);
  desk.webhooks->set_secrets({"another"});
  CHECK(desk.send("3") == 401);
  CHECK(desk.told == 1);
}

TEST_CASE("a webhook that comes again while its event is looked up is not known yet", "[tests]") {
  Desk desk({"secret"});
  bool durable = false;
  desk.webhooks->settle = [&]() -> async::Task<Status> {
    if (!durable) co_return fail(ErrorCode::overloaded, "the disk is full");
    co_return Status{};
  };
  desk.pool.held = true;
  CHECK(desk.send("1") == 0);  // PagerDuty has given up by then
  CHECK(desk.send("1") == 503);
  CHECK(desk.told == 0);
  desk.pool.release();
  sim::run_for(desk.context, desk.clock, Seconds{1});
  CHECK(desk.told == 1);
  CHECK(desk.send("1") == 503);  // not durable yet
  durable = true;
  CHECK(desk.send("1") == 202);
  CHECK(desk.told == 1);
}
