#include "tests/integration/page/page_fixture.h"

#include <catch2/catch.hpp>
#include <map>

#include "common/checks/load.h"
#include "tests/support/check_run.h"
#include "tests/support/process.h"

namespace picket::test {
namespace {

std::string addresses(const DnsQuestion& question) {
  static const std::map<std::string, std::string> known{
      {"shop.test", "127.0.0.1"}, {"cdn.test", "127.0.0.2"},  {"pay.test", "127.0.0.3"},
      {"ads.test", "127.0.0.4"},  {"slow.test", "127.0.0.1"}, {"endless.test", "127.0.0.1"}};
  const auto at = known.find(question.name);
  if (at == known.end()) return dns_reply(question, 3);
  return dns_addresses(
      question, question.type == 1 ? std::vector{at->second} : std::vector<std::string>{}, 60);
}

constexpr const char* kScript = "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\n";

void drip(RawConnection& peer) {
  peer.read_request();
  if (!peer.send(std::string(kScript) + "Content-Length: 10\r\n\r\n")) return;
  peer.drip("0123456789", std::chrono::milliseconds{40});
}

void never_end(RawConnection& peer) {
  peer.read_request();
  bool open = peer.send(std::string(kScript) + "\r\n");
  const std::string part(64 * 1024, ' ');
  while (open) open = peer.send(part);
}

}  // namespace

PageFixture::PageFixture() : names_(addresses), drip_(drip), endless_(never_end) {
  write_file(directory_.file("own.js"), "own()");
  write_file(directory_.file("lib.js"), "abc");
  write_file(directory_.file("logo.png"), std::string(2000, 'p'));
  write_file(directory_.file("loop.css"), "@import 'loop2.css';");
  write_file(directory_.file("loop2.css"), "@import 'loop.css'; @font-face{src:url(f.woff2)}");
  write_file(directory_.file("f.woff2"), "font");
  nginx_ = std::make_unique<Nginx>(
      directory_.path(), 1, [this](const std::vector<int>& ports) { return servers(ports[0]); });
}

std::string PageFixture::servers(int port) const {
  std::string out = "types { text/html html; text/javascript js; text/css css; }\n";
  for (const char* address : {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"})
    out += "server { listen " + std::string(address) + ":" + std::to_string(port) +
           "; location = /down.js { return 503; } location = /moved.js { return 302 /lib.js; }"
           " location = /round.js { return 302 /round.js; } }\n";
  return out;
}

std::string PageFixture::url(const std::string& host, const std::string& path) const {
  return "http://" + host + ".test:" + std::to_string(nginx_->port(0)) + path;
}

std::string PageFixture::filled(std::string text) const {
  for (const char* host : {"shop", "cdn", "pay", "ads"}) {
    const std::string mark = "@" + std::string(host) + "@";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
      text.replace(at, mark.size(), url(host, ""));
  }
  return text;
}

void PageFixture::write_page(const std::string& name, std::string html) {
  write_file(directory_.file(name), filled(std::move(html)));
}

StepResult PageFixture::run(std::string yaml) const {
  const std::string text = "version: 1\nchecks:\n  - name: page\n    retries: 0\n    owner: web\n" +
                           filled(std::move(yaml));
  const auto loaded = checks::load_check_text("page.check.yaml", text, {});
  for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(checks::render_text(diagnostic));
  REQUIRE(loaded.checks.size() == 1);
  MapSecrets none;
  http::CurlClientOptions options = loopback_client();
  options.dns_servers = {names_.address()};
  const RunResult result = run_check(loaded.checks.front(), none, options);
  REQUIRE(result.attempts.size() == 1);
  REQUIRE(result.attempts.front().steps.size() == 1);
  return result.attempts.front().steps.front();
}

PageFixture& page_fixture() {
  static PageFixture fixture;
  return fixture;
}

std::string fact(const StepResult& step, const std::string& name) {
  for (const NamedFact& one : step.facts) {
    if (one.name != name) continue;
    const auto* text = std::get_if<std::string>(&one.value);
    return text ? *text : render(one.value);
  }
  return {};
}

}  // namespace picket::test
