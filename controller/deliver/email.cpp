#include "controller/deliver/email.h"

#include <fmt/format.h>

#include <charconv>

#include "common/core/digest.h"
#include "common/core/text.h"
#include "controller/deliver/answer.h"
#include "controller/deliver/mail_text.h"
#include "controller/deliver/page_content.h"

namespace picket::controller {
namespace {

constexpr std::size_t kSubjectBytes = 250;
constexpr std::size_t kDetailLines = 60;
constexpr std::size_t kRefusedShown = 5;

std::string domain_of(const std::string& address) { return address.substr(address.rfind('@') + 1); }

std::string thread_id(const OutboxRow& row, const Receiver& receiver) {
  return fmt::format("<{}@{}>", sha256_hex("thread\n" + row.key.value).substr(0, 32),
                     domain_of(receiver.from));
}

// "smtp://host:port", the host in brackets when it is an IPv6 address.
bool read_server(const std::string& url, http::Mail& mail) {
  const std::size_t begin = url.find("://");
  const std::size_t colon = url.rfind(':');
  if (begin == url.npos || colon < begin + 3) return false;
  mail.host = url.substr(begin + 3, colon - begin - 3);
  if (mail.host.starts_with('[') && mail.host.ends_with(']'))
    mail.host = mail.host.substr(1, mail.host.size() - 2);
  const char* last = url.data() + url.size();
  const auto parsed = std::from_chars(url.data() + colon + 1, last, mail.port);
  return !mail.host.empty() && parsed.ec == std::errc{} && parsed.ptr == last;
}

http::SmtpSecurity security_of(MailSecurity security) {
  switch (security) {
    case MailSecurity::starttls: return http::SmtpSecurity::starttls;
    case MailSecurity::tls: return http::SmtpSecurity::tls;
    case MailSecurity::none: return http::SmtpSecurity::none;
  }
  return http::SmtpSecurity::starttls;
}

std::string subject_of(const OutboxRow& row, const PageContent& content) {
  const std::string text =
      row.action == OutboxAction::trigger
          ? fmt::format("[{}] {}", content.severity, content.summary)
          : fmt::format("{}: [{}] {}", headline_of(row.action), content.severity, content.summary);
  return encode_header(cut_utf8(text, kSubjectBytes));
}

std::string headers_of(const OutboxRow& row, const Receiver& receiver, const PageContent& content) {
  std::string to;
  for (const std::string& address : receiver.to) to += (to.empty() ? "" : ",\r\n ") + address;
  const std::string id = message_id(row, receiver);
  const std::string thread = thread_id(row, receiver);
  std::string out =
      fmt::format("Date: {}\r\nFrom: Picket <{}>\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: {}\r\n",
                  render_mail_date(row.due), receiver.from, to, subject_of(row, content), id);
  if (id != thread) out += fmt::format("In-Reply-To: {}\r\nReferences: {}\r\n", thread, thread);
  return out +
         "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
         "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
}

std::string body_of(const OutboxRow& row, const PageContent& content) {
  std::string out = content.summary + "\n\n";
  out += fmt::format("State: {}\nSeverity: {}\nSince: {}\n",
                     to_lower_ascii(headline_of(row.action)), content.severity, content.timestamp);
  if (!content.component.empty()) out += "Component: " + content.component + "\n";
  if (!content.group.empty()) out += "Service: " + content.group + "\n";
  out += fmt::format("Incident: {}, message {}\n", clean_line(row.incident.value), row.ordinal + 1);
  const auto details = detail_lines(content, kDetailLines);
  if (!details.empty()) out += "\n";
  for (const std::string& line : details) out += line + "\n";
  if (!content.links.empty()) out += "\n";
  for (const auto& link : content.links)
    out +=
        link.value("text", std::string{"link"}) + ": " + link.at("href").get<std::string>() + "\n";
  return out;
}

std::string refused_text(const http::MailExchange& exchange) {
  std::string out;
  for (std::size_t i = 0; i < std::min(exchange.refused.size(), kRefusedShown); ++i) {
    const auto& refused = exchange.refused[i];
    if (!out.empty()) out += "; ";
    out += fmt::format("not taken for {}: {} {}", refused.address, refused.code, refused.reply);
  }
  return out;
}

// RFC 5321, 4.2.1: 4yz may do later, 5yz will not. A message that is refused may be said shorter;
// a login, a sender or all recipients are for a person to mend.
SendClass class_of_reply(const http::MailExchange& exchange) {
  if (exchange.code < 500) return SendClass::transient;
  return exchange.stage == http::SmtpStage::message ? SendClass::rejected
                                                    : SendClass::misconfigured;
}

SendClass class_of_failure(const http::MailExchange& exchange) {
  const FailureKind kind = exchange.failure->kind;
  if (kind == FailureKind::tls_starttls_refused || kind == FailureKind::invalid_request)
    return SendClass::misconfigured;
  return exchange.message_written ? SendClass::unknown : SendClass::not_sent;
}

}  // namespace

std::string message_id(const OutboxRow& row, const Receiver& receiver) {
  if (row.ordinal == 0) return thread_id(row, receiver);
  return fmt::format("<{}@{}>", sha256_hex("row\n" + row.key.value + "\n" + row.id).substr(0, 32),
                     domain_of(receiver.from));
}

Result<http::Mail> make_mail(const OutboxRow& row, const Receiver& receiver) {
  const PageContent content = read_content(row);
  http::Mail mail;
  if (!read_server(receiver.url, mail))
    return fail(ErrorCode::invalid_config, "the receiver names no mail server",
                "server: HOST:PORT");
  mail.security = security_of(receiver.security);
  mail.login = {receiver.user, receiver.secret};
  mail.from = receiver.from;
  mail.to = receiver.to;
  mail.ca_file = receiver.ca_file;
  mail.message = headers_of(row, receiver, content) + encode_body(body_of(row, content));
  return mail;
}

SendResult classify_mail(const http::MailExchange& exchange, const Receiver& receiver) {
  SendResult result;
  if (exchange.taken) {
    result.kind = SendClass::accepted;
    result.error = answer_text(refused_text(exchange), receiver.secret);
  } else if (exchange.failure) {
    result.kind = class_of_failure(exchange);
    result.error = fmt::format("{}: {}", to_string(exchange.failure->kind),
                               answer_text(exchange.failure->message, receiver.secret));
  } else {
    result.kind = class_of_reply(exchange);
    result.error = fmt::format("{} to {}: {}", exchange.code, to_string(exchange.stage),
                               answer_text(exchange.reply, receiver.secret));
  }
  return result;
}

}  // namespace picket::controller
