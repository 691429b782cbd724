#include "controller/health/dead_man.h"

#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);
const RegionName kEu{"eu-west-1"};
const RegionName kUs{"us-east-1"};

// Two regions, a check every minute and one every five; every link works.
DeadManChain good_chain() {
  DeadManChain chain;
  chain.now = kNow;
  chain.checks = {{CheckName{"shop"}, minutes{5}, Seconds{60}, {kEu, kUs}},
                  {CheckName{"ping"}, minutes{1}, Seconds{10}, {kEu, kUs}}};
  chain.regions = {{kEu, true}, {kUs, true}};
  chain.proofs[kEu] = {CheckName{"ping"}, kEu, "a", kNow - Seconds{20}};
  chain.proofs[kUs] = {CheckName{"ping"}, kUs, "a", kNow - Seconds{50}};
  chain.evaluated = {{kEu, kNow - Seconds{20}}, {kUs, kNow - Seconds{50}}};
  return chain;
}

struct Row {
  std::string what;
  std::function<void(DeadManChain&)> cut;
  DeadManLink broken;
  std::string why;
};

const Row kTable[] = {
    {"every link works", [](DeadManChain&) {}, DeadManLink::none, ""},
    {"no checks: nobody watches", [](DeadManChain& c) { c.checks.clear(); }, DeadManLink::checks,
     "no check"},
    {"no agents were ever enrolled", [](DeadManChain& c) { c.regions.clear(); },
     DeadManLink::agents, "no agent"},
    {"all agents are gone",
     [](DeadManChain& c) {
       c.regions = {{kEu, false}, {kUs, false}};
     },
     DeadManLink::agents, "no agent"},
    {"agents poll but nothing comes in", [](DeadManChain& c) { c.proofs.clear(); },
     DeadManLink::results, "no scheduled run came in for 2m40s"},
    {"only an old backlog comes in",
     [](DeadManChain& c) {
       for (auto& [region, proof] : c.proofs) proof.started = kNow - Seconds{161};
     },
     DeadManLink::results, "no scheduled run"},
    {"the newest is just fresh",
     [](DeadManChain& c) {
       for (auto& [region, proof] : c.proofs) proof.started = kNow - Seconds{160};
     },
     DeadManLink::none, ""},
    {"the evaluator does not take them", [](DeadManChain& c) { c.evaluated.clear(); },
     DeadManLink::evaluation, "does not know the newest run"},
    {"the evaluator stands still",
     [](DeadManChain& c) {
       for (auto& [region, at] : c.evaluated) at = kNow - minutes{10};
     },
     DeadManLink::evaluation, "does not know the newest run"},
    {"its timers are late", [](DeadManChain& c) { c.timers_overdue = minutes{2}; },
     DeadManLink::evaluation, "2 min 0 s late"},
    {"commits fail", [](DeadManChain& c) { c.trouble = "disk_full: /var"; }, DeadManLink::store,
     "disk_full: /var"},
    {"a page that a fallback has is no reason",
     [](DeadManChain& c) {
       c.delivery = {1, hours{1}, "pagerduty/a", "HTTP 500"};
     },
     DeadManLink::none, ""},
    {"a page that nobody has is one",
     [](DeadManChain& c) {
       c.delivery = {1, hours{1}, "pagerduty/a", "HTTP 500", minutes{6}, "pagerduty/a"};
     },
     DeadManLink::outbox, "a page to pagerduty/a is owed for 6 min"},
};

}  // namespace

TEST_CASE("a beat goes out only while every link of the chain works", "[health]") {
  for (const Row& row : kTable) {
    INFO(row.what);
    DeadManChain chain = good_chain();
    row.cut(chain);
    const DeadManVerdict verdict = judge_chain(chain);
    CHECK(to_string(verdict.broken) == to_string(row.broken));
    CHECK_THAT(verdict.why, Catch::Contains(row.why));
  }
}

TEST_CASE("the canary is the fastest check that some region online runs", "[health]") {
  DeadManChain chain = good_chain();
  CHECK(judge_chain(chain).canary == "ping");
  CHECK(judge_chain(chain).fresh_for == Seconds{160});
  chain.checks[1].regions = {kUs};
  chain.regions[kUs] = false;  // its only region: that is no fault of the chain
  const DeadManVerdict verdict = judge_chain(chain);
  CHECK(verdict.canary == "shop");
  CHECK(verdict.broken == DeadManLink::none);
  CHECK(verdict.behind == std::vector<std::string>{"region us-east-1: no agent is online"});
}

TEST_CASE("a beat says which part is behind while the whole still works", "[health]") {
  DeadManChain chain = good_chain();
  CHECK(judge_chain(chain).behind.empty());
  chain.proofs[kUs].started = kNow - minutes{4};
  chain.health = {"controller: the disk"};
  const DeadManVerdict verdict = judge_chain(chain);
  CHECK(verdict.broken == DeadManLink::none);
  CHECK(verdict.behind == std::vector<std::string>{"region us-east-1: no scheduled run for 2m40s",
                                                   "controller: the disk"});
  const auto body = nlohmann::json::parse(beat_payload(verdict, kNow));
  CHECK(body["status"] == "behind");
  CHECK(body["behind"].size() == 2);
  CHECK(body["canary"] == "ping");
  CHECK(nlohmann::json::parse(beat_payload(judge_chain(good_chain()), kNow))["status"] == "ok");
}

TEST_CASE("only scheduled runs prove anything, and none lies in the future", "[health]") {
  ProofBook book;
  RunResult run;
  run.key.region = kEu;
  run.key.check = CheckName{"ping"};
  run.started = kNow;
  for (const RunKind kind : {RunKind::confirmation, RunKind::recheck, RunKind::manual}) {
    run.key.kind = kind;
    book.saw(run, "a", kNow);
  }
  CHECK(book.newest().empty());
  run.key.kind = RunKind::scheduled;
  run.started = kNow + hours{1};
  book.saw(run, "a", kNow);
  CHECK(book.newest().at(kEu).started == kNow);
  run.started = kNow - hours{1};  // of a backlog
  book.saw(run, "a", kNow);
  CHECK(book.newest().at(kEu).started == kNow);
}
