#include "tests/integration/oauth/oidc_fixture.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "agent/probe/probes.h"
#include "agent/script/runner.h"
#include "common/async/task_group.h"
#include "common/checks/load.h"
#include "common/http/curl_client.h"

namespace picket::test {
namespace {

class MapSecrets final : public agent::SecretSource {
 public:
  std::map<std::string, std::string> values;
  Result<std::string> get(const std::string& name) override { return values.at(name); }
};

async::Task<void> keep(agent::Runner& runner, agent::RunOrder order, RunResult& out) {
  out = co_await runner.run(std::move(order));
}

async::Task<void> send(http::HttpClient& client, http::Request request, std::string& body) {
  const auto exchange = co_await client.exchange(std::move(request));
  if (exchange) body = exchange->body;
}

Check check_of(const std::string& steps) {
  const std::string text =
      "version: 1\nchecks:\n  - name: sso\n    timeout: 20s\n    retries: 0\n    steps:\n" + steps;
  auto loaded = checks::load_check_text("sso.check.yaml", text);
  if (loaded.checks.size() == 1) return std::move(loaded.checks.front());
  std::string why = text;
  for (const auto& diagnostic : loaded.diagnostics) why += "\n" + diagnostic.message;
  throw std::runtime_error(why);
}

OAuthKeys merged(OAuthKeys keys, const OAuthKeys& changed) {
  for (const auto& [key, value] : changed) {
    if (value.empty())
      keys.erase(key);
    else
      keys[key] = value;
  }
  return keys;
}

}  // namespace

struct Engine {
  Engine() {
    http::CurlClientOptions options;
    options.guard = *http::AddressGuard::create({"127.0.0.0/8"});
    client = std::move(*http::create_curl_client(io.get_executor(), clock, options));
    probes = std::make_unique<agent::Probes>(agent::ProbePorts{*client, clock});
    runner = std::make_unique<agent::Runner>(*probes, clock, secrets, Random{3}, "picket/test");
  }

  void loop(async::Task<void> task) {
    async::TaskGroup group{io.get_executor()};
    group.spawn("test", std::move(task));
    io.restart();
    io.run();
  }

  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  MapSecrets secrets;
  std::unique_ptr<http::HttpClient> client;
  std::unique_ptr<agent::Probes> probes;
  std::unique_ptr<agent::Runner> runner;
};

Oidc::Oidc() : server_(directory_.path(), "oidc.mjs") {}

Oidc& Oidc::fresh() {
  static Oidc oidc;
  oidc.set_faults("{}");
  oidc.secrets = {{"SSO_USER", "probe"}, {"SSO_PASSWORD", "secret-password"}};
  return oidc;
}

std::shared_ptr<Engine> Oidc::make_engine() const { return std::make_shared<Engine>(); }

std::string Oidc::ask(const std::string& method, const std::string& path, const std::string& body) {
  Engine engine;
  http::Request request;
  request.method = method;
  request.url = issuer() + path;
  request.body = body;
  request.timeout = Seconds{20};
  std::string answer;
  engine.loop(send(*engine.client, std::move(request), answer));
  return answer;
}

int Oidc::count(const std::string& path) {
  return nlohmann::json::parse(ask("GET", "/test/counts")).value(path, 0);
}

OAuthKeys Oidc::code_keys(const OAuthKeys& changed) const {
  return merged({{"issuer", issuer()},
                 {"client_id", "public"},
                 {"redirect_uri", "https://localhost/callback"},
                 {"scope", "openid profile orders:read"},
                 {"login",
                  "{form: {username: \"${{ secrets.SSO_USER }}\", "
                  "password: \"${{ secrets.SSO_PASSWORD }}\"}}"}},
                changed);
}

OAuthKeys Oidc::client_keys(const OAuthKeys& changed) const {
  return merged({{"flow", "client_credentials"},
                 {"issuer", issuer()},
                 {"client_id", "basic"},
                 {"client_secret", "basic-secret"},
                 {"scope", "orders:read"}},
                changed);
}

std::string Oidc::step(const std::string& name, const OAuthKeys& keys, const std::string& expect) {
  std::string out = "      - name: " + name + "\n        oauth2:\n";
  for (const auto& [key, value] : keys) out += "          " + key + ": " + value + "\n";
  if (!expect.empty()) out += "        expect: " + expect + "\n";
  return out;
}

RunResult Oidc::run(const std::string& steps, Engine* engine) {
  const auto own = engine == nullptr ? make_engine() : nullptr;
  Engine& used = engine == nullptr ? *own : *engine;
  used.secrets.values = secrets;
  agent::RunOrder order;
  order.check = std::make_shared<const Check>(check_of(steps));
  order.key.region = RegionName{"local"};
  order.keep_evidence = true;
  RunResult result;
  used.loop(keep(*used.runner, std::move(order), result));
  return result;
}

std::vector<std::string> labels_of(const StepResult& step) {
  std::vector<std::string> out;
  for (const RequestResult& request : step.requests) out.push_back(request.label);
  return out;
}

std::string fact_of(const StepResult& step, const std::string& name) {
  for (const NamedFact& fact : step.facts)
    if (fact.name == name) {
      const auto* text = std::get_if<std::string>(&fact.value);
      return text == nullptr ? render(fact.value) : *text;
    }
  return "absent";
}

std::string failure_of(const StepResult& step) {
  if (step.failures.empty()) return "passed";
  const Failure& failure = step.failures.front();
  return std::string(to_string(failure.kind)) + ": " + failure.message;
}

std::string everything_in(const RunResult& result) {
  std::string out;
  for (const Attempt& attempt : result.attempts)
    for (const StepResult& step : attempt.steps) {
      for (const Failure& failure : step.failures) out += failure.message + "\n";
      for (const Failure& warning : step.warnings) out += warning.message + "\n";
      for (const NamedFact& fact : step.facts) out += fact.name + "=" + render(fact.value) + "\n";
      for (const RequestResult& request : step.requests) {
        out += request.url + "\n";
        if (!request.evidence) continue;
        const RequestEvidence& evidence = *request.evidence;
        out += evidence.url + "\n" + evidence.curl + "\n" + evidence.body_start + "\n";
        for (const auto& [name, value] : evidence.request_headers) out += name + ":" + value + "\n";
        for (const auto& [name, value] : evidence.response_headers)
          out += name + ":" + value + "\n";
      }
    }
  return out;
}

}  // namespace picket::test
