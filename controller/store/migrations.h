// The numbered steps that make a database what this program expects. The files stand in
// controller/store/migrations and are embedded by CMake. For the thread that uses the database.
#pragma once

#include <string_view>
#include <vector>

#include "controller/store/database.h"

namespace picket::controller {

struct Migration {
  int number{0};
  std::string_view name;
  std::string_view sql;
};

// In order of their numbers, from 1 without holes.
const std::vector<Migration>& migrations();

// Applies what is missing, each step and its number in one transaction, so that an interrupted
// migration is repeated from the step that was not finished.
// Errors: conflict when the database is newer than `steps`; what the database says.
Status migrate(Database& database, const std::vector<Migration>& steps);

// The number of the newest step applied; 0 for an empty database.
Result<int> schema_version(Database& database);

// conflict, naming both versions, when `version` is newer than `steps`.
Status check_version(int version, const std::vector<Migration>& steps);

}  // namespace picket::controller
