#include "common/model/iregexp.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "common/core/text.h"

namespace picket {
namespace {

constexpr int kNestingMax = 50;
constexpr std::string_view kAssignedButC = R"(\p{L}\p{M}\p{N}\p{P}\p{Z}\p{S})";

// RFC 9485, figure 1: IsCategory.
bool is_category(std::string_view name) {
  constexpr std::array kSecond{"Llmotu", "Mcen", "Ndlo", "Pcdefios", "Zlps", "Sckmo", "Ccfno"};
  if (name.empty() || name.size() > 2) return false;
  return std::any_of(kSecond.begin(), kSecond.end(), [&](std::string_view letters) {
    return letters[0] == name[0] &&
           (name.size() == 1 || letters.substr(1).find(name[1]) != letters.npos);
  });
}

// One pass over the grammar that writes the RE2 expression as it goes; the first mistake stops it.
class Translator {
 public:
  explicit Translator(std::string_view pattern) : text_(pattern) {}

  Result<std::string> run() {
    if (!is_valid_utf8(text_)) return fail(ErrorCode::invalid_argument, "not valid UTF-8");
    if (expression(0) && at_ < text_.size()) wrong("`)` without `(`");
    if (!error_.empty()) return fail(ErrorCode::invalid_argument, error_);
    return std::move(out_);
  }

 private:
  bool wrong(std::string_view what) {
    const auto before = text_.substr(0, at_);
    const auto points =
        std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; });
    if (error_.empty()) error_ = fmt::format("{} at position {}", what, points + 1);
    return false;
  }

