// Random appends, acknowledgements, power failures, kills, full disks and write errors against a
// model of what the controller must get. A failing seed is printed; PICKET_SPOOL_SEED repeats it.
#include <cstdlib>
#include <set>

#include "tests/unit/agent/spool/spool_world.h"

using namespace picket;
using test::SpoolWorld;

namespace {

struct Appended {
  std::string name;
  std::shared_ptr<std::optional<Status>> outcome;
};

// The controller's side: a cursor per spool, contiguous or refused, and what it holds.
struct Controller {
  std::map<std::string, std::uint64_t> next;
  std::multiset<std::string> held;
  std::uint64_t lost{0};

  std::uint64_t take(const v1::SpoolBatch& batch) {
    std::uint64_t& cursor = next.try_emplace(batch.spool_id(), 1).first->second;
    std::uint64_t expected = batch.first_seq();
    for (const auto& record : batch.records()) {
      REQUIRE(record.seq() == expected);
      if (record.has_gap()) REQUIRE(record.gap().from() == record.seq());
      expected = record.has_gap() ? record.gap().to() + 1 : record.seq() + 1;
      if (expected <= cursor) continue;
      if (record.seq() > cursor) return cursor;  // 409
      if (record.has_gap())
        lost += expected - cursor;
      else
        held.insert(record.missed().check());
      cursor = expected;
    }
    return cursor;
  }
};

class Trial {
 public:
  explicit Trial(std::uint64_t seed) : random_(seed), w_(seed ^ 0x5eed) {
    w_.options.segment_bytes = 300;
    w_.options.memory_records = 1'000;
    REQUIRE(w_.open());
  }

  void run() {
    for (int step = 0; step < 40; ++step) turn();
    heal();
    for (int i = 0; i < 200 && w_.spool->stats().waiting > 0; ++i) send(false);
    CHECK(w_.spool->stats().waiting == 0);
    check_promises();
  }

 private:
  void turn() {
    switch (random_.below(10)) {
      case 0: case 1: case 2: case 3: append(1 + random_.below(6)); break;
      case 4: case 5: send(random_.chance(0.3)); break;
      case 6: w_.disk.fail_writes(static_cast<int>(1 + random_.below(3))); break;
      case 7: w_.disk.set_capacity(w_.disk.used() + random_.below(200)); break;
      case 8: heal(); break;
      default: restart();
    }
  }

  void append(std::uint64_t count) {
    for (; count > 0; --count) {
      const std::string name = "r" + std::to_string(appended_.size());
      appended_.push_back({name, w_.start_append(name)});
    }
    if (random_.chance(0.7)) w_.settle();
  }

  void send(bool answer_lost) {
    for (const auto& batch : w_.batches({1 + random_.below(20), 100'000})) {
      const std::uint64_t next = controller_.take(batch);
      if (!answer_lost) w_.acknowledge(batch.spool_id(), next);
    }
  }

  void heal() {
    w_.disk.set_capacity(std::nullopt);
    w_.disk.fail_writes(0);
    w_.pass(Seconds{3});
    if (random_.chance(0.3)) w_.spool->seal();
    w_.settle();
  }

  void restart() {
    w_.kill();
    if (random_.chance(0.7)) w_.disk.crash();
    w_.disk.fail_writes(0);
    if (random_.chance(0.5)) w_.disk.set_capacity(std::nullopt);
    REQUIRE(w_.open());
  }

  // Every record that counted as done is at the controller, and none is there twice.
  void check_promises() {
    for (const auto& record : appended_) {
      const auto count = controller_.held.count(record.name);
      CHECK(count <= 1);
      const bool done = record.outcome->has_value() && record.outcome->value().has_value();
      if (!done) continue;
      INFO(record.name);
      CHECK(count == 1);
    }
  }

  Random random_;
  SpoolWorld w_;
  Controller controller_;
  std::vector<Appended> appended_;
};

}  // namespace

TEST_CASE("no record that counted as done is lost or sent twice, whatever happens", "[spool]") {
  const char* wanted = std::getenv("PICKET_SPOOL_SEED");
  const std::uint64_t first = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 1;
  const std::uint64_t last = wanted != nullptr ? first : 2'000;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    INFO("PICKET_SPOOL_SEED=" << seed);
    Trial(seed).run();
  }
}
