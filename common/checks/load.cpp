#include "common/checks/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "common/checks/dependencies.h"
#include "common/checks/document.h"
#include "common/checks/files.h"

namespace picket::checks {
namespace {

Diagnostic unreadable(const std::string& path, const Error& error) {
  Diagnostic diagnostic;
  diagnostic.code = "E0101";
  diagnostic.message = error.message;
  diagnostic.help = error.hint;
  diagnostic.at.file = path;
  return diagnostic;
}

void append(std::vector<Diagnostic>& all, std::vector<Diagnostic> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void load_text(const std::string& path, std::string text, const DecodeOptions& options,
               LoadedChecks& loaded, std::vector<Diagnostic>& twins) {
  Report report(path, normalise_text(std::move(text)));
  CheckFile file;
  file.path = path;
  const NodePtr root = parse_document(report);
  file.readable = root != nullptr && root->is_map() && root->find("checks") != nullptr;
  if (root) {
    DecodedFile decoded = decode_file(report, *root, options);
    for (Check& check : decoded.checks) loaded.checks.push_back(std::move(check));
    append(twins, std::move(decoded.twins));
    file.broken = std::move(decoded.broken);
    file.unnamed = decoded.unnamed;
  }
  append(loaded.diagnostics, report.take());
  loaded.files.push_back(std::move(file));
}

// Neither of two checks of one name is kept: which one was meant is not ours to guess.
void drop_twins(LoadedChecks& loaded, const std::vector<Diagnostic>& twins) {
  std::map<CheckName, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < loaded.checks.size(); ++i) places[loaded.checks[i].name].push_back(i);
  std::map<std::string, std::vector<CheckName>> broken;
  for (const auto& [name, indexes] : places) {
    if (indexes.size() == 1) continue;
    for (const std::size_t index : indexes) {
      broken[twins[index].at.file].push_back(name);
      if (index == indexes.front()) continue;
      loaded.diagnostics.push_back(twins[index]);
      loaded.diagnostics.back().related.push_back({twins[indexes.front()].at, "the other one"});
    }
  }
  for (CheckFile& file : loaded.files)
    for (CheckName& name : broken[file.path]) file.broken.push_back(std::move(name));
  const auto is_twin = [&](const Check& check) { return places[check.name].size() > 1; };
  loaded.checks.erase(std::remove_if(loaded.checks.begin(), loaded.checks.end(), is_twin),
                      loaded.checks.end());
}

// Each keeps the others' pages back: with none of them somebody is told.
void drop_circles(LoadedChecks& loaded) {
  DependencyMistakes mistakes = check_dependencies(loaded.checks);
  append(loaded.diagnostics, std::move(mistakes.diagnostics));
  const std::set<CheckName> circular{mistakes.circular.begin(), mistakes.circular.end()};
  for (const Check& check : loaded.checks)
    if (circular.count(check.name) != 0)
      for (CheckFile& file : loaded.files)
        if (file.path == check.at.file) file.broken.push_back(check.name);
  const auto is_circular = [&](const Check& check) { return circular.count(check.name) != 0; };
  loaded.checks.erase(std::remove_if(loaded.checks.begin(), loaded.checks.end(), is_circular),
                      loaded.checks.end());
}

void finish(LoadedChecks& loaded, const std::vector<Diagnostic>& twins) {
  drop_twins(loaded, twins);
  drop_circles(loaded);
  std::map<std::string, std::vector<CheckName>> names;
  for (const Check& check : loaded.checks) names[check.at.file].push_back(check.name);
  for (CheckFile& file : loaded.files) file.checks = std::move(names[file.path]);
  std::stable_sort(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.at.file, a.at.line, a.at.column) <
                            std::tie(b.at.file, b.at.line, b.at.column);
                   });
}

}  // namespace

std::size_t LoadedChecks::errors() const {
  return static_cast<std::size_t>(std::count_if(diagnostics.begin(), diagnostics.end(),
                                                [](const auto& d) { return d.is_error(); }));
}

std::size_t LoadedChecks::warnings() const { return diagnostics.size() - errors(); }

Tally LoadedChecks::tally() const {
  Tally tally;
  tally.errors = errors();
  tally.warnings = warnings();
  tally.files = files.size();
  for (const CheckFile& file : files)
    tally.checks += file.checks.size() + file.broken.size() + file.unnamed;
  return tally;
}

Result<LoadedChecks> load_checks(const std::vector<std::string>& paths,
                                 const DecodeOptions& options) {
  auto found = find_check_files(paths);
  if (!found) return fail(std::move(found.error()));
  LoadedChecks loaded;
  std::vector<Diagnostic> twins;
  loaded.diagnostics = std::move(found->diagnostics);
  for (const std::string& path : found->paths) {
    auto text = read_text_file(path, DocumentLimits{}.bytes);
    if (text) {
      load_text(path, std::move(*text), options, loaded, twins);
      continue;
    }
    loaded.diagnostics.push_back(unreadable(path, text.error()));
    loaded.files.push_back({path, false, {}, {}, 0});
  }
  finish(loaded, twins);
  return loaded;
}

LoadedChecks load_check_texts(std::vector<std::pair<std::string, std::string>> texts,
                              const DecodeOptions& options) {
  LoadedChecks loaded;
  std::vector<Diagnostic> twins;
  for (auto& [path, text] : texts) load_text(path, std::move(text), options, loaded, twins);
  finish(loaded, twins);
  return loaded;
}

LoadedChecks load_check_text(const std::string& path, std::string text,
                             const DecodeOptions& options) {
  return load_check_texts({{path, std::move(text)}}, options);
}

}  // namespace picket::checks
