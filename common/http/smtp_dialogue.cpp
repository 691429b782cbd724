#include "common/http/smtp_dialogue.h"

#include <charconv>

#include "common/core/text.h"

namespace picket::http {
namespace {

constexpr std::size_t kReplyBytes = 300;
constexpr int kGoOn = 334;  // RFC 4954: the next line is part of the login
constexpr int kFailed = 400;
constexpr std::string_view kQuit = "QUIT";

std::optional<SmtpStage> stage_of(std::string_view line) {
  struct Verb {
    std::string_view text;
    SmtpStage stage;
  };
  constexpr Verb kVerbs[] = {
      {"EHLO", SmtpStage::hello},   {"HELO", SmtpStage::hello},  {"STARTTLS", SmtpStage::starttls},
      {"AUTH", SmtpStage::login},   {"MAIL", SmtpStage::sender}, {"RCPT", SmtpStage::recipient},
      {"DATA", SmtpStage::message},
  };
  for (const Verb& verb : kVerbs)
    if (iequals_ascii(line.substr(0, verb.text.size()), verb.text)) return verb.stage;
  return std::nullopt;
}

// "RCPT TO:<a@b.example> ..." -> "a@b.example"
std::string address_of(std::string_view line) {
  const std::size_t begin = line.find('<');
  const std::size_t end = line.find('>');
  if (begin == line.npos || end == line.npos || end < begin) return {};
  return clean_line(line.substr(begin + 1, end - begin - 1));
}

}  // namespace

std::string_view to_string(SmtpStage stage) {
  constexpr std::string_view kNames[] = {"connection", "EHLO", "STARTTLS", "AUTH",
                                         "MAIL",       "RCPT", "message"};
  return kNames[static_cast<std::size_t>(stage)];
}

void SmtpDialogue::sent(std::string_view line) {
  if (stage_ == SmtpStage::login && code_ == kGoOn) {
    code_ = 0;
    return;
  }
  over_ = over_ || iequals_ascii(line.substr(0, kQuit.size()), kQuit);
  const auto stage = stage_of(line);
  if (!stage) return;
  stage_ = *stage;
  code_ = 0;
  reply_.clear();
  recipient_ = stage_ == SmtpStage::recipient ? address_of(line) : std::string{};
}

void SmtpDialogue::received(std::string_view line) {
  if (over_) return;
  int code = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), code);
  if (parsed.ec != std::errc{} || code < 100 || code > 599) return;
  const std::string_view rest = line.substr(static_cast<std::size_t>(parsed.ptr - line.data()));
  if (rest.starts_with('-')) return;
  code_ = code;
  reply_ = cut_utf8(trim_ascii(clean_line(rest)), kReplyBytes);
  if (code >= kFailed && !recipient_.empty()) refused_.push_back({recipient_, code, reply_});
  recipient_.clear();
}

}  // namespace picket::http
