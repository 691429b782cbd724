#include <catch2/catch.hpp>

#include "controller/store/store.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;

namespace {

WallTime at(std::int64_t ms) { return WallTime::from_unix_ms(ms); }

OutboxRow message(const std::string& id, const std::string& receiver, OutboxState state) {
  OutboxRow row;
  row.id = id;
  row.incident = IncidentId{"i-" + id};
  row.receiver = receiver;
  row.key = DedupKey{"key-" + id};
  row.state = state;
  row.due = at(1000);
  if (state != OutboxState::pending) row.finished = at(2000);
  return row;
}

DeliveryLogRow attempt(const std::string& outbox, std::uint32_t number,
                       const std::string& outcome) {
  DeliveryLogRow row;
  row.id = outbox + ":" + std::to_string(number);
  row.at = at(1000 + number);
  row.outbox = outbox;
  row.receiver = "slack/ops";
  row.action = "trigger";
  row.attempt = number;
  row.outcome = outcome;
  row.http_status = 503;
  row.latency = Millis{12};
  row.provider_id = "msg-" + outbox;
  row.error = "busy";
  return row;
}

std::vector<std::string> ids(Store& store, const OutboxFilter& filter) {
  std::vector<std::string> out;
  const auto rows = store.outbox_search(filter);
  for (const OutboxRow& row : *rows) out.push_back(row.id);
  return out;
}

}  // namespace

TEST_CASE("messages are found by provider id, incident, receiver and state", "[store]") {
  auto store = Store::open({":memory:"}).value();
  WriteSet set;
  set.outbox = {message("a", "slack/ops", OutboxState::accepted),
                message("b", "email/ops", OutboxState::dead),
                message("c", "slack/ops", OutboxState::pending)};
  set.outbox[0].provider_id = "Q1";
  set.delivery_log = {attempt("b", 1, "transient"), attempt("b", 2, "transient")};
  REQUIRE(store->commit(set));
  using Ids = std::vector<std::string>;
  OutboxFilter filter;
  filter.provider_id = "Q1";
  CHECK(ids(*store, filter) == Ids{"a"});
  filter.provider_id = "msg-b";  // of an attempt only
  CHECK(ids(*store, filter) == Ids{"b"});
  filter.provider_id = "key-c";
  CHECK(ids(*store, filter) == Ids{"c"});
  filter.provider_id = "nothing";
  CHECK(ids(*store, filter).empty());
  filter = {};
  filter.state = OutboxState::dead;
  CHECK(ids(*store, filter) == Ids{"b"});
  filter = {};
  filter.receiver = "slack/ops";
  CHECK(ids(*store, filter) == Ids{"a", "c"});
  filter.unfinished = true;
  CHECK(ids(*store, filter) == Ids{"c"});
  filter = {};
  filter.since = at(1001);
  CHECK(ids(*store, filter).empty());
  CHECK(store->key_of_provider_id("Q1").value() == DedupKey{"key-a"});
  CHECK_FALSE(store->key_of_provider_id("").value());
}

TEST_CASE("the delivery log survives, tells the last success and is bounded", "[store]") {
  test::TempDir directory;
  const StoreOptions options{directory.path() + "/db"};
  {
    auto store = Store::open(options).value();
    WriteSet set;
    set.delivery_log = {attempt("a", 1, "transient"), attempt("a", 2, "accepted"),
                        attempt("a", 3, "transient")};
    set.delivery_log.push_back(attempt("webhook", 9, "received"));
    REQUIRE(store->commit(set));
  }
  auto store = Store::open(options).value();
  const auto attempts = store->delivery_attempts("a").value();
  REQUIRE(attempts.size() == 3);
  CHECK(attempts[0].outcome == "transient");
  CHECK(attempts[0].http_status == 503);
  CHECK(attempts[0].latency == Millis{12});
  CHECK(attempts[0].error == "busy");
  const auto last = store->last_accepted().value();
  REQUIRE(last.size() == 1);
  CHECK(last[0].second == at(1002));
  CHECK(store->webhooks_received(10).value().size() == 1);
  RetentionOptions retention;
  REQUIRE(store->prune(at(0) + retention.delivery_log + Millis{1003}, retention));
  CHECK(store->delivery_attempts("a").value().size() == 1);
}
