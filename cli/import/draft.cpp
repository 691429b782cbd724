#include "cli/import/draft.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/import/yaml_writer.h"
#include "common/checks/format.h"
#include "common/checks/load.h"
#include "common/core/text.h"
#include "common/core/time.h"

namespace picket::cli {
namespace {

constexpr std::size_t kChecksMax = 2000;

std::string secret_name_from(const std::string& words) {
  std::string name = name_from(words, 48);
  for (char& c : name)
    c = c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return name[0] >= '0' && name[0] <= '9' ? "S_" + name : name;
}

template <class Names>
std::string unique(std::string name, std::size_t max, const char* joint, Names& names) {
  const std::string base = name;
  for (int n = 2; !names.insert(name).second; ++n) {
    const std::string tail = fmt::format("{}{}", joint, n);
    name = base.substr(0, max - tail.size()) + tail;
  }
  return name;
}

// The reasons per broken check; mistakes stand in the file between its name and the next one's.
std::string reason_for(const checks::LoadedChecks& loaded, int from, int to) {
  std::string reasons;
  for (const checks::Diagnostic& one : loaded.diagnostics)
    if (one.is_error() && one.at.line >= from && one.at.line < to)
      reasons += (reasons.empty() ? "" : "; ") + one.message;
  return cut_utf8(reasons.empty() ? "it is not a valid check" : reasons, 300);
}

// Whether a text of the source itself refers to a secret, which would send one that the agents have
// to wherever the source says.
bool has_foreign_secret(const Json& value, const std::set<std::string>& own) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    for (std::size_t at = text.find("${{"); at != text.npos; at = text.find("${{", at + 3)) {
      const std::size_t end = std::min(text.find("}}", at), text.size());
      const std::string name(trim_ascii(std::string_view(text).substr(at + 3, end - at - 3)));
      if (name.starts_with("secrets") && !(name.size() > 8 && own.contains(name.substr(8))))
        return true;
    }
  }
  return value.is_structured() && std::any_of(value.begin(), value.end(), [&](const Json& member) {
           return has_foreign_secret(member, own);
         });
}

// A run with its one retry fits into the interval, or the decoder refuses it: other tools do not
// retry at once, and some let a run last longer than an interval.
void fit_into_interval(Json& check) {
  if (check.contains(std::string(kComment)) || !check.contains("interval")) return;
  const auto span = [&](const char* key, Millis usual) {
    const auto at = check.find(key);
    return at == check.end() || !at->is_string()
               ? usual
               : parse_duration(at->get<std::string>()).value_or(usual);
  };
  const Millis interval = span("interval", std::chrono::minutes{5});
  const Millis timeout = span("timeout", std::chrono::seconds{30});
  if (2 * timeout <= interval) return;
  Json fitting = Json::object();
  for (const auto& [key, value] : check.items()) {
    if (key == "timeout") continue;
    const bool is_comment = key.starts_with(kComment);
    fitting[is_comment ? std::string(kComment) + std::to_string(fitting.size()) : key] = value;
    if (key != "interval") continue;
    if (timeout > interval)
      add_todo(fitting,
               "its timeout of " + render_duration(timeout) + " was longer than the interval");
    fitting["timeout"] = render_duration(std::min(timeout, interval));
    fitting["retries"] = 0;
  }
  check = std::move(fitting);
}

}  // namespace

