#include <fmt/format.h>

#include <charconv>

#include "common/core/text.h"
#include "common/markup/selector_syntax.h"

namespace picket::markup {
namespace {

constexpr std::size_t kTextMax = 1024;
constexpr int kGroupDepthMax = 4;  // :not(:is(...))
constexpr int kNumberMax = 1'000'000;

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

void append_utf8(std::string& out, unsigned long code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    if (code < 0x10000) {
      out += static_cast<char>(0xE0 | (code >> 12));
    } else {
      out += static_cast<char>(0xF0 | (code >> 18));
      out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

struct Mistake {
  std::string message;
  std::size_t at{0};
};

// Recursive descent; the first mistake is thrown to parse_selector, the only entry.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}
  std::vector<ComplexSelector> parse_all();

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char c);
  void skip_blanks();
  void expect(char c, std::string_view why);
  [[noreturn]] void fail_here(std::string message) const { throw Mistake{std::move(message), at_}; }
  [[noreturn]] void fail_at(std::size_t at, std::string message) const {
    throw Mistake{std::move(message), at};
  }

  char escaped(std::string& out);
  std::string identifier(std::string_view what);
  std::string quoted();
  ComplexSelector complex();
  std::optional<Combinator> combinator();
  Compound compound();
  bool simple(Compound& to);
  AttributeTest attribute();
  AttributeOp attribute_op();
  void pseudo(Compound& to);
  void functional(Compound& to, const std::string& name, std::size_t begin);
  AnyOf group(bool negated);
  NthTest nth();
  int integer(int absent);
  void check_type(const Compound& compound, std::size_t begin) const;

  std::string_view text_;
  std::size_t at_{0};
  int depth_{0};
};

bool Parser::take(char c) {
  if (done() || peek() != c) return false;
  ++at_;
  return true;
}

void Parser::skip_blanks() {
  while (!done() && is_blank(peek())) ++at_;
}

void Parser::expect(char c, std::string_view why) {
  skip_blanks();
  if (!take(c)) fail_here(fmt::format("`{}` expected {}", c, why));
}

// CSS 2.1, 4.1.3: up to six hex digits and one blank, or the character itself.
char Parser::escaped(std::string& out) {
  ++at_;
  if (done()) fail_here("nothing follows the \\");
  unsigned long code = 0;
  const char* begin = text_.data() + at_;
  const char* limit = begin + std::min<std::size_t>(6, text_.size() - at_);
  const auto [end, error] = std::from_chars(begin, limit, code, 16);
  if (end == begin) {
    out += text_[at_++];
    return out.back();
  }
  at_ += static_cast<std::size_t>(end - begin);
  if (!done() && is_blank(peek())) ++at_;
  append_utf8(out, code);
  return out.back();
}

std::string Parser::identifier(std::string_view what) {
  const std::size_t begin = at_;
  std::string out;
  if (peek() >= '0' && peek() <= '9')
    fail_here(
        fmt::format("{} does not begin with a digit: quote it, or write \\3{} ", what, peek()));
  while (!done() && (is_name_character(peek()) || peek() == '\\')) {
    if (peek() == '\\')
      escaped(out);
    else
      out += text_[at_++];
  }
  if (out.empty()) fail_at(begin, fmt::format("{} expected", what));
  return out;
}

std::string Parser::quoted() {
  const std::size_t begin = at_;
  const char quote = text_[at_++];
  std::string out;
  while (!done() && peek() != quote) {
    if (peek() == '\\')
      escaped(out);
    else
      out += text_[at_++];
  }
  if (!take(quote)) fail_at(begin, "the text has no closing quote");
  return out;
}

AttributeOp Parser::attribute_op() {
  struct Row {
    char sign;
    AttributeOp op;
  };
  for (const Row& row :
       {Row{'~', AttributeOp::word}, Row{'|', AttributeOp::dashed}, Row{'^', AttributeOp::prefix},
        Row{'$', AttributeOp::suffix}, Row{'*', AttributeOp::substring}}) {
    if (!take(row.sign)) continue;
    if (!take('=')) fail_here(fmt::format("`=` expected after `{}`", row.sign));
    return row.op;
  }
  if (!take('=')) fail_here("`]` or one of = ~= |= ^= $= *= expected");
  return AttributeOp::equals;
}

AttributeTest Parser::attribute() {
  AttributeTest test;
  skip_blanks();
  test.name = identifier("the name of an attribute");
  skip_blanks();
  if (take(']')) return test;
  test.op = attribute_op();
  skip_blanks();
  const bool quote = peek() == '"' || peek() == '\'';
  test.value = quote ? quoted() : identifier("a value");
  skip_blanks();
  if (peek() == 'i' || peek() == 's') test.any_case = text_[at_++] == 'i';
  expect(']', "to end the attribute");
  return test;
}

int Parser::integer(int absent) {
  const std::size_t begin = at_;
  int value = 0;
  while (!done() && peek() >= '0' && peek() <= '9') {
    value = value * 10 + (text_[at_++] - '0');
    if (value > kNumberMax) fail_at(begin, "the number is too large");
  }
  return at_ == begin ? absent : value;
}

// `odd`, `even`, `b`, `an`, `an+b` with signs (Selectors 4, An+B).
NthTest Parser::nth() {
  NthTest test;
  skip_blanks();
  const std::size_t begin = at_;
  const std::string rest = to_lower_ascii(text_.substr(at_, 4));
  if (rest.starts_with("odd") || rest.starts_with("even")) {
    at_ += rest.starts_with("odd") ? 3 : 4;
    test = {.a = 2, .b = rest.starts_with("odd") ? 1 : 0};
    expect(')', "after odd or even");
    return test;
  }
  const int sign = take('-') ? -1 : (take('+'), 1);
  const bool digits = !done() && peek() >= '0' && peek() <= '9';
  const int number = integer(1);
  if (take('n') || take('N')) {
    test.a = sign * number;
    skip_blanks();
    const int sign_b = take('-') ? -1 : take('+') ? 1 : 0;
    skip_blanks();
    if (sign_b != 0) test.b = sign_b * integer(-1);
    if (sign_b != 0 && test.b == -sign_b) fail_here("a number expected");
  } else {
    if (!digits) fail_at(begin, "a number, odd, even or an+b expected");
    test.b = sign * number;
  }
  expect(')', "after the position");
  return test;
}

AnyOf Parser::group(bool negated) {
  if (++depth_ > kGroupDepthMax) fail_here("nested too deep");
  AnyOf any{.negated = negated, .options = {}};
  do {
    skip_blanks();
    any.options.push_back(compound());
    skip_blanks();
  } while (take(','));
  if (!take(')')) fail_here("`,` or `)` expected: combinators cannot stand inside");
  --depth_;
  return any;
}

void Parser::functional(Compound& to, const std::string& name, std::size_t begin) {
  if (name == "not" || name == "is" || name == "where") {
    to.groups.push_back(group(name == "not"));
    return;
  }
  const bool of_type = name.ends_with("-of-type");
  const bool from_end = name.starts_with("nth-last-");
  if (name != (from_end ? "nth-last-" : "nth-") + std::string(of_type ? "of-type" : "child"))
    fail_at(begin, fmt::format("`:{}()` is not there: :not() :is() :where() :nth-child() "
                               ":nth-last-child() :nth-of-type() :nth-last-of-type() are",
                               name));
  NthTest test = nth();
  test.of_type = of_type;
  test.from_end = from_end;
  to.positions.push_back(test);
}

void Parser::pseudo(Compound& to) {
  const std::size_t begin = at_ - 1;
  if (peek() == ':') fail_at(begin, "pseudo-elements are no elements: they cannot be found");
  const std::string name = to_lower_ascii(identifier("the name of a pseudo-class"));
  if (take('(')) return functional(to, name, begin);
  const bool of_type = name.ends_with("-of-type");
  const std::string side = name.substr(0, name.find('-'));
  if (name == side + "-child" || (of_type && name == side + "-of-type")) {
    if (side == "first" || side == "only")
      to.positions.push_back({.b = 1, .from_end = false, .of_type = of_type});
    if (side == "last" || side == "only")
      to.positions.push_back({.b = 1, .from_end = true, .of_type = of_type});
    if (side == "first" || side == "last" || side == "only") return;
  }
  struct Row {
    std::string_view name;
    StateTest state;
  };
  for (const Row& row : {Row{"empty", StateTest::empty}, Row{"root", StateTest::root},
                         Row{"checked", StateTest::checked}, Row{"disabled", StateTest::disabled},
                         Row{"required", StateTest::required}})
    if (name == row.name) return to.states.push_back(row.state);
  fail_at(begin, fmt::format("`:{}` is not there: :first-child :last-child :only-child "
                             ":first-of-type :last-of-type :only-of-type :empty :root :checked "
                             ":disabled :required are",
                             name));
}

bool Parser::simple(Compound& to) {
  if (take('#')) {
    to.attributes.push_back({"id", AttributeOp::equals, identifier("an id"), false});
  } else if (take('.')) {
    to.attributes.push_back({"class", AttributeOp::word, identifier("a class"), false});
  } else if (take('[')) {
    to.attributes.push_back(attribute());
  } else if (take(':')) {
    pseudo(to);
  } else {
    return false;
  }
  return true;
}

// Which elements are "of type" is known only where the type is written.
void Parser::check_type(const Compound& compound, std::size_t begin) const {
  for (const NthTest& test : compound.positions)
    if (test.of_type && compound.type.empty())
      fail_at(begin, "`-of-type` needs the name of an element before it");
}

Compound Parser::compound() {
  const std::size_t begin = at_;
  Compound made;
  bool any = take('*');
  if (!any && (is_name_character(peek()) || peek() == '\\')) {
    made.type = identifier("the name of an element");
    any = true;
  }
  if (peek() == '|') fail_here("namespaces cannot be written");
  while (simple(made)) any = true;
  if (!any && done()) fail_here("the selector ends where an element is expected");
  if (!any) fail_here(fmt::format("unexpected `{}`", cut_utf8(text_.substr(at_, 4), 4)));
  check_type(made, begin);
  return made;
}

std::optional<Combinator> Parser::combinator() {
  const std::size_t begin = at_;
  skip_blanks();
  std::optional<Combinator> found;
  if (take('>'))
    found = Combinator::child;
  else if (take('+'))
    found = Combinator::next_sibling;
  else if (take('~'))
    found = Combinator::later_sibling;
  else if (at_ > begin && !done() && peek() != ',')
    found = Combinator::descendant;
  skip_blanks();
  return found;
}

ComplexSelector Parser::complex() {
  ComplexSelector made{.subject = compound(), .before = {}};
  while (const auto combinator_found = combinator()) {
    Compound left = std::exchange(made.subject, compound());
    made.before.insert(made.before.begin(), {*combinator_found, std::move(left)});
  }
  return made;
}

std::vector<ComplexSelector> Parser::parse_all() {
  std::vector<ComplexSelector> all;
  do {
    skip_blanks();
    all.push_back(complex());
  } while (take(','));
  if (!done()) fail_here(fmt::format("unexpected `{}`", cut_utf8(text_.substr(at_, 4), 4)));
  return all;
}

}  // namespace

Result<std::vector<ComplexSelector>> parse_selector(std::string_view text) {
  if (text.size() > kTextMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("a selector has at most {} bytes", kTextMax));
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos)
    return fail(ErrorCode::invalid_argument, "a selector is UTF-8 text without NUL");
  try {
    return Parser(text).parse_all();
  } catch (const Mistake& mistake) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}, at position {}", mistake.message, mistake.at + 1));
  }
}

}  // namespace picket::markup
