#include "controller/reload/reload.h"

#include <catch2/catch.hpp>

#include "common/wire/wire.h"

using namespace picket;
using namespace picket::controller;

namespace {

Check check(const std::string& name, const std::string& file, Millis interval = minutes{5}) {
  Check made;
  made.name = CheckName{name};
  made.interval = interval;
  made.at.file = file;
  return made;
}

ActiveChecks active_of(const std::vector<Check>& checks) {
  ActiveChecks active;
  for (const Check& c : checks) active[c.name] = {c, wire::revision_of(c)};
  return active;
}

checks::LoadedChecks loaded_of(const std::vector<Check>& list) {
  checks::LoadedChecks loaded;
  loaded.checks = list;
  std::map<std::string, checks::CheckFile> files;
  for (const Check& c : list) {
    files[c.at.file].path = c.at.file;
    files[c.at.file].checks.push_back(c.name);
  }
  for (auto& [path, file] : files) loaded.files.push_back(file);
  return loaded;
}

std::vector<Check> many(int count) {
  std::vector<Check> checks;
  for (int i = 0; i < count; ++i) checks.push_back(check("c" + std::to_string(i), "f"));
  return checks;
}

}  // namespace

TEST_CASE("added, changed and removed checks are told apart", "[reload]") {
  const auto active = active_of({check("a", "f"), check("b", "f"), check("c", "f")});
  const auto plan = plan_reload(
      active, loaded_of({check("a", "f"), check("b", "f", minutes{1}), check("d", "g")}));
  CHECK(plan.added == std::vector{CheckName{"d"}});
  CHECK(plan.changed == std::vector{CheckName{"b"}});
  CHECK(plan.removed == std::vector{CheckName{"c"}});
  CHECK(plan.needs_confirmation.empty());
  CHECK(plan.next.size() == 3);
}

TEST_CASE("a broken check keeps its old version", "[reload]") {
  const auto active = active_of({check("a", "f"), check("b", "f")});
  auto loaded = loaded_of({check("a", "f", minutes{1})});
  loaded.files[0].broken = {CheckName{"b"}};
  const auto plan = plan_reload(active, loaded);
  CHECK(plan.kept == std::vector{CheckName{"b"}});
  CHECK(plan.removed.empty());
  CHECK(plan.next.at(CheckName{"b"}).revision == active.at(CheckName{"b"}).revision);
}

TEST_CASE("a file that cannot be read removes nothing", "[reload]") {
  const auto active = active_of({check("a", "f"), check("b", "g")});
  auto loaded = loaded_of({check("a", "f")});
  checks::CheckFile unreadable;
  unreadable.path = "g";
  unreadable.readable = false;
  loaded.files.push_back(unreadable);
  const auto plan = plan_reload(active, loaded);
  CHECK(plan.kept == std::vector{CheckName{"b"}});
  CHECK_FALSE(plan.changes_anything());
}

TEST_CASE("an empty mount waits for confirmation", "[reload]") {
  CHECK(plan_reload(active_of(many(1)), {}).needs_confirmation == "it would remove 1 of 1 checks");
  CHECK_FALSE(plan_reload(active_of(many(30)), {}).needs_confirmation.empty());
  CHECK(plan_reload({}, {}).needs_confirmation.empty());
}

TEST_CASE("removing more than a fifth of ten or more waits for confirmation", "[reload]") {
  const auto remove = [](int from, int left) {
    return plan_reload(active_of(many(from)), loaded_of(many(left))).needs_confirmation;
  };
  CHECK(remove(10, 8).empty());
  CHECK_FALSE(remove(10, 7).empty());
  CHECK(remove(9, 1).empty());
  CHECK(remove(100, 80).empty());
  CHECK_FALSE(remove(100, 79).empty());
}