std::string name_from(const std::string& words, std::size_t max) {
  std::string name;
  for (const char c : to_lower_ascii(words)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (fits)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
    if (name.size() == max) break;
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "check" : name;
}

void add_todo(Json& map, const std::string& why) {
  map[std::string(kComment) + std::to_string(map.size())] =
      "TODO(import): " + cut_utf8(clean_line(why), 400);
}

void put_expect(Json& owner, Json expect) {
  const bool wants = std::any_of(expect.items().begin(), expect.items().end(),
                                 [](const auto& one) { return !one.key().starts_with(kComment); });
  if (wants)
    owner["expect"] = std::move(expect);
  else
    for (const auto& [key, comment] : expect.items())
      owner[std::string(kComment) + std::to_string(owner.size())] = comment;
}

Json& Draft::add_check(const std::string& wanted) {
  const std::string name = unique(name_from(wanted), 63, "-", names_);
  Json& check = checks_.emplace_back(Json::object());
  check["name"] = name;
  const std::string title = cut_utf8(std::string(trim_ascii(clean_line(wanted))), 120);
  if (!title.empty() && title != name) check["title"] = title;
  return check;
}

void Draft::leave_out(Json& check, const std::string& why) {
  if (!check.contains(std::string(kComment)))
    add_note(fmt::format("check {} is left out: {}", check["name"].get<std::string>(), why));
  check[std::string(kComment)] = "";  // its mark for finish()
}

std::string Draft::secret(Json& map, const std::string& name, const std::string& value) {
  if (value.find("${{") != value.npos) return value;
  auto known = secrets_.find(value);
  if (known == secrets_.end())
    known = secrets_.emplace(value, unique(secret_name_from(name), 60, "_", secret_names_)).first;
  add_todo(map,
           fmt::format("give the agents the secret {}; its value is not kept here", known->second));
  return "${{ secrets." + known->second + " }}";
}

std::string Draft::render() const {
  std::string text = comment_lines(
      fmt::format("Imported by `picket import {}` from {}. What wants a person is marked "
                  "TODO(import).",
                  options_.from, options_.file),
      0);
  text += "version: 1\n\ndefaults:\n";
  if (options_.owner.empty())
    text += comment_lines("TODO(import): who owns these checks?", 2) + "  owner: my-team\n";
  else
    text += render_yaml(Json{{"owner", options_.owner}}, 2);
  text += "\n";
  for (const std::string& note : notes_)
    text += comment_lines("TODO(import): " + cut_utf8(note, 400), 0);
  text += "checks:\n";
  for (const Json& check : checks_) {
    std::string block = render_yaml(check, 4);
    block[2] = '-';
    text += block + '\n';
  }
  text.pop_back();
  return text;
}

Result<Imported> Draft::finish() {
  if (checks_.size() > kChecksMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} checks are too many for one file", checks_.size()));
  for (Json& check : checks_) fit_into_interval(check);
  for (Json& check : checks_)
    if (has_foreign_secret(check, secret_names_))
      leave_out(check, "a text of the source refers to a secret of the agents");
  std::erase_if(checks_, [](const Json& check) { return check.contains(std::string(kComment)); });
  checks::LoadedChecks loaded;
  std::string text;
  while (!checks_.empty()) {
    auto formatted = checks::format_checks("the imported file", render());
    if (!formatted) return fail(formatted.error());
    text = std::move(*formatted);
    loaded = checks::load_check_text("imported.check.yaml", text);
    if (loaded.errors() == 0) break;
    // A check that our decoder refuses makes way for its reason.
    std::vector<std::pair<std::string, int>> lines;
    int line = 1;
    for (const std::string& one : split(text, '\n')) {
      if (one.starts_with("  - name: ")) lines.emplace_back(one.substr(10), line);
      ++line;
    }
    std::set<std::string> broken;
    for (const checks::CheckFile& file : loaded.files)
      for (const CheckName& name : file.broken) broken.insert(name.value);
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (const std::string name = std::string(trim_ascii(lines[i].first)); broken.contains(name))
        add_note(fmt::format("check {} is left out: {}", name,
                             reason_for(loaded, lines[i].second,
                                        i + 1 < lines.size() ? lines[i + 1].second : line)));
    const std::size_t before = checks_.size();
    std::erase_if(checks_, [&](const Json& check) {
      return broken.contains(check["name"].get<std::string>());
    });
    if (checks_.size() == before)
      return fail(ErrorCode::internal,
                  "the import made a file with mistakes: " + loaded.diagnostics.front().message);
  }
  if (checks_.empty()) {
    std::string why;
    for (const std::string& note : notes_) why += (why.empty() ? "" : "\n") + note;
    return fail(ErrorCode::invalid_argument, "there is nothing to import", cut_utf8(why, 1000));
  }
  Imported imported{text, checks_.size(), 0, {}};
  for (std::size_t at = text.find("# TODO(import)"); at != text.npos;
       at = text.find("# TODO(import)", at + 1))
    ++imported.todos;
  for (const std::string& name : secret_names_)
    if (text.find("secrets." + name) != text.npos) imported.secrets.push_back(name);
  return imported;
}

}  // namespace picket::cli
