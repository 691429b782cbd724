#include "controller/api/blackbox_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kExpiry = WallTime::from_unix_ms(1'800'000'000'000);

CertificateFacts certificate(std::string subject, std::string issuer, Millis after) {
  CertificateFacts one;
  one.subject = std::move(subject);
  one.issuer = std::move(issuer);
  one.not_after = kExpiry + after;
  return one;
}

RequestResult request(std::string url, std::string address) {
  RequestResult one;
  one.url = std::move(url);
  one.remote_address = std::move(address);
  one.status = 200;
  one.body_bytes = 1234;
  return one;
}

std::vector<std::string> shown(std::vector<RequestResult> requests) {
  Attempt attempt;
  StepResult step;
  step.requests = std::move(requests);
  attempt.steps.push_back(std::move(step));
  std::vector<std::string> out;
  for (const NamedSample& sample : make_blackbox_samples(attempt))
    out.push_back(fmt::format("{}{} {}", sample.metric, sample.labels, sample.value));
  return out;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE("the last exchange tells TLS, length and IP version", "[series]") {
  const auto plain = shown({request("http://a.test/", "203.0.113.7:80")});
  CHECK(has(plain, "probe_http_ssl 0"));
  CHECK(has(plain, "probe_http_content_length 1234"));
  CHECK(has(plain, "probe_ip_protocol 4"));
  RequestResult secure = request("https://a.test/", "[2001:db8::1]:443");
  secure.tls.emplace();
  secure.tls->version = "TLSv1.3";
  const auto moved = shown({request("http://a.test/", "203.0.113.7:80"), secure});
  CHECK(has(moved, "probe_http_ssl 1"));
  CHECK(has(moved, "probe_ip_protocol 6"));
}

TEST_CASE("an exchange without an answer has no length and no address", "[series]") {
  RequestResult none = request("http://a.test/", "");
  none.status = 0;
  CHECK(shown({none}) == std::vector<std::string>{"probe_http_ssl 0"});
}

TEST_CASE("what a page fetches beside others is not its last exchange", "[series]") {
  RequestResult beside = request("http://b.test/", "[::1]:80");
  beside.beside = true;
  CHECK(has(shown({request("http://a.test/", "127.0.0.1:80"), beside}), "probe_ip_protocol 4"));
}

TEST_CASE("addresses are hashed by FNV-1a over their bytes", "[series]") {
  const auto hash = [](std::string_view text) { return address_facts(text)->hash; };
  CHECK(hash("0.0.0.0") == 0x4b95f515U);  // four zero bytes
  CHECK(hash("203.0.113.7:443") == hash("203.0.113.7"));
  CHECK(hash("203.0.113.7") != hash("203.0.113.8"));
  CHECK(hash("[::1]:443") == hash("::1"));
  CHECK(address_facts("::1")->protocol == 6);
  CHECK_FALSE(address_facts("").has_value());
  CHECK_FALSE(address_facts("[").has_value());
  CHECK_FALSE(address_facts("shop.example.com:443").has_value());
}

TEST_CASE("the chain ends with the first of the leaf and its issuers", "[series]") {
  RequestResult secure = request("https://a.test/", "127.0.0.1:443");
  secure.tls.emplace();
  secure.tls->chain = {certificate("CN=a.test", "CN=between", hours{48}),
                       certificate("CN=between", "CN=root", hours{24}),
                       certificate("CN=stranger", "CN=stranger", hours{1})};
  secure.tls->chain[0].sha256 = "ab12";
  secure.tls->chain[0].dns_names = {"a.test", "b\"c"};
  const auto all = shown({secure});
  CHECK(has(all, fmt::format("probe_ssl_last_chain_expiry_timestamp_seconds {}",
                             1'800'000'000.0 + 24 * 3600)));
  CHECK(has(all,
            "probe_ssl_last_chain_info,fingerprint_sha256=\"ab12\",subject=\"CN=a.test\","
            "issuer=\"CN=between\",subjectalternative=\"a.test,b\\\"c\" 1"));
  secure.tls->verify_error = "certificate has expired";
  for (const std::string& line : shown({secure})) CHECK(line.find("chain") == std::string::npos);
}

TEST_CASE("certificates that issue each other end the walk", "[series]") {
  RequestResult secure = request("https://a.test/", "127.0.0.1:443");
  secure.tls.emplace();
  secure.tls->chain = {certificate("CN=a", "CN=b", hours{2}),
                       certificate("CN=b", "CN=a", hours{1})};
  CHECK(has(shown({secure}), fmt::format("probe_ssl_last_chain_expiry_timestamp_seconds {}",
                                         1'800'000'000.0 + 3600)));
}

TEST_CASE("a ping tells how long its name took", "[series]") {
  RequestResult ping = request("icmp://a.test", "203.0.113.7");
  ping.method = "PING";
  ping.status = 0;
  ping.phases.dns = Millis{20};
  CHECK(has(shown({ping}), "probe_icmp_duration_seconds,phase=\"resolve\" 0.02"));
}
