#include "controller/routes/pagerduty_webhooks.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/core/digest.h"
#include "common/core/hex.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;
using Texts = std::vector<std::string>;

TEST_CASE("webhooks find their page, also by a fallback's key and the provider's id", "[tests]") {
  StoreOptions options;
  options.path = ":memory:";
  const auto store = std::move(Store::open(options).value());
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
  std::vector<int> answers;
  const auto send = [&](const std::string& id, const std::string& type, const std::string& data) {
    ServerRequest request;
    request.body = R"({"event": {"id": ")" + id + R"(", "event_type": ")" + type +
                   R"(", "agent": {"summary": "Anna"}, "data": )" + data + "}}";
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
  CHECK(seen == Texts{"ack key Anna (PagerDuty)", "ack key Anna (PagerDuty)", "note key hm",
                      "trigger fallback key Q2"});
  CHECK(answers == std::vector<int>(7, 202));
  CHECK(webhooks.counters().duplicates == 1);
  CHECK(webhooks.counters().ignored == 2);
  group.cancel_all();
}
