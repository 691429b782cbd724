#include "controller/store/migrations.h"

#include <fmt/format.h>

namespace picket::controller {
namespace {

Status apply(Database& database, const Migration& step) {
  return in_transaction(database, [&]() -> Status {
    if (auto done = database.execute_script(step.sql); !done) return done;
    const Values values{std::int64_t{step.number}, std::string{step.name}};
    const auto recorded =
        database.execute("INSERT INTO schema_migrations (number, name) VALUES ($1, $2)", values);
    if (!recorded) return fail(recorded.error());
    return {};
  });
}

}  // namespace

Result<int> schema_version(Database& database) {
  const auto made = database.execute_script(
      "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT "
      "NULL)");
  if (!made) return fail(made.error());
  int version = 0;
  const auto read = [&](const Row& row) {
    version = static_cast<int>(row.integer(0));
    return true;
  };
  const auto done =
      database.query("SELECT coalesce(max(number), 0) FROM schema_migrations", {}, read);
  if (!done) return fail(done.error());
  return version;
}

Status check_version(int version, const std::vector<Migration>& steps) {
  const int newest = steps.empty() ? 0 : steps.back().number;
  if (version <= newest) return {};
  return fail(ErrorCode::conflict,
              fmt::format("the database has schema version {}, this program knows up to {}",
                          version, newest),
              "run the newer picket-controller that made it, or restore an older backup");
}

Status migrate(Database& database, const std::vector<Migration>& steps) {
  const auto version = schema_version(database);
  if (!version) return fail(version.error());
  if (auto known = check_version(*version, steps); !known) return known;
  for (const Migration& step : steps) {
    if (step.number <= *version) continue;
    if (auto done = apply(database, step); !done) {
      Error error = done.error();
      error.message = fmt::format("migration {}: {}", step.name, error.message);
      return fail(std::move(error));
    }
  }
  return {};
}

}  // namespace picket::controller
