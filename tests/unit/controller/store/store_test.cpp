#include "controller/store/store.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/memory_store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/controller/store/days.h"

using namespace picket;
using namespace picket::controller;
using picket::test::open_store;

namespace {

WallTime at(std::int64_t ms) { return WallTime::from_unix_ms(ms); }

OutboxRow page(const std::string& id, const std::string& key, std::uint32_t ordinal) {
  OutboxRow row;
  row.id = id;
  row.incident = IncidentId{"01"};
  row.action = OutboxAction::resolve;
  row.receiver = "pagerduty/payments";
  row.route_json = R"({"url":"https://events.example"})";
  row.payload_json = R"({"summary":"shop down"})";
  row.key = DedupKey{key};
  row.alert_key = "alert of " + key;
  row.ordinal = ordinal;
  row.severity = Severity::critical;
  row.due = at(1000 + ordinal);
  row.next_attempt = at(2000);
  row.attempts = 3;
  row.degrade_level = 2;
  row.state = OutboxState::unknown;
  row.ever_unknown = true;
  row.fences_left = 2;
  row.fallback_of = "other";
  row.fallback_made = true;
  row.last_error = "HTTP 500";
  row.provider_id = "abc";
  return row;
}

IncidentRow incident(const std::string& id, IncidentState state) {
  IncidentRow row;
  row.id = IncidentId{id};
  row.check = CheckName{"shop"};
  row.subject = "check:shop";
  row.alert_id = "down";
  row.verdict = "down";
  row.severity = Severity::critical;
  row.state = state;
  row.opening_round = at(300'000);
  row.opened = at(301'000);
  if (state == IncidentState::resolved) row.resolved = at(400'000);
  row.title = "shop down: 3 of 3 regions — \"500\"";
  row.detail_json = "{}";
  return row;
}

std::vector<std::string> ids(const std::vector<IncidentRow>& rows) {
  std::vector<std::string> found;
  for (const IncidentRow& row : rows) found.push_back(row.id.value);
  return found;
}

std::vector<std::uint64_t> seqs(Store& store, std::uint64_t after) {
  std::vector<std::uint64_t> found;
  const auto each = [&](const EventBatchRow& batch) -> Status {
    found.push_back(batch.first_seq);
    return {};
  };
  REQUIRE(store.for_each_event_batch(after, each));
  return found;
}

}  // namespace

TEST_CASE("an empty store has nothing, and says so", "[store]") {
  const auto store = open_store();
  CHECK(store->spool_cursors().value().empty());
  CHECK(store->open_incidents().value().empty());
  CHECK(store->outbox_unfinished().value().empty());
  CHECK(store->checkpoint_seq().value() == 0);
  CHECK(store->last_event_seq().value() == 0);
  CHECK_FALSE(store->meta("install_id").value());
  CHECK_FALSE(store->incident(IncidentId{"none"}).value());
}

TEST_CASE("everything in a write set is there after the store is opened again", "[store]") {
  const test::TempDir folder;
  WriteSet set;
  set.events.push_back({1, 9, at(10), at(20), std::string("\0\xff blob", 7)});
  set.cursors.push_back({SpoolId{"spool"}, {RegionName{"eu"}, "a1"}, 77, at(5)});
  set.definitions.push_back({CheckName{"shop"}, Revision{"r1"}, "def", at(1)});
  set.active_checks = {{CheckName{"shop"}, Revision{"r1"}, "shop.check.yaml"}};
  set.incidents.push_back(incident("01", IncidentState::acknowledged));
  set.timeline.push_back({IncidentId{"01"}, at(3), "paged", "told"});
  set.outbox.push_back(page("p1", "k", 4));
  set.agents.push_back({{RegionName{"eu"}, "a1"}, "0a", "09", at(1), at(2), "0.1.0", true});
  set.join_tokens.push_back({"hash", RegionName{"eu"}, at(1), at(2), at(3), "eu/a1"});
  set.checkpoints.push_back({"check:shop", "state"});
  set.checkpoint_seq = 9;
  set.ledger.push_back({CheckName{"shop"}, RegionName{"eu"}, 20'000, "bits", "spans"});
  set.rounds.push_back({CheckName{"shop"}, at(300'000), "up", "summary"});
  set.meta.push_back({"install_id", "i"});
  REQUIRE(open_store(folder.file("store.db"))->commit(set));

  const auto store = open_store(folder.file("store.db"));
  CHECK(store->last_event_seq().value() == 9);
  const auto cursor = store->spool_cursors().value().at(0);
  CHECK(cursor.agent == AgentId{RegionName{"eu"}, "a1"});
  CHECK(cursor.next_seq == 77);
  CHECK(store->active_definitions().value().at(0).blob == "def");
  CHECK(store->active_checks().value().at(0).source == "shop.check.yaml");
  const auto opened = store->open_incidents().value().at(0);
  CHECK(opened.title == set.incidents[0].title);
  CHECK(opened.state == IncidentState::acknowledged);
  CHECK_FALSE(opened.resolved);
  CHECK(store->timeline(IncidentId{"01"}).value().at(0).text == "told");
  const auto agent = store->agents().value().at(0);
  CHECK(agent.revoked);
  CHECK(agent.certificate_serial == "0a");
  CHECK(agent.previous_serial == "09");
  CHECK(store->join_tokens().value().at(0).used == at(3));
  CHECK(store->checkpoints().value().at(0).blob == "state");
  CHECK(store->checkpoint_seq().value() == 9);
  const auto days = store->ledger(CheckName{"shop"}, RegionName{"eu"}, 20'000, 20'000).value();
  REQUIRE(days.size() == 1);
  CHECK((days[0].blob == "bits" && days[0].durations == "spans"));
  CHECK(store->rounds(CheckName{"shop"}, at(0), at(300'001)).value().at(0).verdict == "up");
  CHECK(store->meta("install_id").value() == "i");
}

TEST_CASE("an outbox row keeps every field", "[store]") {
  const auto store = open_store();
  WriteSet set;
  const OutboxRow row = page("p1", "k", 4);
  set.outbox.push_back(row);
  REQUIRE(store->commit(set));
  const OutboxRow back = store->outbox_unfinished().value().at(0);
  CHECK(back.id == row.id);
  CHECK(back.incident == row.incident);
  CHECK(back.action == row.action);
  CHECK(back.receiver == row.receiver);
  CHECK(back.route_json == row.route_json);
  CHECK(back.payload_json == row.payload_json);
  CHECK(back.key == row.key);
  CHECK(back.alert_key == row.alert_key);
  CHECK(back.ordinal == row.ordinal);
  CHECK(back.severity == row.severity);
  CHECK(back.due == row.due);
  CHECK(back.next_attempt == row.next_attempt);
  CHECK(back.attempts == row.attempts);
  CHECK(back.degrade_level == row.degrade_level);
  CHECK(back.state == row.state);
  CHECK(back.ever_unknown == row.ever_unknown);
  CHECK(back.fences_left == row.fences_left);
  CHECK(back.fallback_of == row.fallback_of);
  CHECK(back.fallback_made == row.fallback_made);
  CHECK(back.last_error == row.last_error);
  CHECK(back.provider_id == row.provider_id);
  CHECK_FALSE(back.finished);
}

TEST_CASE("outbox rows are found unfinished, by incident, by key and dead", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.outbox = {page("b", "k1", 2), page("a", "k1", 1), page("c", "k2", 1), page("d", "k3", 1)};
  set.outbox[2].state = OutboxState::accepted;
  set.outbox[2].finished = at(9);
  set.outbox[3].state = OutboxState::dead;
  set.outbox[3].incident = IncidentId{"02"};
  REQUIRE(store->commit(set));
  CHECK(store->outbox_unfinished().value().size() == 3);
  CHECK(store->outbox_live().value().size() == 4);  // with the finished one of incident 01
  CHECK(store->outbox_of_incident(IncidentId{"01"}).value().size() == 3);
  CHECK(store->outbox_of_key(DedupKey{"k1"}).value().at(0).id == "a");
  CHECK(store->outbox_dead(10).value().at(0).id == "d");
}

TEST_CASE("a failing part of a write set leaves nothing of the rest", "[store]") {
  const auto store = open_store();
  WriteSet first;
  first.events.push_back({5, 6, at(1), at(1), "x"});
  REQUIRE(store->commit(first));
  WriteSet second;
  second.events.push_back({7, 7, at(1), at(1), "y"});
  second.events.push_back({5, 5, at(1), at(1), "again"});
  second.meta.push_back({"half", "yes"});
  CHECK(store->commit(second).error().code == ErrorCode::internal);
  CHECK(seqs(*store, 0) == std::vector<std::uint64_t>{5});
  CHECK_FALSE(store->meta("half").value());
  second.events.pop_back();
  CHECK(store->commit(second));
}

TEST_CASE("event batches are read after a sequence, also from inside one", "[store]") {
  const auto store = open_store();
  WriteSet set;
  for (std::uint64_t i = 0; i < 5; ++i)
    set.events.push_back({i * 10 + 1, i * 10 + 10, at(static_cast<std::int64_t>(i) * 100),
                          at(static_cast<std::int64_t>(i) * 100 + 50), "x"});
  REQUIRE(store->commit(set));
  CHECK(seqs(*store, 0).size() == 5);
  CHECK(seqs(*store, 10) == std::vector<std::uint64_t>{11, 21, 31, 41});
  CHECK(seqs(*store, 15) == std::vector<std::uint64_t>{11, 21, 31, 41});
  CHECK(seqs(*store, 50).empty());
}

TEST_CASE("event batches are read by time, and a failing reader stops them", "[store]") {
  const auto store = open_store();
  WriteSet set;
  for (std::int64_t i = 0; i < 5; ++i) {
    const auto seq = static_cast<std::uint64_t>(i + 1);
    set.events.push_back({seq, seq, at(i * 100), at(i * 100 + 50), "x"});
  }
  REQUIRE(store->commit(set));
  int seen = 0;
  const auto count = [&](const EventBatchRow&) -> Status {
    ++seen;
    return {};
  };
  REQUIRE(store->for_each_event_batch(at(150), at(300), count));
  CHECK(seen == 2);
  const auto refuse = [&](const EventBatchRow&) -> Status {
    return fail(ErrorCode::corrupt, "this one");
  };
  CHECK(store->for_each_event_batch(at(0), at(900), refuse).error().message == "this one");
}

TEST_CASE("a reader of batches may use the store meanwhile", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.events.push_back({1, 1, at(1), at(1), "x"});
  set.events.push_back({2, 2, at(1), at(1), "x"});
  REQUIRE(store->commit(set));
  int inner = 0;
  const auto nested = [&](const EventBatchRow&) -> Status {
    inner += static_cast<int>(seqs(*store, 0).size());
    return {};
  };
  REQUIRE(store->for_each_event_batch(std::uint64_t{0}, nested));
  CHECK(inner == 4);
}

TEST_CASE("the newest last good run stays, whatever order they arrive in", "[store]") {
  const auto store = open_store();
  const auto good = [&](std::int64_t started, const std::string& blob) {
    WriteSet set;
    set.evidence.push_back({CheckName{"shop"}, RegionName{"eu"}, at(started), "scheduled", 0,
                            "pass", true, at(started), blob});
    REQUIRE(store->commit(set));
  };
  good(100, "first");
  good(300, "third");
  good(200, "second");
  const auto rows = store->last_good(CheckName{"shop"}).value();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].blob == "third");
  CHECK(rows[0].last_good);
  const RunKey key{CheckName{"shop"}, RegionName{"eu"}, at(300), RunKind::scheduled, 0};
  CHECK(store->evidence(key).value()->last_good);
}

TEST_CASE("evidence is found by check, region and time, newest first", "[store]") {
  const auto store = open_store();
  WriteSet set;
  for (std::int64_t i = 1; i <= 4; ++i)
    for (const char* region : {"eu", "us"})
      set.evidence.push_back({CheckName{"shop"}, RegionName{region}, at(i * 100), "scheduled", 0,
                              "fail", false, at(i * 100 + 1), "b"});
  REQUIRE(store->commit(set));
  REQUIRE(store->commit(set));  // the same run again is the same row
  EvidenceFilter filter;
  filter.check = CheckName{"shop"};
  CHECK(store->evidence(filter).value().size() == 8);
  filter.region = RegionName{"eu"};
  filter.from = at(200);
  filter.until = at(400);
  const auto found = store->evidence(filter).value();
  REQUIRE(found.size() == 2);
  CHECK(found[0].round == at(300));
  filter.limit = 1;
  CHECK(store->evidence(filter).value().size() == 1);
}

TEST_CASE("incidents are listed newest first, filtered and in pages", "[store]") {
  const auto store = open_store();
  WriteSet set;
  for (const char* id : {"01", "02", "03", "04"})
    set.incidents.push_back(incident(id, IncidentState::open));
  set.incidents[1].state = IncidentState::resolved;
  set.incidents[2].check = CheckName{"other"};
  set.incidents[3].opened = at(999'000);
  REQUIRE(store->commit(set));
  IncidentFilter filter;
  CHECK(ids(store->incidents(filter).value()) == std::vector<std::string>{"04", "03", "02", "01"});
  filter.limit = 2;
  filter.before = IncidentId{"04"};
  CHECK(ids(store->incidents(filter).value()) == std::vector<std::string>{"03", "02"});
  filter = {};
  filter.check = CheckName{"shop"};
  filter.state = IncidentState::open;
  CHECK(ids(store->incidents(filter).value()) == std::vector<std::string>{"04", "01"});
  filter.opened_until = at(999'000);
  CHECK(ids(store->incidents(filter).value()) == std::vector<std::string>{"01"});
  CHECK(ids(store->open_incidents().value()) == std::vector<std::string>{"01", "03", "04"});
}

TEST_CASE("entries of a timeline at one moment keep their order", "[store]") {
  const auto store = open_store();
  WriteSet set;
  for (const char* kind : {"z", "m", "a"})
    set.timeline.push_back({IncidentId{"01"}, at(5), kind, ""});
  REQUIRE(store->commit(set));
  std::string kinds;
  const auto rows = store->timeline(IncidentId{"01"}).value();
  for (const auto& row : rows) kinds += row.kind;
  CHECK(kinds == "zma");
}

TEST_CASE("the active set is replaced as a whole, or left alone", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.active_checks = {{CheckName{"a"}, Revision{"1"}, "f"}, {CheckName{"b"}, Revision{"1"}, "f"}};
  REQUIRE(store->commit(set));
  WriteSet other;
  other.meta.push_back({"x", "y"});
  REQUIRE(store->commit(other));
  CHECK(store->active_checks().value().size() == 2);
  set.active_checks = {{CheckName{"c"}, Revision{"2"}, "f"}};
  REQUIRE(store->commit(set));
  CHECK(store->active_checks().value().at(0).check.value == "c");
  set.active_checks = std::vector<ActiveCheckRow>{};
  REQUIRE(store->commit(set));
  CHECK(store->active_checks().value().empty());
}

TEST_CASE("one database has one owner", "[store]") {
  const test::TempDir folder;
  const auto store = open_store(folder.file("store.db"));
  StoreOptions options;
  options.path = folder.file("store.db");
  const auto second = Store::open(options);
  REQUIRE(!second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK(second.error().message.find("another controller") != std::string::npos);
}

TEST_CASE("a place where no database can be says so with its path", "[store]") {
  const test::TempDir folder;
  StoreOptions options;
  options.path = folder.file("none/store.db");
  const auto missing = Store::open(options);
  REQUIRE(!missing);
  CHECK(missing.error().code == ErrorCode::io);
  CHECK(missing.error().message.find(options.path) != std::string::npos);
  options.path = folder.file("text.db");
  std::ofstream(options.path) << std::string(5000, 'x');
  CHECK(Store::open(options).error().code == ErrorCode::corrupt);
}
