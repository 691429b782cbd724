#include "controller/ingest/test_desk.h"

namespace picket::controller {

void TestDesk::forget(WallTime now) {
  for (auto test = tests_.begin(); test != tests_.end();) {
    if (now < test->second.expires + kKept) {
      ++test;
      continue;
    }
    bytes_ -= test->second.bytes;
    test = tests_.erase(test);
  }
}

Status TestDesk::open(const std::string& id, WallTime now, Millis lasts) {
  forget(now);
  if (tests_.size() >= kTestsMax)
    return fail(ErrorCode::overloaded, "other tests are under way, no more may be",
                "try again in a minute");
  tests_[id].expires = now + lasts;
  return {};
}

void TestDesk::expect(const std::string& id, std::set<TestSlot> waiting) {
  const auto test = tests_.find(id);
  if (test != tests_.end()) test->second.waiting = std::move(waiting);
}

Status TestDesk::take(const std::string& id, RunResult run, std::size_t bytes, WallTime now) {
  forget(now);
  const auto test = tests_.find(id);
  const TestSlot slot{run.key.check, run.key.region};
  if (test == tests_.end() || now >= test->second.expires || !test->second.waiting.contains(slot))
    return fail(ErrorCode::not_found, "nobody waits for this test's result");
  if (bytes_ + bytes > kBytesMax)
    return fail(ErrorCode::overloaded, "results of tests take too much memory", "send later");
  test->second.waiting.erase(slot);
  test->second.results.push_back(std::move(run));
  test->second.bytes += bytes;
  bytes_ += bytes;
  // All are here: only whoever fetches them is waited for.
  if (test->second.waiting.empty()) test->second.expires = now;
  return {};
}

const Test* TestDesk::find(const std::string& id, WallTime now) {
  forget(now);
  const auto test = tests_.find(id);
  return test == tests_.end() ? nullptr : &test->second;
}

}  // namespace picket::controller
