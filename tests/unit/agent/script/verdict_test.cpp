#include "agent/script/verdict.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

StepResult step(std::vector<FailureKind> failures, bool warned = false) {
  StepResult made;
  for (const FailureKind kind : failures) made.failures.push_back({kind, "x", {}});
  if (warned) made.warnings.push_back({FailureKind::expectation, "slow", {}});
  return made;
}

std::vector<Attempt> attempts(const std::vector<RunVerdict>& verdicts) {
  std::vector<Attempt> made;
  for (const RunVerdict verdict : verdicts) {
    made.emplace_back();
    made.back().verdict = verdict;
  }
  return made;
}

}  // namespace

TEST_CASE("an attempt fails by what was measured, and is unknown by what was not", "[verdict]") {
  using Kind = FailureKind;
  CHECK(attempt_verdict({step({})}) == RunVerdict::pass);
  CHECK(attempt_verdict({step({}, true), step({})}) == RunVerdict::degraded);
  CHECK(attempt_verdict({step({Kind::http_status})}) == RunVerdict::fail);
  CHECK(attempt_verdict({step({Kind::agent_network})}) == RunVerdict::unknown);
  CHECK(attempt_verdict({step({Kind::internal})}) == RunVerdict::unknown);
  CHECK(attempt_verdict({step({Kind::agent_network}), step({Kind::timeout})}) == RunVerdict::fail);
  CHECK(attempt_verdict({step({Kind::secret_missing}, true)}) == RunVerdict::unknown);
}

TEST_CASE("a run's verdict follows from those of its attempts", "[verdict]") {
  using V = RunVerdict;
  struct Row {
    std::vector<V> attempts;
    V wanted;
  };
  for (const Row& row :
       {Row{{V::pass}, V::pass}, Row{{V::degraded}, V::degraded}, Row{{V::fail}, V::fail},
        Row{{V::unknown}, V::unknown}, Row{{V::fail, V::pass}, V::pass_on_retry},
        Row{{V::fail, V::degraded}, V::degraded}, Row{{V::unknown, V::pass}, V::pass},
        Row{{V::fail, V::fail}, V::fail}, Row{{V::fail, V::unknown}, V::fail},
        Row{{V::unknown, V::fail}, V::fail}, Row{{V::unknown, V::unknown}, V::unknown},
        Row{{V::fail, V::unknown, V::pass}, V::pass_on_retry}})
    CHECK(run_verdict(attempts(row.attempts)) == row.wanted);
}

TEST_CASE("only what failed is tried again, at most as often as the check says", "[verdict]") {
  using V = RunVerdict;
  CHECK(should_retry({}, 0));
  CHECK_FALSE(should_retry(attempts({V::fail}), 0));
  CHECK(should_retry(attempts({V::fail}), 1));
  CHECK(should_retry(attempts({V::unknown}), 1));
  CHECK_FALSE(should_retry(attempts({V::fail, V::fail}), 1));
  CHECK_FALSE(should_retry(attempts({V::pass}), 3));
  CHECK_FALSE(should_retry(attempts({V::degraded}), 3));
  auto lacking = attempts({V::unknown});
  lacking[0].steps = {step({FailureKind::secret_missing})};
  CHECK_FALSE(should_retry(lacking, 3));
}

TEST_CASE("our own errors become kinds that never count as down", "[verdict]") {
  for (const auto code : {ErrorCode::internal, ErrorCode::resource_exhausted, ErrorCode::network,
                          ErrorCode::cancelled, ErrorCode::timeout, ErrorCode::invalid_config,
                          ErrorCode::secret_missing, ErrorCode::io, ErrorCode::unauthorized})
    CHECK(is_unmeasured(unmeasured_kind(code)));
  CHECK(unmeasured_kind(ErrorCode::unauthorized) == FailureKind::agent_permission);
  CHECK(unmeasured_kind(ErrorCode::timeout) == FailureKind::agent_overloaded);
  CHECK(unmeasured_kind(ErrorCode::resource_exhausted) == FailureKind::agent_resources);
}
