#include "common/http/certificate_store.h"

#include <openssl/x509.h>

#include <catch2/catch.hpp>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace picket::http {
namespace {

class StillClock final : public async::Clock {
 public:
  MonoTime now() const override { return time; }
  WallTime wall_now() const override { return {}; }
  async::Task<void> sleep_until(MonoTime) override { co_return; }
  MonoTime time{};
};

int size_of(X509_STORE* store) { return sk_X509_OBJECT_num(X509_STORE_get0_objects(store)); }

TEST_CASE("a CA file is parsed once and again when it changed", "[http][ca]") {
  const test::TempDir directory;
  const test::TestAuthority one(directory.path(), "one");
  const test::TestAuthority two(directory.path(), "two");
  const std::string bundle =
      test::write_file(directory.file("bundle.pem"), test::read_file(one.ca_file()));
  StillClock clock;
  CertificateStores stores(clock, bundle, false);
  X509_STORE* first = stores.get({}).value();
  CHECK(size_of(first) == 1);
  test::write_file(directory.file("bundle.pem"),
                   test::read_file(one.ca_file()) + test::read_file(two.ca_file()));
  CHECK(stores.get({}).value() == first);
  clock.time = clock.time + Seconds{61};
  CHECK(size_of(stores.get({}).value()) == 2);
}

TEST_CASE("a CA file that breaks keeps the last good store", "[http][ca]") {
  const test::TempDir directory;
  const test::TestAuthority one(directory.path(), "one");
  const std::string bundle =
      test::write_file(directory.file("bundle.pem"), test::read_file(one.ca_file()));
  StillClock clock;
  CertificateStores stores(clock, bundle, false);
  REQUIRE(stores.get({}));
  test::write_file(directory.file("bundle.pem"), "-----BEGIN CERTIFICATE-----\nnonsense\n");
  clock.time = clock.time + Seconds{61};
  CHECK(size_of(stores.get({}).value()) == 1);
}

TEST_CASE("CA files that hold no certificates are named in the error", "[http][ca]") {
  const test::TempDir directory;
  const test::TestAuthority one(directory.path(), "one");
  const std::string good = test::read_file(one.ca_file());
  StillClock clock;
  const std::string files[] = {
      directory.file("missing.pem"), test::write_file(directory.file("empty.pem"), ""),
      test::write_file(directory.file("text.pem"), "hello\n"),
      test::write_file(directory.file("torn.pem"), good + good.substr(0, 200))};
  for (const std::string& file : files) {
    CertificateStores stores(clock, file, false);
    const auto store = stores.get({});
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::invalid_config);
    CHECK_THAT(store.error().message, Catch::Contains(file));
  }
}

TEST_CASE("a request's own CA file stands beside the default", "[http][ca]") {
  const test::TempDir directory;
  const test::TestAuthority one(directory.path(), "one");
  const test::TestAuthority two(directory.path(), "two");
  StillClock clock;
  CertificateStores stores(clock, one.ca_file(), true);
  CHECK(size_of(stores.get({}).value()) > 50);
  CHECK(size_of(stores.get(two.ca_file()).value()) == 1);
  CHECK_FALSE(stores.get(directory.file("missing")));
}

TEST_CASE("a CA given as text has its own store, made once", "[http][ca]") {
  const test::TempDir directory;
  const test::TestAuthority one(directory.path(), "one");
  const test::TestAuthority two(directory.path(), "two");
  const std::string text = test::read_file(one.ca_file());
  StillClock clock;
  CertificateStores stores(clock, two.ca_file(), false);
  X509_STORE* store = stores.of_pem(text).value();
  CHECK(size_of(store) == 1);
  CHECK(stores.of_pem(text).value() == store);
  CHECK(size_of(stores.of_pem(text + test::read_file(two.ca_file())).value()) == 2);
  for (const std::string& bad : {std::string{}, std::string{"nonsense"},
                                 std::string{"-----BEGIN CERTIFICATE-----\nnonsense\n"}}) {
    const auto refused = stores.of_pem(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(refused.error().message, !Catch::Contains("nonsense"));
  }
}

}  // namespace
}  // namespace picket::http
