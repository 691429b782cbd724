#include "controller/config/config.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace picket::controller {
namespace {

const std::string kKey = "0123456789abcdef0123456789abcdeF";
const std::string kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::string with(const std::string& rest) {
  return "version: 1\nstate_dir: /var/lib/p\nchecks_dir: /etc/p\n" + rest;
}

// The first mistake as "CODE LINE:COLUMN message"; empty: none.
std::string mistake_of(const std::string& rest) {
  ControllerConfig config;
  const auto mistakes = decode_controller_config("controller.yaml", with(rest), config);
  if (mistakes.empty()) return "";
  const auto& first = mistakes.front();
  return first.code + " " + std::to_string(first.at.line) + ":" + std::to_string(first.at.column) +
         " " + first.message;
}

ControllerConfig config_of(const std::string& rest) {
  ControllerConfig config;
  const auto mistakes = decode_controller_config("controller.yaml", with(rest), config);
  for (const auto& mistake : mistakes) FAIL(checks::render_text(mistake));
  return config;
}

std::string pagerduty(const std::string& name, const std::string& more = "") {
  return "  " + name + ": {pagerduty: {routing_key: " + kKey + "}" + more + "}\n";
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a short controller.yaml has the documented defaults", "[config]") {
  const ControllerConfig config = config_of("");
  CHECK(config.state_dir == "/var/lib/p");
  CHECK(config.checks_dir == "/etc/p");
  CHECK(config.agents.listen == checks::Endpoint{"0.0.0.0", 8443});
  CHECK(config.api == checks::Endpoint{"127.0.0.1", 8080});
  CHECK(config.retention.raw == std::chrono::hours{7 * 24});
  CHECK(config.retention.rounds == std::chrono::hours{400 * 24});
  CHECK(config.receivers.empty());
  CHECK(config.log.level == log::Level::info);
}

TEST_CASE("every key of controller.yaml is read", "[config]") {
  const ControllerConfig config = config_of(
      "agents: {listen: \"[::1]:0\", names: [localhost, 127.0.0.1]}\n"
      "api: {listen: localhost:9}\n"
      "regions:\n"
      "  eu-west-1: {labels: {cloud: aws}, control_targets: [https://a.example/]}\n"
      "  us-east-1:\n"
      "receivers:\n" +
      pagerduty("pagerduty/a", ", fallback: webhook/b") +
      "  webhook/b: {webhook: {url: " + "\"https://hooks.example.com/x\", secret: " + kSecret +
      ", ca_file: /ca.pem}}\n" + "  pagerduty/eu: {pagerduty: {routing_key: " + kKey +
      ", events_url: \"http://127.0.0.1:99/\"}}\n"
      "default_receiver: webhook/b\n"
      "fleet_receivers: [pagerduty/a]\n"
      "retention: {raw: 2d, rounds: 30d}\n"
      "log: {level: debug, format: json}\n"
      "external_url: https://picket.example.com\n");
  CHECK(config.agents.listen == checks::Endpoint{"::1", 0});
  CHECK(config.agents.names == std::vector<std::string>{"localhost", "127.0.0.1"});
  CHECK(config.api == checks::Endpoint{"localhost", 9});
  REQUIRE(config.regions.size() == 2);
  CHECK(config.regions.at(RegionName{"eu-west-1"}).labels.at("cloud") == "aws");
  CHECK(config.regions.at(RegionName{"eu-west-1"}).control_targets.size() == 1);
  const Receiver& first = config.receivers.at("pagerduty/a");
  CHECK(first.name == "pagerduty/a");
  CHECK(first.kind == ReceiverKind::pagerduty);
  CHECK(first.url == "https://events.pagerduty.com");
  CHECK(first.secret == kKey);
  CHECK(first.fallback == "webhook/b");
  CHECK(config.receivers.at("pagerduty/eu").url == "http://127.0.0.1:99");
  CHECK(config.receivers.at("webhook/b").kind == ReceiverKind::webhook);
  CHECK(config.receivers.at("webhook/b").ca_file == "/ca.pem");
  CHECK(config.default_receiver == "webhook/b");
  CHECK(config.fleet_receivers == std::vector<std::string>{"pagerduty/a"});
  CHECK(config.retention.raw == std::chrono::hours{48});
  CHECK(config.log.format == log::Format::json);
  CHECK(config.external_url == "https://picket.example.com");
}

TEST_CASE("a routing key may stand in a file of its own, with a line break", "[config]") {
  const test::TempDir directory;
  std::ofstream(directory.file("key")) << kKey << "\n";
  const ControllerConfig config = config_of(
      "receivers:\n  pagerduty/a: {pagerduty: {routing_key_file: " + directory.file("key") +
      "}}\n");
  CHECK(config.receivers.at("pagerduty/a").secret == kKey);
}

TEST_CASE("each mistake in controller.yaml has its place", "[config]") {
  struct Row {
    std::string text;
    std::string wanted;
  };
  const std::vector<Row> rows{
      {"apis: {}\n", "E0107 4:1 unknown key `apis`"},
      {"api: {listen: 8080}\n", "E0108 4:15 `listen` must be a text, not a number"},
      {"api: {listen: \"localhost\"}\n", "E0111 4:15 `listen` is not HOST:PORT"},
      {"api: {listen: \"localhost:99999\"}\n", "E0111 4:15 `listen` is not HOST:PORT"},
      {"retention: {raw: 7}\n", "E0110 4:18 `raw` has no unit"},
      {"log: {level: loud}\n", "E0111 4:14 `loud` is not a value of `level`"},
      {"external_url: picket.example.com\n",
       "E0111 4:15 `external_url` is not a URL: it does not start with https:// or http://"},
      {"regions: {EU: {}}\n", "E0111 4:11 `EU` is no region name"},
      {"regions: {eu: {control_targets: [nowhere]}}\n",
       "E0111 4:34 a control target is a URL: it does not start with https:// or http://"},
      {"receivers: {pager: {pagerduty: {routing_key: " + kKey + "}}}\n",
       "E0111 4:13 `pager` is no name of a receiver"},
      {"receivers: {a/b: {fallback: c/d}}\n", "E0109 4:13 `a/b` does not say how to tell anybody"},
      {"receivers: {a/b: {pagerduty: {}}}\n", "E0109 4:30 `routing_key_file` is missing"},
      {"receivers: {a/b: {pagerduty: {routing_key: short}}}\n",
       "E0111 4:44 a routing key has 32 characters, this one 5"},
      {"receivers: {a/b: {pagerduty: {routing_key_file: /nowhere/key}}}\n",
       "E0101 4:49 /nowhere/key does not exist"},
      {"receivers: {a/b: {webhook: {url: \"https://a.example/\", secret: abc}}}\n",
       "E0111 4:64 the secret is not whsec_ and base64 of 24 to 64 bytes"},
      {"default_receiver: a/b\n", "E0303 4:19 no receiver `a/b`"},
      {"state_dir: /again\n", "E0104 4:1 `state_dir` stands twice in this map"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(mistake_of(row.text) == row.wanted);
  }
}

TEST_CASE("every kind of receiver is read", "[config]") {
  const ControllerConfig config = config_of(
      "receivers:\n"
      "  slack/ops: {slack: {webhook_url: \"https://hooks.slack.com/services/T0/B0/x\"}}\n"
      "  alertmanager/main:\n"
      "    alertmanager:\n"
      "      urls: [\"http://one:9093/\", \"https://two/am\"]\n"
      "      user: picket\n"
      "      password: pw\n"
      "  alertmanager/plain: {alertmanager: {urls: \"http://one:9093\", token: t0ken}}\n"
      "  email/oncall:\n"
      "    email:\n"
      "      server: mail.example.com:587\n"
      "      user: picket\n"
      "      password: pw\n"
      "      from: picket@example.com\n"
      "      to: [oncall@example.com, lead@example.com]\n"
      "    escalate: {after: 15m, to: email/v6}\n"
      "  email/v6: {email: {server: \"[::1]:465\", security: tls, from: a@b.c, to: d@e.f}}\n");
  const Receiver& slack = config.receivers.at("slack/ops");
  CHECK(slack.kind == ReceiverKind::slack);
  CHECK(slack.url == "https://hooks.slack.com");
  CHECK(slack.secret == "https://hooks.slack.com/services/T0/B0/x");
  const Receiver& manager = config.receivers.at("alertmanager/main");
  CHECK(manager.kind == ReceiverKind::alertmanager);
  CHECK(manager.url == "http://one:9093 https://two/am");
  CHECK(manager.user == "picket");
  CHECK(manager.secret == "pw");
  CHECK(config.receivers.at("alertmanager/plain").secret == "t0ken");
  const Receiver& mail = config.receivers.at("email/oncall");
  CHECK(mail.kind == ReceiverKind::email);
  CHECK(mail.url == "smtp://mail.example.com:587");
  CHECK(mail.security == MailSecurity::starttls);
  CHECK(mail.from == "picket@example.com");
  CHECK(mail.to == std::vector<std::string>{"oncall@example.com", "lead@example.com"});
  CHECK(mail.escalate_to == "email/v6");
  CHECK(mail.escalate_after == minutes{15});
  CHECK(config.receivers.at("email/v6").url == "smtp://[::1]:465");
  CHECK(config.receivers.at("email/v6").security == MailSecurity::tls);
}

TEST_CASE("each mistake in a receiver has its place", "[config]") {
  struct Row {
    std::string receiver;
    std::string wanted;
  };
  const std::string mail = "server: m.example:25, from: a@b.c, to: d@e.f";
  const std::vector<Row> rows{
      {"{slack: {}}", "E0109 5:16 `webhook_url_file` is missing"},
      {"{slack: {webhook_url: nowhere}}",
       "E0111 5:30 `webhook_url` is not a URL: it does not start with https:// or http://"},
      {"{slack: {webhook_url: \"https://a.b/\", url: x}}", "E0107 5:46 unknown key `url`"},
      {"{slack: {webhook_url: \"https://a.b/\"}, email: {}}",
       "E0113 5:47 `slack` and `email` exclude each other"},
      {"{alertmanager: {}}", "E0109 5:23 `urls` is missing"},
      {"{alertmanager: {urls: [am-1]}}",
       "E0111 5:31 an Alertmanager has a URL: it does not start with https:// or http://"},
      {"{alertmanager: {urls: \"http://a/\", password: x}}",
       "E0109 5:53 `user` is missing beside `password`"},
      {"{alertmanager: {urls: \"http://a/\", user: x, token: t}}",
       "E0113 5:59 `user` and `token` exclude each other"},
      {"{alertmanager: {urls: \"http://a/\", user: x}}", "E0109 5:23 `password_file` is missing"},
      {"{email: {from: a@b.c, to: d@e.f}}", "E0109 5:16 `server` is missing"},
      {"{email: {server: m.example, from: a@b.c, to: d@e.f}}",
       "E0111 5:25 `server` is not HOST:PORT"},
      {"{email: {server: \"m.example:25\", to: d@e.f}}", "E0109 5:16 `from` is missing"},
      {"{email: {" + mail + ", security: ssl}}", "E0111 5:73 `ssl` is not a value of `security`"},
      {"{email: {" + mail + ", user: x}}", "E0109 5:16 `password_file` is missing"},
      {"{email: {" + mail + ", security: none, user: x, password: y}}",
       "E0111 5:85 a login in the clear shows its password"},
      {"{email: {server: \"m.example:25\", from: \"Picket <a@b.c>\", to: d@e.f}}",
       "E0111 5:47 `Picket <a@b.c>` is no e-mail address"},
      {"{email: {server: \"m.example:25\", from: a@b.c, to: [d@e.f, \"x y@z\"]}}",
       "E0111 5:66 `x y@z` is no e-mail address"},
      {"{email: {" + mail + "}, escalate: 15m}", "E0108 5:74 `escalate` must be a map, not a text"},
      {"{email: {" + mail + "}, escalate: {to: a/b}}", "E0109 5:74 `after` is missing"},
      {"{email: {" + mail + "}, escalate: {after: 15m}}", "E0109 5:74 `to` is missing"},
      {"{email: {" + mail + "}, escalate: {after: 5s, to: a/b}}",
       "E0111 5:82 `after` must be 1m to 1d"},
      {"{email: {" + mail + "}, escalate: {after: 5m, to: a/c}}", "E0303 5:90 no receiver `a/c`"},
      {"{email: {" + mail + "}, escalate: {after: 5m, to: a/b}}",
       "E0302 5:90 the escalation leads to the receiver itself"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.receiver);
    CHECK(mistake_of("receivers:\n  a/b: " + row.receiver + "\n") == row.wanted);
  }
}

TEST_CASE("a fallback that does not exist or leads back is refused", "[config]") {
  const std::string unknown =
      mistake_of("receivers:\n" + pagerduty("pagerduty/a", ", fallback: pagerduty/b"));
  CHECK(unknown.find("E0303") == 0);
  const std::string cycle =
      mistake_of("receivers:\n" + pagerduty("pagerduty/a", ", fallback: pagerduty/b") +
                 pagerduty("pagerduty/b", ", fallback: pagerduty/a"));
  CHECK(cycle.find("E0302") == 0);
  const std::string chain =
      mistake_of("receivers:\n" + pagerduty("pagerduty/a", ", fallback: pagerduty/b") +
                 pagerduty("pagerduty/b"));
  CHECK(chain.empty());
}

TEST_CASE("a secret of the configuration is in no message", "[config]") {
  ControllerConfig config;
  for (const char* rest : {"{routing_key: hunter2}", "{routing_key: hunter2, url: x}",
                           "{routing_key:   'hunter2', url: x}", "{routing_key: hunter2 [}",
                           "{webhook_url: hunter2, x: 1}", "{user: a, password: hunter2, x: 1}",
                           "{token: hunter2, urls: 7}"}) {
    const std::string text = with("receivers:\n  a/b:\n    pagerduty: " + std::string{rest} + "\n");
    const auto mistakes = decode_controller_config("c.yaml", text, config);
    CHECK_FALSE(mistakes.empty());
    for (const auto& mistake : mistakes)
      CHECK(checks::render_text(mistake).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("an address that is a secret is in no message either", "[config]") {
  ControllerConfig config;
  for (const char* rest :
       {"dead_man: {url: hc-ping.com/hunter2}\n", "dead_man:\n  url: hc-ping.com/a,hunter2\n",
        "dead_man: {every: 1m, url: 'hc-ping.com/a,hunter2'}\n",
        "dead_man: {\"url\" : hc-ping.com/hunter2}\n", "dead_man: {url: ftp://a.test/hunter2}\n",
        "receivers:\n  a/b: {webhook: {url: hooks.test/hunter2}}\n"}) {
    const auto mistakes = decode_controller_config("c.yaml", with(rest), config);
    REQUIRE_FALSE(mistakes.empty());
    for (const auto& mistake : mistakes)
      CHECK(checks::render_text(mistake).find("hunter2") == std::string::npos);
  }
  // What is no secret stays in sight.
  const auto shown = decode_controller_config("c.yaml", with("external_url: nowhere\n"), config);
  REQUIRE(shown.size() == 1);
  CHECK(checks::render_text(shown[0]).find("external_url: nowhere") != std::string::npos);
}

TEST_CASE("health and the dead-man have defaults, and say what is wrong", "[config]") {
  CHECK_FALSE(config_of("").dead_man.configured());
  CHECK(config_of("").health.disk_warning_percent == 10);
  const auto config = config_of(
      "dead_man: {url: 'https://hc.example/ping/0d9b', every: 2m, method: GET}\n"
      "health: {disk_free_warning_percent: 20, clock_skew: 2s}\n");
  CHECK(config.dead_man.receiver.kind == ReceiverKind::dead_man);
  CHECK(config.dead_man.receiver.secret == "https://hc.example/ping/0d9b");
  CHECK(config.dead_man.receiver.url == "https://hc.example");
  CHECK(config.dead_man.receiver.method == "GET");
  CHECK(config.dead_man.every == minutes{2});
  CHECK(config.health.disk_warning_percent == 20);
  CHECK(config.health.disk_error_percent == 5);
  CHECK(config.health.clock_skew == Seconds{2});
  const std::pair<const char*, const char*> wrong[] = {
      {"dead_man: {every: 1m}\n", "url"},
      {"dead_man: {url: nowhere}\n", "`url` is not a URL"},
      {"dead_man: {url: 'https://a.example/1', every: 1s}\n", "every"},
      {"dead_man: {url: 'https://a.example/1', method: PUT}\n", "method"},
      {"dead_man: {url: 'https://a.example/1', uri: x}\n", "unknown key `uri`"},
      {"health: {disk_free_error_percent: 50}\n", "comes before the warning"},
      {"health: {clock_skew: fast}\n", "clock_skew"},
  };
  for (const auto& [text, message] : wrong) {
    INFO(text);
    CHECK_THAT(mistake_of(text), Catch::Contains(message));
  }
}

TEST_CASE("a file with mistakes is invalid_config and says all of them", "[config]") {
  const test::TempDir directory;
  std::ofstream(directory.file("c.yaml")) << "version: 2\nstate: x\n";
  const auto config = read_controller_config(directory.file("c.yaml"));
  REQUIRE_FALSE(config);
  CHECK(config.error().code == ErrorCode::invalid_config);
  CHECK(config.error().message.find("E0115") != std::string::npos);
  CHECK(config.error().message.find("`state_dir` is missing") != std::string::npos);
  CHECK(config.error().message.find("unknown key `state`") != std::string::npos);
  CHECK(read_controller_config(directory.file("none")).error().code == ErrorCode::not_found);
}

TEST_CASE("the example configuration has no mistake but the keys that are not here", "[config]") {
  ControllerConfig config;
  const std::string path = test::source_dir() + "/configs/controller.example.yaml";
  for (const auto& mistake : decode_controller_config(path, read_file(path), config)) {
    CHECK(mistake.code == "E0101");
    CHECK(mistake.message.find("/etc/picket/keys/") == 0);
  }
  CHECK(config.receivers.size() == 6);
}

TEST_CASE("what follows a resolve by hand is page_again or hold, after a grace", "[config]") {
  CHECK(config_of("").after_manual_resolve.then == AfterResolve::page_again);
  CHECK(config_of("").after_manual_resolve.grace == minutes{5});
  const auto config = config_of("after_manual_resolve: {then: hold, grace: 90s}\n");
  CHECK(config.after_manual_resolve.then == AfterResolve::hold);
  CHECK(config.after_manual_resolve.grace == Seconds{90});
  CHECK(mistake_of("after_manual_resolve: {then: never}\n") ==
        "E0111 4:30 `never` is not what follows");
  CHECK(mistake_of("after_manual_resolve: {grace: 1s}\n").starts_with("E01"));
}

TEST_CASE("a region has a place, or none", "[config]") {
  const auto config =
      config_of("regions: {a: {latitude: -33.9, longitude: 151}, b: {labels: {x: z}}}\n");
  CHECK(config.regions.at(RegionName{"a"}).at == GeoPoint{-33.9, 151});
  CHECK_FALSE(config.regions.at(RegionName{"b"}).at.has_value());
  const auto refused = [](const std::string& keys) {
    return mistake_of("regions: {a: {" + keys + "}}\n").substr(0, 5);
  };
  CHECK(refused("latitude: 1") == "E0109");
  for (const char* wrong : {"91", "north", "nan", "\"\""})
    CHECK(refused("longitude: 1, latitude: " + std::string{wrong}) == "E0111");
  CHECK(refused("latitude: 1, longitude: -180.5") == "E0111");
}

TEST_CASE("what of a new configuration waits for a restart is named", "[config]") {
  const auto started = config_of("");
  CHECK(waits_for_restart(started, started).empty());
  const auto reloaded =
      config_of("receivers:\n" + pagerduty("pagerduty/a") +
                "default_receiver: pagerduty/a\nroutes: [{to: pagerduty/a}]\nretention: {raw: 2d}\n"
                "health: {clock_skew: 1s}\nlog: {level: debug}\nafter_manual_resolve: {grace: 1m}\n"
                "agents: {names: [picket.example]}\n");
  CHECK(waits_for_restart(started, reloaded).empty());
  const auto waiting = config_of(
      "api: {listen: \"127.0.0.1:1\"}\nagents: {listen: \"127.0.0.1:2\"}\nregions: {eu-west-1: "
      "}\n");
  CHECK(waits_for_restart(started, waiting) == "api, regions, agents.listen");
}

TEST_CASE("a rotated secret of what is only read at a start is named too", "[config]") {
  test::TempDir directory;
  const auto config_with = [&](const std::string& token) {
    std::ofstream(directory.file("token")) << token << "\n";
    return config_of("remote_write: {url: \"https://mimir.example\", bearer_token_file: " +
                     directory.file("token") + "}\n");
  };
  const auto started = config_with("one");
  CHECK(waits_for_restart(started, config_with("one")).empty());
  CHECK(waits_for_restart(started, config_with("two")) == "remote_write");
}

}  // namespace picket::controller
