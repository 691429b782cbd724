#include "common/model/when.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

#include "common/core/text.h"

namespace picket {
namespace {

constexpr std::array kVerdicts{AlertCondition::down, AlertCondition::regional,
                               AlertCondition::degraded, AlertCondition::no_data,
                               AlertCondition::burn_rate};
constexpr std::array kAggregates{Aggregate::p50,   Aggregate::p75,      Aggregate::p90,
                                 Aggregate::p95,   Aggregate::p99,      Aggregate::p99_9,
                                 Aggregate::mean,  Aggregate::min,      Aggregate::max,
                                 Aggregate::ratio, Aggregate::distinct, Aggregate::count};
constexpr std::array kComparisons{Comparison::gte, Comparison::lte, Comparison::eq,
                                  Comparison::ne,  Comparison::gt,  Comparison::lt};
constexpr Millis kOverLeast{60'000};
constexpr Millis kOverMost{hours{24 * 7}};
constexpr std::string_view kExample = "for example p95(duration) > 1.5s over 10m";

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::optional<Aggregate> find_aggregate(std::string_view name) {
  for (const Aggregate aggregate : kAggregates)
    if (to_string(aggregate) == name) return aggregate;
  return std::nullopt;
}

std::vector<std::string> aggregate_names() {
  std::vector<std::string> names;
  for (const Aggregate aggregate : kAggregates) names.emplace_back(to_string(aggregate));
  return names;
}

std::vector<std::string> verdict_names() {
  std::vector<std::string> names;
  for (const AlertCondition condition : kVerdicts) names.emplace_back(to_string(condition));
  return names;
}

std::optional<double> read_number(std::string_view digits) {
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// 1 to 1000, without a zero before it.
std::optional<int> read_count(std::string_view digits) {
  if (digits.empty() || digits.size() > 4 || digits.front() == '0') return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value >= 1 && value <= 1000 ? std::optional{value} : std::nullopt;
}

struct Unit {
  std::string_view name;
  LiteralUnit kind;
  double scale;
};
constexpr std::array kUnits{
    Unit{"%", LiteralUnit::percent, 0.01},      Unit{"ms", LiteralUnit::duration, 1},
    Unit{"s", LiteralUnit::duration, 1e3},      Unit{"m", LiteralUnit::duration, 60e3},
    Unit{"h", LiteralUnit::duration, 3600e3},   Unit{"d", LiteralUnit::duration, 86400e3},
    Unit{"w", LiteralUnit::duration, 604800e3}, Unit{"B", LiteralUnit::size, 1},
    Unit{"KB", LiteralUnit::size, 1e3},         Unit{"MB", LiteralUnit::size, 1e6},
    Unit{"GB", LiteralUnit::size, 1e9},         Unit{"KiB", LiteralUnit::size, 1024},
    Unit{"MiB", LiteralUnit::size, 1048576},    Unit{"GiB", LiteralUnit::size, 1073741824},
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  tl::expected<When, WhenMistake> parse() {
    skip();
    if (at_end()) return mistake("`when` is empty", "write down, or a comparison");
    if (const auto verdict = lone_verdict()) return When{*verdict};
    Threshold threshold;
    if (!step(threshold) || !value(threshold) || !comparison(threshold) || !literal(threshold) ||
        !over(threshold) || !scope(threshold))
      return tl::unexpected(std::move(mistake_));
    return When{std::move(threshold)};
  }

 private:
  bool at_end() const { return pos_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[pos_]; }
  void skip() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n')) ++pos_;
  }

  tl::unexpected<WhenMistake> mistake(std::string message, std::string help) {
    wrong(std::move(message), std::move(help));
    return tl::unexpected(mistake_);
  }
  // At the word or character under way.
  bool wrong(std::string message, std::string help) {
    std::size_t end = pos_;
    while (end < text_.size() && (is_word(text_[end]) || text_[end] == '.')) ++end;
    return wrong_at(pos_, end - pos_, std::move(message), std::move(help));
  }
  bool wrong_at(std::size_t offset, std::size_t length, std::string message, std::string help) {
    mistake_ = {offset, std::max<std::size_t>(1, length), std::move(message), {}, std::move(help)};
    return false;
  }

  std::string_view word() {
    const std::size_t begin = pos_;
    while (!at_end() && is_word(peek())) ++pos_;
    return text_.substr(begin, pos_ - begin);
  }
  bool take(std::string_view what) {
    if (text_.substr(pos_, what.size()) != what) return false;
    pos_ += what.size();
    return true;
  }
  // A word that ends there, as `over` does and `overlap` does not.
  bool take_word(std::string_view what) {
    const std::size_t end = pos_ + what.size();
    if (text_.substr(pos_, what.size()) != what) return false;
    if (end < text_.size() && is_word(text_[end])) return false;
    pos_ = end;
    skip();
    return true;
  }
  std::optional<std::string> quoted() {
    if (peek() != '"') return std::nullopt;
    const std::size_t end = text_.find('"', pos_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string inner{text_.substr(pos_ + 1, end - pos_ - 1)};
    pos_ = end + 1;
    return inner;
  }

  // The text is one word and that is a verdict, or meant to be one.
  std::optional<AlertCondition> lone_verdict() {
    const std::string_view all = trim_ascii(text_);
    for (const AlertCondition condition : kVerdicts)
      if (to_string(condition) == all) return condition;
    return std::nullopt;
  }

  bool step(Threshold& out) {
    if (!take("step(")) return true;
    auto name = quoted();
    if (!name || name->empty())
      return wrong("`step(` is followed by the step's name in quotes",
                   "for example step(\"log in\").duration > 2s");
    if (!take(")."))
      return wrong("`step(..)` is followed by a dot and what of it is meant",
                   "for example step(\"log in\").p95(duration) > 2s over 15m");
    out.step = std::move(*name);
    return true;
  }

  bool value(Threshold& out) {
    const std::size_t begin = pos_;
    std::string_view name = word();
    if (name == "p99" && text_.substr(pos_, 2) == ".9") {
      pos_ += 2;
      name = text_.substr(begin, pos_ - begin);
    }
    if (peek() == '(') {
      const auto aggregate = find_aggregate(name);
      if (!aggregate) {
        wrong_at(begin, name.size(), fmt::format("`{}` is no aggregate", cut_utf8(name, 60)),
                 fmt::format("one of {}", fmt::join(aggregate_names(), ", ")));
        suggest(name, aggregate_names());
        return false;
      }
      ++pos_;
      out.aggregate = *aggregate;
      skip();
      if (!metric(out)) return false;
      skip();
      if (!take(")")) return wrong("the aggregate is not closed", "write `)` behind the metric");
    } else {
      pos_ = begin;
      if (!metric(out)) return false;
    }
    skip();
    if (!at_end()) return true;
    const bool lone = out.aggregate == Aggregate::newest && out.step.empty();
    wrong_at(
        begin, text_.size() - begin,
        lone ? fmt::format("`{}` is no condition", cut_utf8(trim_ascii(text_), 60))
             : std::string{"the comparison is missing"},
        lone ? fmt::format("{}, or a comparison, {}", fmt::join(verdict_names(), ", "), kExample)
             : std::string{kExample});
    if (lone) suggest(trim_ascii(text_), verdict_names());
    return false;
  }

  void suggest(std::string_view word, const std::vector<std::string>& names) {
    const std::string near = did_you_mean(word, names);
    if (!near.empty()) mistake_.note = fmt::format("did you mean `{}`?", near);
  }

  bool name(std::string& out) {
    const std::string_view part = word();
    if (part.empty() || std::isdigit(static_cast<unsigned char>(part.front())) != 0)
      return wrong("a metric is missing here", "for example duration, wait, size or cache.hit");
    if (!out.empty()) out += '.';
    out += part;
    return true;
  }

  bool metric(Threshold& out) {
    if (!name(out.metric)) return false;
    while (take("."))
      if (!name(out.metric)) return false;
    if (!take("[")) return true;
    const auto key = quoted();
    if (!key || key->empty() || !take("]"))
      return wrong("`[` is followed by a text in quotes and `]`",
                   "for example header[\"etag\"] or origin[\"js.stripe.com\"].duration");
    out.metric += '.' + (out.metric == "header" ? to_lower_ascii(*key) : *key);
    while (take("."))
      if (!name(out.metric)) return false;
    return true;
  }

  bool comparison(Threshold& out) {
    for (const Comparison comparison : kComparisons) {
      if (!take(to_string(comparison))) continue;
      out.comparison = comparison;
      skip();
      return true;
    }
    if (peek() == '=') return wrong("`=` is no comparison", "write == for equal, or > >= < <= !=");
    return wrong("a comparison stands here", "one of > >= < <= == !=");
  }

  bool literal(Threshold& out) {
    const std::size_t begin = pos_;
    if (peek() == '"') {
      auto text = quoted();
      if (!text) return wrong("the text is not closed", "write a second \"");
      out.literal = std::move(*text);
      out.unit = LiteralUnit::text;
    } else if (take_word("true") || take_word("false")) {
      out.literal = text_.substr(begin, 4) == "true";
      out.unit = LiteralUnit::flag;
    } else if (!number(out)) {
      return false;
    }
    const bool ordered = out.comparison != Comparison::eq && out.comparison != Comparison::ne;
    const bool is_counted = out.aggregate != Aggregate::newest &&
                            (out.unit == LiteralUnit::text || out.unit == LiteralUnit::flag);
    if (is_counted)
      return wrong_at(begin, pos_ - begin, "an aggregate is a number", std::string{kExample});
    if (ordered && !is_number(out.literal))
      return wrong_at(begin, pos_ - begin, "a text is neither more nor less than another",
                      "compare it with == or !=");
    skip();
    return true;
  }

  bool number(Threshold& out) {
    const std::size_t begin = pos_;
    if (peek() == '-') ++pos_;
    while (!at_end() && (std::isdigit(static_cast<unsigned char>(peek())) != 0 || peek() == '.'))
      ++pos_;
    const auto value = read_number(text_.substr(begin, pos_ - begin));
    if (!value) {
      pos_ = begin;
      return wrong("a number, a duration, a size, a percentage or a text in quotes stands here",
                   "for example 3, 1.5s, 400KB, 95% or \"HIT\"");
    }
    const std::size_t unit_at = pos_;
    while (!at_end() && (std::isalpha(static_cast<unsigned char>(peek())) != 0 || peek() == '%'))
      ++pos_;
    const std::string_view unit = text_.substr(unit_at, pos_ - unit_at);
    double scaled = *value;
    if (!unit.empty()) {
      const auto known = std::find_if(kUnits.begin(), kUnits.end(),
                                      [&](const Unit& one) { return one.name == unit; });
      if (known == kUnits.end())
        return wrong_at(unit_at, unit.size(), fmt::format("`{}` is no unit", cut_utf8(unit, 20)),
                        "ms s m h d w for time, B KB MB GB KiB MiB GiB for sizes, %");
      out.unit = known->kind;
      scaled = *value * known->scale;
    }
    out.literal = scaled;
    return true;
  }

  bool over(Threshold& out) {
    const std::size_t begin = pos_;
    const bool windowed = out.aggregate != Aggregate::newest;
    if (!take_word("over")) {
      if (!windowed) return true;
      return wrong_at(begin, text_.size() - begin, "an aggregate needs a window",
                      "add over 10m, for example");
    }
    if (!windowed)
      return wrong_at(begin, 4, "`over` belongs to an aggregate",
                      fmt::format("write p95({}), max({}) or another one", out.metric, out.metric));
    const std::size_t at = pos_;
    while (!at_end() && (is_word(peek()) || peek() == '.')) ++pos_;
    const std::string_view text = text_.substr(at, pos_ - at);
    const auto span = parse_duration(text);
    if (!span)
      return wrong_at(at, text.size(), "`over` is followed by a duration", "for example over 10m");
    if (*span < kOverLeast || *span > kOverMost)
      return wrong_at(at, text.size(), "the window is out of range", "1m to 7d");
    out.over = *span;
    skip();
    return true;
  }

  bool scope(Threshold& out) {
    if (at_end()) return true;
    if (!take_word("in"))
      return wrong("nothing may stand here",
                   out.over > Millis{0} ? "in any region, in 3 regions, or the end"
                                        : "over 10m, in any region, in 3 regions, or the end");
    if (take_word("any")) {
      if (!take_word("region")) return wrong("`in any` is followed by region", "in any region");
      out.scope = ThresholdScope::any_region;
    } else {
      const std::size_t at = pos_;
      const auto number = read_count(word());
      if (!number)
        return wrong_at(at, pos_ - at, "`in` is followed by how many regions",
                        "in any region, or in 3 regions");
      skip();
      if (!take_word("regions") && !take_word("region"))
        return wrong("the number is followed by regions", "in 3 regions");
      out.scope = ThresholdScope::regions;
      out.regions = *number;
    }
    if (at_end()) return true;
    return wrong("nothing may stand here", "the condition ends with its scope");
  }

  std::string_view text_;
  std::size_t pos_{0};
  WhenMistake mistake_;
};

}  // namespace

tl::expected<When, WhenMistake> parse_when(std::string_view text) { return Parser(text).parse(); }

}  // namespace picket
