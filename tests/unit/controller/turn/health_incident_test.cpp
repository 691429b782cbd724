// Incidents of the controller itself over the death of the controller, with a real store.
#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "controller/deliver/route.h"
#include "controller/health/health_judge.h"
#include "controller/turn/turn.h"
#include "tests/support/memory_store.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);

BookSettings settings() {
  Receiver receiver;
  receiver.name = "webhook/operations";
  receiver.kind = ReceiverKind::webhook;
  receiver.url = "https://hooks.example";
  BookSettings made{.install_id = "install"};
  made.routes.receivers[receiver.name] = render_route(receiver);
  made.routes.fleet = {receiver.name};
  return made;
}

// A controller's heart with its judge, from a start to its death.
struct Life {
  boost::asio::io_context context;
  sim::SimClock clock;
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  async::TaskGroup group{context.get_executor()};
  Turn turn;
  HealthJudge judge;

  Life(Store& store, WallTime start)
      : clock(context.get_executor(), start),
        turn({context.get_executor(), clock, *pool, store}, IncidentBook{settings()},
             TurnOptions{}) {
    const auto open = store.open_incidents();
    REQUIRE(open);
    std::vector<OutboxRow> pages;
    for (const IncidentRow& row : *open) {
      const auto rows = store.outbox_of_incident(row.id);
      REQUIRE(rows);
      pages.insert(pages.end(), rows->begin(), rows->end());
    }
    judge.restore(*open);
    turn.restore_book(*open, pages);
    REQUIRE(turn.restore().has_value());
    group.spawn("commit", turn.commit_loop());
    run(Seconds{1});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }
  void look(const std::vector<Finding>& found, int times) {
    for (int i = 0; i < times; ++i) {
      for (const FleetTransition& t : judge.judge(found, turn.now())) turn.tell(t);
      run(Seconds{10});
    }
  }
};

}  // namespace

TEST_CASE("an incident of the controller is paged once and resolved once over its death",
          "[turn][health]") {
  const auto store = test::open_store();
  const Finding full{"disk", "error", Seconds{60}, "controller: the disk is full"};
  {
    Life life{*store, kStart};
    life.look({full}, 12);
  }
  const auto open = store->open_incidents();
  REQUIRE(open->size() == 1);
  const IncidentRow row = open->front();
  CHECK(row.subject == "controller");
  CHECK(row.alert_id == "disk.error");
  CHECK(row.check.empty());
  CHECK(store->outbox_of_incident(row.id)->size() == 1);
  {
    Life life{*store, kStart + minutes{10}};
    life.look({full}, 12);
    CHECK(store->outbox_of_incident(row.id)->size() == 1);
    life.look({}, 40);
  }
  CHECK(store->open_incidents()->empty());
  const auto pages = store->outbox_of_incident(row.id);
  REQUIRE(pages->size() == 2);
  CHECK(pages->at(1).action == OutboxAction::resolve);
  CHECK(pages->at(0).key == pages->at(1).key);
  CHECK(pages->at(1).ordinal == pages->at(0).ordinal + 1);
  CHECK(pages->at(0).receiver == "webhook/operations");
  CHECK(pages->at(0).payload_json.find("picket controller") != std::string::npos);
}

TEST_CASE("a beat is stored in one row however many there are", "[turn][health]") {
  const auto store = test::open_store();
  Life life{*store, kStart};
  std::vector<OutboxRow> out;
  life.turn.on_committed = [&](const Outbound& sent) {
    out.insert(out.end(), sent.outbox.begin(), sent.outbox.end());
  };
  for (int i = 0; i < 5; ++i) {
    OutboxRow row;
    row.id = "dead-man";
    row.key = DedupKey{"picket:dead-man"};
    row.due = life.turn.now();
    row.payload_json = std::to_string(i);
    life.turn.owe({std::move(row)});
    CHECK(out.size() == static_cast<std::size_t>(i));  // not before its commit
    life.run(Seconds{60});
  }
  CHECK(out.size() == 5);
  const auto kept = store->outbox_of_key(DedupKey{"picket:dead-man"});
  REQUIRE(kept->size() == 1);
  CHECK(kept->front().payload_json == "4");
}
