#include "agent/script/variables.h"

#include <fmt/format.h>

#include <functional>

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

  void operator()(std::string& text, const TextPart& part) {
    if (text.find("${{") == std::string::npos) return;
    auto filled = part.json ? variables_.fill_json(text) : variables_.fill(text);
    if (filled)
      text = std::move(*filled);
    else if (!error_)
      error_ =
          Error{filled.error().code, fmt::format("{}: {}", part.name, filled.error().message), {}};
  }
  const std::optional<Error>& error() const { return error_; }

 private:
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

Result<FilledAction> fill_action(const Action& action, const Variables& variables) {
  FilledAction filled{.action = action, .secret_headers = {}};
  Filler filler{variables};
  const auto note_secret = [&](const Pairs& headers) {
    for (const auto& [name, value] : headers)
      if (variables.refers_to_secret(value)) filled.secret_headers.push_back(to_lower_ascii(name));
  };
  const auto fill = [&](auto& one) {
    if constexpr (requires { one.headers; }) note_secret(one.headers);
    if constexpr (requires { one.edge.headers; }) note_secret(one.edge.headers);
    each_text(one, std::ref(filler));
  };
  std::visit(fill, filled.action);
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
