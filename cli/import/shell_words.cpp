#include "cli/import/shell_words.h"

#include <fmt/format.h>

#include <string_view>

namespace picket::cli {
namespace {

bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

class Splitter {
 public:
  explicit Splitter(const std::string& text) : text_(text) {}

  void split() {
    for (; at_ < text_.size(); ++at_) {
      if (command_.words.empty() && !in_word_) command_.line = line_;
      if (quote_ != 0)
        read_quoted();
      else
        read_plain();
      if (at_ < text_.size() && text_[at_] == '\n') ++line_;
    }
    end_command();
  }

  bool is_open() const { return quote_ != 0; }
  int quote_line() const { return quote_line_; }
  std::vector<ShellCommand> take() { return std::move(commands_); }

 private:
  char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  void read_quoted() {
    const char c = text_[at_];
    if (c == (quote_ == '$' ? '\'' : quote_)) {
      quote_ = 0;
    } else if (c == '\\' && quote_ == '$' && next() != '\0') {
      ++at_;
      word_ += unescaped();
    } else if (c == '\\' && quote_ == '"' && next() == '\n') {
      ++at_;  // a line goes on
    } else if (c == '\\' && quote_ == '"' && is_one_of(next(), "\"\\$`")) {
      word_ += text_[++at_];
    } else {
      word_ += c;
    }
  }

  // $'..' of bash: \n, \t, \r, \xHH and \uHHHH of ASCII.
  char unescaped() {
    const char c = text_[at_];
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 0;
    if (digits > 0 && at_ + digits < text_.size() &&
        text_.find_first_not_of("0123456789abcdefABCDEF", at_ + 1) > at_ + digits) {
      const int code = std::stoi(text_.substr(at_ + 1, digits), nullptr, 16);
      at_ += digits;
      return code < 128 ? static_cast<char>(code) : '?';
    }
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
  }

  void read_plain() {
    const char c = text_[at_];
    if (c == '\'' || c == '"' || (c == '$' && next() == '\'')) {
      quote_ = c;
      in_word_ = true;
      quote_line_ = line_;
      if (c == '$') ++at_;
    } else if (c == '\\' && next() == '\r') {
      at_ += at_ + 2 < text_.size() && text_[at_ + 2] == '\n' ? 2 : 1;
    } else if (c == '\\' && next() == '\n') {
      ++at_;
    } else if (c == '\\' && next() != '\0') {
      add(text_[++at_]);
    } else if (c == '#' && !in_word_) {
      while (at_ + 1 < text_.size() && next() != '\n') ++at_;
    } else if (is_one_of(c, "\n;|") || (c == '&' && (next() == '&' || next() == '\0'))) {
      end_command();
    } else if (is_one_of(c, " \t\r")) {
      end_word();
    } else {
      add(c);
    }
  }

  void add(char c) {
    word_ += c;
    in_word_ = true;
  }

  void end_word() {
    if (in_word_) command_.words.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  void end_command() {
    end_word();
    if (!command_.words.empty()) commands_.push_back(std::move(command_));
    command_ = {};
  }

  const std::string& text_;
  std::size_t at_{0};
  int line_{1};
  char quote_{0};  // ' or ", $ for $'..'
  int quote_line_{1};
  bool in_word_{false};
  std::string word_;
  ShellCommand command_;
  std::vector<ShellCommand> commands_;
};

}  // namespace

Result<std::vector<ShellCommand>> split_commands(const std::string& file, const std::string& text) {
  Splitter splitter(text);
  splitter.split();
  if (splitter.is_open())
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}:{}: the quote that opens here is never closed", file,
                            splitter.quote_line()));
  return splitter.take();
}

}  // namespace picket::cli
