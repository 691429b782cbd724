#include "tests/support/model_generator.h"

#include <array>

namespace picket::test {

int ModelGenerator::number(int low, int high) {
  return low + static_cast<int>(random_.below(static_cast<std::uint64_t>(high - low) + 1));
}

std::string ModelGenerator::text() {
  static constexpr std::array<const char*, 8> kParts{"a",  "Z9",   "${{ vars.x }}", "é",
                                                     "\n", "日本", "\"'\\",         " "};
  std::string out;
  for (int n = number(0, 5); n > 0; --n) out += kParts[random_.below(kParts.size())];
  return out;
}

std::string ModelGenerator::name() { return "n" + std::to_string(random_.below(100'000)); }

Pairs ModelGenerator::pairs() {
  return several(3, [&] { return std::pair{name(), text()}; });
}

std::map<std::string, std::string> ModelGenerator::map() {
  std::map<std::string, std::string> out;
  for (auto& [key, value] : pairs()) out[key] = value;
  return out;
}

SourcePosition ModelGenerator::position() {
  if (coin()) return {};
  return {"checks/" + name() + ".check.yaml", number(1, 5'000), number(0, 120)};
}

WallTime ModelGenerator::time() {
  return WallTime::from_unix_ms(static_cast<std::int64_t>(random_.below(4'000'000'000'000)));
}

Nanos ModelGenerator::span() {
  return coin() ? Nanos{0} : Nanos{static_cast<std::int64_t>(random_.below(100'000'000'000))};
}

std::string ModelGenerator::hex(std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += "0123456789abcdef"[random_.below(16)];
  return out;
}

Value ModelGenerator::value() {
  switch (random_.below(5)) {
    case 0: return Null{};
    case 1: return coin();
    case 2: return static_cast<std::int64_t>(random_.next());
    case 3: return random_.unit() * 1e12 - 5e11;
    default: return text();
  }
}

Matcher ModelGenerator::matcher(int depth) {
  Matcher out;
  out.op = any(MatchOp::type);
  out.operand = value();
  out.list = several(3, [&] { return value(); });
  if (depth < 2) out.nested = several(2, [&] { return matcher(depth + 1); });
  out.at = position();
  return out;
}

Expectation ModelGenerator::expectation() {
  const auto status = [&] {
    const int low = number(0, 999);
    return StatusRange{low, number(low, 999)};
  };
  const auto part = [&] { return ExpectedPart{name(), several(2, [&] { return matcher(0); })}; };
  return {any(Subject::fact),
          text(),
          several(3, status),
          several(3, [&] { return matcher(0); }),
          coin(),
          position(),
          text(),
          several(2, part),
          coin()};
}

Capture ModelGenerator::capture() {
  Capture out{name(), any(CaptureSource::url), text(), std::nullopt, position(), {}, {}, {}};
  if (coin()) out.secret = coin();
  out.attribute = text();
  out.path = text();
  out.filters = several(3, [&] { return Filter{any(FilterOp::regex), text()}; });
  return out;
}

Step ModelGenerator::step() {
  Step out;
  out.name = name();
  switch (random_.below(11)) {
    case 0: out.action = dns(); break;
    case 1: out.action = icmp(); break;
    case 3: out.action = cdn(); break;
    case 4: out.action = page(); break;
    case 6: out.action = grpc(); break;
    case 7: out.action = tls_action(); break;
    case 8: out.action = tcp(); break;
    case 9: out.action = websocket(); break;
    case 2: out.action = WaitAction{Millis{number(0, 60'000)}}; break;
    case 5: out.action = oauth(); break;
    default: out.action = http();
  }
  out.expect = several(3, [&] { return expectation(); });
  out.captures = several(3, [&] { return capture(); });
  out.always = coin();
  out.continue_on_failure = coin();
  if (coin()) out.timeout = Millis{number(1, 60'000)};
  out.same_across_regions = several(3, [&] { return name(); });
  out.pop_near_region = coin();
  out.at = position();
  return out;
}

Threshold ModelGenerator::threshold() {
  Threshold out;
  out.step = coin() ? name() : "";
  out.metric = name();
  out.aggregate = any(Aggregate::count);
  out.comparison = any(Comparison::ne);
  out.literal = value();
  out.unit = any(LiteralUnit::flag);
  out.over = Millis{number(0, 900'000)};
  out.scope = any(ThresholdScope::regions);
  out.regions = number(1, 12);
  out.samples = number(1, 100);
  return out;
}

Alert ModelGenerator::alert() {
  Alert out{name(),
            any(AlertCondition::threshold),
            Millis{number(0, 900'000)},
            any(Severity::info),
            several(2, [&] { return name(); }),
            text(),
            position(),
            std::nullopt};
  if (out.condition == AlertCondition::threshold) out.threshold = threshold();
  return out;
}

Slo ModelGenerator::slo() {
  Slo out;
  out.objective = number(1, 9'999) / 100.0;
  out.window = Millis{number(1, 900'000)};
  out.budget_by = any(BudgetBy::runs);
  if (coin()) out.latency = LatencyObjective{Millis{number(1, 9'000)}, number(1, 99) * 1.0};
  out.burn_alerts = coin();
  return out;
}

MaintenanceWindow ModelGenerator::maintenance() {
  MaintenanceWindow out;
  if (coin()) out.from = time();
  if (out.from) out.until = time();
  out.start_minute = number(0, 24 * 60 - 1);
  out.weekdays = several(3, [&] { return number(0, 6); });
  out.duration = Millis{number(0, 900'000)};
  out.timezone = "Europe/Berlin";
  out.reason = text();
  out.at = position();
  return out;
}

Check ModelGenerator::check() {
  Check out;
  out.name = CheckName{name()};
  for (auto* field : {&out.title, &out.description, &out.owner, &out.service, &out.runbook})
    *field = text();
  out.interval = Millis{number(1'000, 86'400'000)};
  out.timeout = Millis{number(1, 300'000)};
  out.regions = {coin(), several(4, [&] { return RegionName{name()}; }), map(), std::nullopt};
  if (coin()) out.regions.at_least = number(0, 12);
  out.quorum = {any(Quorum::Kind::any), number(0, 100)};
  out.retries = number(0, 5);
  if (coin()) out.confirm_regions = number(0, 12);
  out.failing_x = number(1, 5);
  out.failing_y = number(out.failing_x, 9);
  out.vars = map();
  out.secrets = several(3, [&] { return name(); });
  out.steps = several(3, [&] { return step(); });
  out.steps.push_back(step());
  out.single = coin();
  out.alerts = several(3, [&] { return alert(); });
  out.notify = several(3, [&] { return name(); });
  out.tags = several(3, [&] { return name(); });
  out.labels = map();
  if (coin()) out.slo = slo();
  out.maintenance = several(2, [&] { return maintenance(); });
  out.depends_on = several(2, [&] { return CheckName{name()}; });
  out.shadow = coin();
  if (coin()) out.paused = Paused{std::nullopt, text()};
  if (out.paused && coin()) out.paused->until = time();
  out.at = position();
  return out;
}

RunKey ModelGenerator::key() {
  return {CheckName{name()}, RegionName{name()}, time(), any(RunKind::manual),
          static_cast<std::uint32_t>(random_.below(5))};
}

Failure ModelGenerator::failure() { return {any(FailureKind::internal), text(), position()}; }

TlsFacts ModelGenerator::tls() {
  const auto certificate = [&] {
    return CertificateFacts{text(), text(), time(), time(), several(3, [&] { return name(); }),
                            hex(64)};
  };
  return {coin() ? "TLSv1.3" : "", text(), several(3, certificate), text()};
}

RequestEvidence ModelGenerator::evidence() {
  return {"GET",
          text(),
          text(),
          pairs(),
          number(0, 599),
          pairs(),
          text(),
          several(3, [&] { return name(); }),
          name(),
          text(),
          random_.below(1'000'000),
          random_.below(1'000'000),
          several(3, [&] { return text(); })};
}

RequestResult ModelGenerator::request() {
  RequestResult out;
  out.label = coin() ? "token" : "";
  out.beside = coin();
  out.method = "GET";
  out.url = text();
  out.status = number(0, 599);
  out.http_version = coin() ? "1.1" : "";
  out.remote_address = coin() ? "203.0.113.7:443" : "";
  out.start = span();
  out.phases = {span(), span(), span(), span(), span()};
  out.body_bytes = random_.below(1'000'000);
  out.pop = coin() ? "FRA" : "";
  out.cache_status = coin() ? "HIT" : "";
  if (coin()) out.tls = tls();
  if (coin()) out.evidence = evidence();
  return out;
}

StepResult ModelGenerator::step_result() {
  return {name(),
          any(StepStatus::skipped),
          coin(),
          span(),
          several(3, [&] { return request(); }),
          several(2, [&] { return failure(); }),
          several(2, [&] { return failure(); }),
          several(3, [&] {
            return NamedFact{name(), value()};
          })};
}

Attempt ModelGenerator::attempt() {
  return {name(), time(), span(), any(RunVerdict::unknown),
          several(3, [&] { return step_result(); })};
}

RunResult ModelGenerator::run() {
  RunResult out;
  out.key = key();
  out.revision = Revision{hex(64)};
  out.started = time();
  out.lateness = Millis{number(0, 60'000)};
  out.duration = span();
  out.verdict = any(RunVerdict::unknown);
  out.attempts = several(2, [&] { return attempt(); });
  out.attempts.push_back(attempt());
  if (coin()) out.trace_id = hex(32);
  return out;
}

AttemptFailed ModelGenerator::attempt_failed() {
  return {key(),
          Revision{hex(64)},
          time(),
          {any(FailureKind::internal), text(), text(), number(0, 599), "FRA", name(), position()}};
}

MissedSlot ModelGenerator::missed() { return {CheckName{name()}, time(), any(MissReason::clock)}; }

}  // namespace picket::test
