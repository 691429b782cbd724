#include "agent/script/variables.h"

#include <fmt/format.h>

#include "common/core/text.h"

namespace picket::agent {
namespace {

std::string escape_json(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
}

// Fills texts one after the other and keeps the first error, with the name of the part.
class Filler {
 public:
  explicit Filler(const Variables& variables) : variables_(variables) {}

  void fill(std::string& text, std::string_view part) { put(text, variables_.fill(text), part); }
  void fill_json(std::string& text, std::string_view part) {
    put(text, variables_.fill_json(text), part);
  }
  void fill(Pairs& pairs, std::string_view part) {
    for (auto& [name, value] : pairs) {
      fill(name, part);
      fill(value, part);
    }
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  void put(std::string& text, Result<std::string> filled, std::string_view part) {
    if (filled)
      text = std::move(*filled);
    else if (!error_)
      error_ = Error{filled.error().code, fmt::format("{}: {}", part, filled.error().message), {}};
  }

  const Variables& variables_;
  std::optional<Error> error_;
};

Status fill_value(Value& value, const Variables& variables) {
  auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return {};
  auto filled = variables.fill(*text);
  if (!filled) return fail(filled.error());
  value = std::move(*filled);
  return {};
}

}  // namespace

Variables::Variables(std::map<std::string, std::string> vars,
                     std::map<std::string, std::string> secrets, std::string run_id,
                     std::string region)
    : vars_(std::move(vars)),
      secrets_(std::move(secrets)),
      run_id_(std::move(run_id)),
      region_(std::move(region)) {}

void Variables::capture(const std::string& name, std::string value, bool secret) {
  captures_[name] = std::move(value);
  if (secret)
    secret_captures_.insert(name);
  else
    secret_captures_.erase(name);
}

std::optional<std::string> Variables::value_of(const Reference& reference) const {
  const auto find = [&](const auto& values) -> std::optional<std::string> {
    const auto at = values.find(reference.name);
    if (at == values.end()) return std::nullopt;
    return at->second;
  };
  if (reference.scope == "vars") return find(vars_);
  if (reference.scope == "secrets") return find(secrets_);
  if (reference.scope == "capture") return find(captures_);
  if (reference.scope == "run") return run_id_;
  return region_;
}

Result<std::string> Variables::fill(std::string_view text) const {
  return substitute(text, [this](const Reference& reference) { return value_of(reference); });
}

Result<std::string> Variables::fill_json(std::string_view text) const {
  return substitute(text, [this](const Reference& reference) -> std::optional<std::string> {
    const auto value = value_of(reference);
    if (!value) return std::nullopt;
    return escape_json(*value);
  });
}

bool Variables::refers_to_secret(std::string_view text) const {
  const auto references = parse_references(text);
  if (!references) return false;
  for (const Reference& reference : *references) {
    if (reference.scope == "secrets") return true;
    if (reference.scope == "capture" && secret_captures_.contains(reference.name)) return true;
  }
  return false;
}

Result<FilledAction> fill_action(const HttpAction& action, const Variables& variables) {
  FilledAction filled{.action = action, .secret_headers = {}};
  HttpAction& out = filled.action;
  for (const auto& [name, value] : action.headers)
    if (variables.refers_to_secret(value)) filled.secret_headers.push_back(to_lower_ascii(name));
  Filler filler{variables};
  filler.fill(out.method, "method");
  filler.fill(out.url, "url");
  filler.fill(out.headers, "headers");
  filler.fill(out.query, "query");
  filler.fill(out.form, "form");
  filler.fill(out.bearer, "bearer");
  if (out.basic) {
    filler.fill(out.basic->first, "basic");
    filler.fill(out.basic->second, "basic");
  }
  if (out.body_kind == BodyKind::json)
    filler.fill_json(out.body, "json");
  else
    filler.fill(out.body, "body");
  if (filler.error()) return fail(*filler.error());
  return filled;
}

Result<Matcher> fill_matcher(Matcher matcher, const Variables& variables) {
  if (auto done = fill_value(matcher.operand, variables); !done) return fail(done.error());
  for (Value& value : matcher.list)
    if (auto done = fill_value(value, variables); !done) return fail(done.error());
  for (Matcher& nested : matcher.nested) {
    auto filled = fill_matcher(nested, variables);
    if (!filled) return fail(filled.error());
    nested = std::move(*filled);
  }
  return matcher;
}

}  // namespace picket::agent
