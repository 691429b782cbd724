#include "controller/routes/test_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/async/with_deadline.h"
#include "common/checks/load.h"
#include "common/core/hex.h"
#include "common/core/log.h"
#include "common/core/secure_random.h"
#include "common/wire/wire.h"
#include "controller/api/json_parts.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;
using Checks = std::vector<std::shared_ptr<const Check>>;

constexpr std::size_t kFilesMax = 200;
constexpr std::size_t kShownMax = 50;  // results of one answer
constexpr Millis kWaitMax{25'000};     // of one GET
constexpr Millis kSlack{30'000};       // for the way there and back
constexpr Millis kLongest = minutes{10};
constexpr std::size_t kAtATime = 4;  // runs of one agent

std::string render(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string text_of(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> out;
  if (!object.contains(key) || !object[key].is_array()) return out;
  for (const Json& item : object[key])
    if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

std::uint64_t number_of(const ServerRequest& request, const char* name) {
  return std::strtoull(request.query_value(name).value_or("").c_str(), nullptr, 10);
}

std::string_view to_string(TestPlacement placement) {
  switch (placement) {
    case TestPlacement::ordered: return "ordered";
    case TestPlacement::no_agent: return "no_agent";
    case TestPlacement::not_taken: return "not_taken";
  }
  return "";
}

// Until every run must have ended: agents run a few at a time.
Millis longest(const Checks& checks) {
  Millis most{0};
  for (const auto& check : checks) most = std::max(most, run_limit(*check));
  const auto turns = static_cast<std::int64_t>((checks.size() + kAtATime - 1) / kAtATime);
  return std::min(kSlack + most * turns, Millis{kLongest});
}

}  // namespace

struct TestRoutes::Wanted {
  struct File {
    std::string path;
    std::string text;
  };
  std::vector<File> files;
  std::vector<std::string> checks;  // empty: all
  std::vector<RegionName> regions;  // empty: those of each check
};

// Blocking: on the pool.
Result<Checks> TestRoutes::decode(const Wanted& wanted) {
  Checks out;
  std::set<CheckName> names;
  for (const Wanted::File& file : wanted.files) {
    checks::LoadedChecks loaded = checks::load_check_text(file.path, file.text);
    for (const checks::Diagnostic& mistake : loaded.diagnostics)
      if (mistake.is_error())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: {}", picket::render(mistake.at), mistake.message),
                    "`picket validate` shows every mistake");
    for (Check& check : loaded.checks) {
      if (!names.insert(check.name).second)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("two checks are named `{}`", check.name.value));
      const auto& only = wanted.checks;
      if (only.empty() || std::find(only.begin(), only.end(), check.name.value) != only.end())
        out.push_back(std::make_shared<const Check>(std::move(check)));
    }
  }
  for (const std::string& name : wanted.checks)
    if (!names.contains(CheckName{name}))
      return fail(ErrorCode::invalid_argument, fmt::format("no check is named `{}`", name));
  if (out.empty()) return fail(ErrorCode::invalid_argument, "no check is in these files");
  return out;
}

Result<std::string> TestRoutes::order(const Wanted& wanted, const Checks& checks) {
  const WallTime now = ports_.turn.now();
  const Millis lasts = longest(checks);
  std::vector<std::pair<std::shared_ptr<const Check>, RegionName>> runs;
  for (const auto& check : checks) {
    const auto regions =
        wanted.regions.empty() ? ports_.dispatch.select(check->regions) : wanted.regions;
    for (const RegionName& region : regions) runs.emplace_back(check, region);
  }
  if (runs.empty())
    return fail(ErrorCode::invalid_argument, "no region is meant",
                "name some: --regions eu-west-1,us-east-1");
  if (runs.size() > TestDesk::kRunsMax)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("{} runs, {} are the most of one test", runs.size(), TestDesk::kRunsMax),
        "choose: --check NAME, --regions LIST");
  const std::string id = secure_random_hex(16);
  if (auto opened = desk_.open(id, now, lasts); !opened) return fail(opened.error());
  std::set<TestSlot> waiting;
  Json placed = Json::array();
  for (const auto& [check, region] : runs) {
    const OrderedTest test{id, check};
    const TestPlacement placement = ports_.dispatch.order_test(region, test, now + lasts);
    if (placement == TestPlacement::ordered) waiting.emplace(check->name, region);
    placed.push_back(
        {{"check", check->name.value}, {"region", region.value}, {"state", to_string(placement)}});
  }
  log::info("test runs ordered", {{"test", id},
                                  {"checks", static_cast<std::int64_t>(checks.size())},
                                  {"runs", static_cast<std::int64_t>(waiting.size())}});
  desk_.expect(id, std::move(waiting));
  return render({{"schema_version", 1},
                 {"id", id},
                 {"expires", time_json(now + lasts)},
                 {"runs", std::move(placed)}});
}

