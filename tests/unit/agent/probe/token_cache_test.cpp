#include "agent/probe/token_cache.h"

#include <catch2/catch.hpp>

namespace picket::agent {
namespace {

using namespace std::chrono_literals;

MonoTime at(Nanos since_start) { return MonoTime{since_start}; }

KeptTokens tokens_of(const std::string& token, MonoTime fetched_at, Nanos life = 100s) {
  KeptTokens kept;
  kept.tokens.access_token = token;
  kept.provider.endpoints.token = "https://id.test/t";
  kept.fetched_at = fetched_at;
  kept.life = life;
  kept.provider_life = 1h;
  return kept;
}

const Failure kFailure{FailureKind::oauth_token, "token: answered 500: no", {}};

TEST_CASE("tokens are used for their life, the provider for the check's limit", "[oauth]") {
  TokenCache cache;
  CHECK(cache.find("k", at(0s)) == nullptr);
  cache.store("k", tokens_of("t1", at(10s)));
  CHECK(cache.find("k", at(109s))->tokens.access_token == "t1");
  CHECK(cache.find("k", at(110s)) == nullptr);
  CHECK(cache.find("other", at(20s)) == nullptr);
  CHECK(cache.provider("k", at(1h))->endpoints.token == "https://id.test/t");
  CHECK_FALSE(cache.provider("k", at(1h + 10s)));
  cache.drop("k");
  CHECK(cache.find("k", at(20s)) == nullptr);
  CHECK_FALSE(cache.provider("k", at(20s)));
}

TEST_CASE("a refresh is due in the last fifth, one at a time", "[oauth]") {
  TokenCache cache;
  CHECK_FALSE(cache.try_begin_refresh("k", at(0s)));
  cache.store("k", tokens_of("t1", at(0s)));
  CHECK_FALSE(cache.try_begin_refresh("k", at(79s)));
  CHECK(cache.try_begin_refresh("k", at(80s)));
  CHECK_FALSE(cache.try_begin_refresh("k", at(81s)));
  cache.refresh_abandoned("k");
  CHECK(cache.try_begin_refresh("k", at(82s)));
  cache.store("k", tokens_of("t2", at(83s)));
  CHECK_FALSE(cache.try_begin_refresh("k", at(84s)));
  CHECK(cache.find("k", at(84s))->tokens.access_token == "t2");
}

TEST_CASE("the third failure in a row opens the breaker, longer each time", "[oauth]") {
  TokenCache cache;
  cache.store("k", tokens_of("t1", at(0s), 10h));
  MonoTime now = at(8h);
  const auto fail_once = [&] {
    const bool tried = cache.try_begin_refresh("k", now);
    if (tried) cache.refresh_failed("k", kFailure, now);
    return tried;
  };
  for (int i = 0; i < 3; ++i) CHECK(fail_once());
  CHECK(cache.refresh_failure("k") == kFailure);
  for (const Nanos open :
       {Nanos{1min}, Nanos{2min}, Nanos{4min}, Nanos{8min}, Nanos{10min}, Nanos{10min}}) {
    CAPTURE(render_elapsed(open));
    now = now + open - 1s;
    CHECK_FALSE(fail_once());
    now = now + 1s;
    CHECK(fail_once());
  }
  CHECK(cache.find("k", now) != nullptr);  // the breaker takes no tokens away
  now = now + 10min;
  CHECK(cache.try_begin_refresh("k", now));
  cache.store("k", tokens_of("t2", now));
  CHECK_FALSE(cache.refresh_failure("k"));
  now = now + 80s;
  for (int i = 0; i < 3; ++i) CHECK(fail_once());  // closed: three more may fail
  CHECK_FALSE(fail_once());
}

TEST_CASE("what is told of a key that is not kept changes nothing", "[oauth]") {
  TokenCache cache;
  cache.refresh_failed("k", kFailure, at(0s));
  cache.refresh_abandoned("k");
  cache.drop("k");
  CHECK_FALSE(cache.refresh_failure("k"));
}

TEST_CASE("the oldest tokens make room", "[oauth]") {
  TokenCache cache;
  for (std::size_t i = 0; i < TokenCache::kEntriesMax; ++i)
    cache.store(std::to_string(i), tokens_of("t", at(Seconds(i) + 1s), 10h));
  cache.store("0", tokens_of("t", at(2h), 10h));  // replaced, not added
  cache.store("new", tokens_of("t", at(3h), 10h));
  CHECK(cache.find("0", at(3h)) != nullptr);
  CHECK(cache.find("1", at(3h)) == nullptr);
  CHECK(cache.find("2", at(3h)) != nullptr);
  CHECK(cache.find("new", at(3h)) != nullptr);
}

}  // namespace
}  // namespace picket::agent
