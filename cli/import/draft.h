// The check file that an import makes: checks under unique names, a comment for whatever could not
// be carried, secrets as names. It is decoded as any check file before it is handed out: what our
// decoder refuses is left out and told. Owned by one import; one thread.
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"

namespace picket::cli {

using Json = nlohmann::ordered_json;

struct ImportOptions {
  std::string from;            // the verb, for the first line: "gatus"
  std::string file;            // for the first line
  std::string owner;           // empty: a TODO
  std::string interval{"1m"};  // where the source has none
};

struct Imported {
  std::string text;  // as `picket fmt` writes it
  std::size_t checks{0};
  std::size_t todos{0};
  std::vector<std::string> secrets;  // names, sorted
};

// "# TODO(import): why", where the next member of `map` will stand.
void add_todo(Json& map, const std::string& why);

// `expect` of a check or step; where it has nothing but comments, they stand in `owner`.
void put_expect(Json& owner, Json expect);

class Draft {
 public:
  explicit Draft(ImportOptions options) : options_(std::move(options)) {}

  // A new check; the reference holds until finish(). `wanted` becomes a name of ours, the words are
  // kept as `title` when they say more.
  Json& add_check(const std::string& wanted);
  // The check will not be in the file; a note says why.
  void leave_out(Json& check, const std::string& why);
  // Above the first check.
  void add_note(const std::string& todo) { notes_.push_back(todo); }

  // The reference to a secret that holds `value`, and a TODO in `map`; one secret per value. What
  // already is a reference stays as it is.
  std::string secret(Json& map, const std::string& name, const std::string& value);

  const std::string& interval() const { return options_.interval; }

  // invalid_argument when there is no check.
  Result<Imported> finish();

 private:
  std::string render() const;

  ImportOptions options_;
  std::deque<Json> checks_;
  std::set<std::string> names_;
  std::vector<std::string> notes_;
  std::map<std::string, std::string> secrets_;  // by value
  std::set<std::string> secret_names_;
};

// Lower-case letters, digits and hyphens, at most `max`; "check" when nothing is left.
std::string name_from(const std::string& words, std::size_t max = 63);

}  // namespace picket::cli