async::Task<Result<std::string>> TestRoutes::start(ServerRequest request) {
  const Json body = Json::parse(request.body, nullptr, false);
  Wanted wanted;
  if (body.is_object() && body.contains("files") && body["files"].is_array())
    for (const Json& file : body["files"])
      wanted.files.push_back({text_of(file, "path"), text_of(file, "text")});
  if (wanted.files.empty() || wanted.files.size() > kFilesMax) {
    Error error{ErrorCode::invalid_argument, fmt::format("1 to {} files are wanted", kFilesMax),
                "{\"files\": [{\"path\": .., \"text\": ..}], \"checks\": [..], \"regions\": [..]}"};
    co_return fail(std::move(error));
  }
  wanted.checks = texts_of(body, "checks");
  for (std::string& region : texts_of(body, "regions")) wanted.regions.emplace_back(region);
  const auto work = [&wanted] { return decode(wanted); };
  const auto checks = co_await async::offload(ports_.pool, work);
  if (!checks) co_return fail(checks.error());
  co_return order(wanted, *checks);
}

async::Task<bool> TestRoutes::news() {
  co_await changed_.wait();
  co_return true;
}

async::Task<Result<std::string>> TestRoutes::show(ServerRequest request, std::string id) {
  const std::size_t from = number_of(request, "from");
  const Millis wait{std::min<std::uint64_t>(number_of(request, "wait"), 60) * 1000};
  const Deadline until = Deadline::after(ports_.clock.now(), std::min(wait, kWaitMax));
  const Test* test = desk_.find(id, ports_.turn.now());
  while (test != nullptr && test->results.size() <= from && !test->done(ports_.turn.now()) &&
         !stopping_ && !until.passed(ports_.clock.now())) {
    async::Task<bool> waiting = news();
    const Deadline turn = until.shorten(ports_.clock.now(), Millis{1'000});  // it may expire
    co_await async::with_deadline(ports_.clock, turn, std::move(waiting));
    test = desk_.find(id, ports_.turn.now());
  }
  if (test == nullptr) co_return fail(ErrorCode::not_found, "no such test, or it is over");
  Json json{{"schema_version", 1}, {"id", id}, {"done", test->done(ports_.turn.now())}};
  json["waiting"] = Json::array();
  for (const auto& [check, region] : test->waiting)
    json["waiting"].push_back({{"check", check.value}, {"region", region.value}});
  json["results"] = Json::array();
  const std::size_t end = std::min(test->results.size(), from + kShownMax);
  for (std::size_t i = from; i < end; ++i) {
    json["results"].push_back(run_json(test->results[i]));
    json["results"].back()["message"] = to_base64(wire::serialize(wire::encode(test->results[i])));
  }
  if (end < test->results.size()) json["done"] = false;
  co_return render(json);
}

Status TestRoutes::take(const std::string& id, RunResult run, std::size_t bytes) {
  Status taken = desk_.take(id, std::move(run), bytes, ports_.turn.now());
  if (taken) changed_.notify_all();
  return taken;
}

void TestRoutes::stop() {
  stopping_ = true;
  changed_.notify_all();
}

}  // namespace picket::controller