  bool ended() const { return at_ >= text_.size(); }
  char peek() const { return ended() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (ended() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool expression(int depth) {
    if (depth > kNestingMax) return wrong("groups nested too deep");
    while (!ended() && peek() != ')') {
      const bool good = take('|') ? (out_ += '|', true) : atom(depth) && quantifier();
      if (!good) return false;
    }
    return true;
  }

  bool atom(int depth) {
    if (take('(')) {
      out_ += "(?:";
      if (!expression(depth + 1)) return false;
      if (!take(')')) return wrong("wanted `)`");
      out_ += ')';
      return true;
    }
    if (take('.')) {
      out_ += R"([^\n\r])";
      return true;
    }
    if (take('[')) return char_class();
    if (take('\\')) return escape();
    constexpr std::string_view kSpecial{"*+?{}]"};
    if (kSpecial.find(peek()) != kSpecial.npos && peek() != '\0')
      return wrong(fmt::format("`{}` needs a backslash here", peek()));
    out_ += text_[at_++];
    return true;
  }

  bool quantifier() {
    for (const char c : {'*', '+', '?'})
      if (take(c)) {
        out_ += c;
        return true;
      }
    if (!take('{')) return true;
    out_ += '{';
    if (!digits()) return false;
    if (take(',')) {
      out_ += ',';
      if (peek() != '}' && !digits()) return false;
    }
    if (!take('}')) return wrong("wanted `}`");
    out_ += '}';
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') out_ += text_[at_++];
    return at_ > start || wrong("wanted a number");
  }

  // Behind a backslash, outside of a class.
  bool escape() {
    if (peek() != 'p' && peek() != 'P') return single_escape(out_);
    const bool negated = text_[at_++] == 'P';
    std::string_view name;
    if (!category(name)) return false;
    if (name == "C")
      out_ += fmt::format("[{}{}]", negated ? "" : "^", kAssignedButC);
    else if (name == "Cn")
      out_ += fmt::format(R"([{}{}\p{{Cc}}\p{{Cf}}\p{{Co}}])", negated ? "" : "^", kAssignedButC);
    else
      out_ += fmt::format(R"(\{}{{{}}})", negated ? 'P' : 'p', name);
    return true;
  }

  bool single_escape(std::string& out) {
    constexpr std::string_view kEscapable{"()*+-.?[\\]^nrt{|}"};
    const char c = peek();
    if (ended() || kEscapable.find(c) == kEscapable.npos)
      return wrong("an escape that I-Regexp does not have");
    ++at_;
    out += '\\';
    out += c;
    return true;
  }

  bool category(std::string_view& name) {
    const std::size_t end = text_.find('}', at_);
    if (!take('{') || end == text_.npos) return wrong("wanted a category such as {Lu}");
    name = text_.substr(at_, end - at_);
    if (!is_category(name)) return wrong("no Unicode category");
    at_ = end + 1;
    return true;
  }

  // Behind `[`. Unassigned code points stand beside the class, as RE2 cannot hold them in it.
  bool char_class() {
    const bool negated = peek() == '^' && text_.substr(at_, 2) != "^]";
    if (negated) ++at_;
    std::string inside;
    std::string beside;
    if (take('-')) inside += "\\-";
    while (peek() != ']') {
      if (ended()) return wrong("wanted `]`");
      if (!class_part(inside, beside)) return false;
    }
    if (inside.empty() && beside.empty()) return wrong("an empty class");
    ++at_;
    if (!beside.empty() && negated) return wrong("\\p{C} or \\p{Cn} in a negated class");
    const std::string set = inside.empty() ? "" : fmt::format("[{}{}]", negated ? "^" : "", inside);
    out_ += beside.empty() ? set
                           : fmt::format("(?:{}{})", set, set.empty() ? beside.substr(1) : beside);
    return true;
  }

  bool class_part(std::string& inside, std::string& beside) {
    if (peek() == '-') {
      if (text_.substr(at_, 2) != "-]") return wrong("`-` needs a backslash here");
      ++at_;
      inside += "\\-";
      return true;
    }
    const std::string_view rest = text_.substr(at_, 2);
    if (rest == "\\p" || rest == "\\P") return class_category(inside, beside);
    if (!class_char(inside)) return false;
    if (peek() != '-' || text_.substr(at_, 2) == "-]") return true;
    ++at_;
    inside += '-';
    return class_char(inside);
  }

  bool class_category(std::string& inside, std::string& beside) {
    ++at_;
    const std::size_t start = out_.size();
    if (!escape()) return false;
    const std::string written = out_.substr(start);
    out_.resize(start);
    if (written.front() == '[')
      beside += '|' + written;
    else
      inside += written;
    return true;
  }

  bool class_char(std::string& inside) {
    if (ended()) return wrong("wanted `]`");
    if (take('\\')) return single_escape(inside);
    const char c = peek();
    if (c == '[' || c == ']' || c == '-')
      return wrong(fmt::format("`{}` needs a backslash here", c));
    if (c == '^') inside += '\\';
    do inside += text_[at_++];
    while (!ended() && (text_[at_] & 0xC0) == 0x80);
    return true;
  }

  std::string_view text_;
  std::size_t at_{0};
  std::string out_;
  std::string error_;
};

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  return options;
}

}  // namespace

struct IRegexp::Compiled {
  explicit Compiled(const std::string& expression) : re(expression, options()) {}
  RE2 re;
};

Result<std::string> to_re2(std::string_view pattern) {
  if (pattern.size() > IRegexp::kBytesMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("longer than {} bytes", IRegexp::kBytesMax));
  return Translator{pattern}.run();
}

Result<IRegexp> IRegexp::create(std::string_view pattern) {
  const auto expression = to_re2(pattern);
  if (!expression) return fail(expression.error());
  IRegexp regexp;
  auto compiled = std::make_shared<Compiled>(*expression);
  if (!compiled->re.ok())
    return fail(ErrorCode::invalid_argument, clean_line(cut_utf8(compiled->re.error(), 200)));
  regexp.compiled_ = std::move(compiled);
  return regexp;
}

bool IRegexp::matches_all(std::string_view text) const {
  return RE2::FullMatch({text.data(), text.size()}, compiled_->re);
}

bool IRegexp::matches_part(std::string_view text) const {
  return RE2::PartialMatch({text.data(), text.size()}, compiled_->re);
}

}  // namespace picket
