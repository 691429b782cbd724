#include "controller/deliver/email.h"

#include <catch2/catch.hpp>

#include "common/core/hex.h"
#include "controller/deliver/mail_text.h"

using namespace picket;
using namespace picket::controller;
using http::SmtpStage;

namespace {

Receiver receiver() {
  Receiver made{
      "email/oncall", ReceiverKind::email, "smtp://mail.example:587", "pass-word", "", ""};
  made.user = "picket";
  made.from = "picket@example.com";
  made.to = {"oncall@example.com", "lead@example.com"};
  return made;
}

OutboxRow row(OutboxAction action = OutboxAction::trigger, std::uint32_t ordinal = 0) {
  OutboxRow made;
  made.id = "row-" + std::to_string(ordinal);
  made.incident = IncidentId{"01JSHOP"};
  made.action = action;
  made.ordinal = ordinal;
  made.key = DedupKey{"picket:a"};
  made.due = WallTime::from_unix_ms(1'795'314'600'000);
  made.severity = Severity::critical;
  made.payload_json = R"({"summary":"shop down\r\nBcc: evil@example.com","severity":"critical",
    "component":"shop","custom_details":{"step":"pay\n.\nRSET"}})";
  return made;
}

std::string head_of(const std::string& message) {
  return message.substr(0, message.find("\r\n\r\n") + 2);
}

// The value of a header, unfolded; empty: there is none.
std::string header(const std::string& message, const std::string& name) {
  const std::string head = "\r\n" + head_of(message);
  auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  at += name.size() + 4;
  std::string value;
  for (auto end = head.find("\r\n", at);; end = head.find("\r\n", at)) {
    value += head.substr(at, end - at);
    at = end + 2;
    if (at >= head.size() || head[at] != ' ') return value;
  }
}

std::string message_of(const OutboxRow& row) { return make_mail(row, receiver()).value().message; }

std::string decoded(std::string value) {
  std::string out;
  for (auto at = value.find("=?UTF-8?B?"); at != std::string::npos;
       at = value.find("=?UTF-8?B?", at)) {
    const auto end = value.find("?=", at + 10);
    out += from_base64(value.substr(at + 10, end - at - 10)).value();
    at = end;
  }
  return out.empty() ? value : out;
}

http::MailExchange reply(SmtpStage stage, int code, const std::string& text = "no") {
  http::MailExchange exchange;
  exchange.stage = stage;
  exchange.code = code;
  exchange.reply = text;
  return exchange;
}

}  // namespace

TEST_CASE("an e-mail says who, to whom, where and how", "[deliver][email]") {
  const auto mail = make_mail(row(), receiver());
  REQUIRE(mail);
  CHECK(mail->host == "mail.example");
  CHECK(mail->port == 587);
  CHECK(mail->security == http::SmtpSecurity::starttls);
  CHECK(mail->login == http::Credentials{"picket", "pass-word"});
  CHECK(mail->to.size() == 2);
  CHECK(header(mail->message, "From") == "Picket <picket@example.com>");
  CHECK(header(mail->message, "To") == "oncall@example.com, lead@example.com");
  CHECK(header(mail->message, "Date") == "Sun, 22 Nov 2026 02:30:00 +0000");
  CHECK(header(mail->message, "Auto-Submitted") == "auto-generated");
  CHECK(mail->message.find("pass-word") == std::string::npos);
}

TEST_CASE("an IPv6 server stands in brackets, a URL without a port is a mistake", "[deliver]") {
  Receiver to = receiver();
  to.url = "smtp://[::1]:2525";
  CHECK(make_mail(row(), to)->host == "::1");
  for (const char* url :
       {"", "smtp://mail.example", "mail.example:25", "smtp://:25", "smtp://mail.example:port"}) {
    CAPTURE(url);
    to.url = url;
    const auto mail = make_mail(row(), to);
    REQUIRE_FALSE(mail);
    CHECK(mail.error().code == ErrorCode::invalid_config);
  }
}

TEST_CASE("nothing of a target becomes a header or ends the message", "[deliver][email]") {
  const std::string message = message_of(row());
  CHECK(header(message, "Bcc").empty());
  CHECK(decoded(header(message, "Subject")) == "[critical] shop down  Bcc: evil@example.com");
  CHECK(message.find("\r\n.\r\n") == std::string::npos);
  CHECK(message.find("step: pay . RSET\r\n") != std::string::npos);
  for (std::size_t at = message.find('\n'); at != std::string::npos;
       at = message.find('\n', at + 1))
    CHECK(message[at - 1] == '\r');
}

TEST_CASE("a transition has one message id, and its messages are one thread", "[deliver][email]") {
  const std::string first = message_of(row());
  const std::string second = message_of(row(OutboxAction::acknowledge, 1));
  const std::string third = message_of(row(OutboxAction::resolve, 2));
  CHECK(first == message_of(row()));  // the next attempt is the same to the byte
  const std::string id = header(first, "Message-ID");
  CHECK(id.size() == 32 + std::string{"<@example.com>"}.size());
  CHECK(header(first, "References").empty());
  for (const std::string& later : {second, third}) {
    CHECK(header(later, "References") == id);
    CHECK(header(later, "In-Reply-To") == id);
    CHECK(header(later, "Message-ID") != id);
  }
  CHECK(header(second, "Message-ID") != header(third, "Message-ID"));
  OutboxRow other = row();
  other.key = DedupKey{"picket:b"};  // another incident, or another installation
  CHECK(header(message_of(other), "Message-ID") != id);
}

TEST_CASE("the subject says what happened", "[deliver][email]") {
  OutboxRow plain = row(OutboxAction::resolve, 2);
  plain.payload_json = R"({"summary":"shop down"})";
  CHECK(header(message_of(plain), "Subject") == "Resolved: [critical] shop down");
  plain.action = OutboxAction::acknowledge;
  CHECK(header(message_of(plain), "Subject") == "Acknowledged: [critical] shop down");
}

TEST_CASE("header text is encoded words of whole characters, or short ASCII", "[deliver][email]") {
  CHECK(encode_header("shop down") == "shop down");
  CHECK(encode_header("a\r\nb\tc") == "a  b c");
  const std::vector<std::string> texts{
      "=?UTF-8?Q?fake?=", "Zürich ist hinüber", std::string(300, 'x'),
      "日本語のとても長い件名はいくつかの符号化語に分けられる必要があります",
      "\xF0\x9F\x94\xA5 fire"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    const std::string encoded = encode_header(text);
    std::string rest = encoded;
    for (auto end = rest.find("\r\n"); !rest.empty(); end = rest.find("\r\n")) {
      CHECK(rest.substr(0, end).size() <= 75);
      rest = end == std::string::npos ? "" : rest.substr(end + 2);
      CHECK((rest.empty() || rest.front() == ' '));
    }
    CHECK(decoded(encoded) == text);
  }
}

TEST_CASE("a body is quoted-printable in short lines", "[deliver][email]") {
  CHECK(encode_body("a = b") == "a =3D b\r\n");
  CHECK(encode_body("ends in blank \nü") == "ends in blank=20\r\n=C3=BC\r\n");
  const std::string lines = encode_body(std::string(200, 'y') + "\n");
  CHECK(lines.find("=\r\n") == 75);
  CHECK(encode_body("\xFF\x01") == "=EF=BF=BD=20\r\n");
}

TEST_CASE("what a mail server says, and what that means", "[deliver][email]") {
  struct Row {
    http::MailExchange exchange;
    SendClass wanted;
  };
  http::MailExchange taken = reply(SmtpStage::message, 250, "2.0.0 queued");
  taken.taken = true;
  const auto failed = [](FailureKind kind, bool written) {
    http::MailExchange exchange;
    exchange.failure = Failure{kind, "mail.example:587: so", {}};
    exchange.message_written = written;
    return exchange;
  };
  const std::vector<Row> rows{
      {taken, SendClass::accepted},
      {reply(SmtpStage::connect, 421), SendClass::transient},
      {reply(SmtpStage::connect, 554), SendClass::misconfigured},
      {reply(SmtpStage::login, 454), SendClass::transient},
      {reply(SmtpStage::login, 535), SendClass::misconfigured},
      {reply(SmtpStage::sender, 550), SendClass::misconfigured},
      {reply(SmtpStage::recipient, 450), SendClass::transient},
      {reply(SmtpStage::recipient, 550), SendClass::misconfigured},
      {reply(SmtpStage::message, 451), SendClass::transient},
      {reply(SmtpStage::message, 552), SendClass::rejected},
      {reply(SmtpStage::message, 554), SendClass::rejected},
      {failed(FailureKind::connect_refused, false), SendClass::not_sent},
      {failed(FailureKind::dns_nxdomain, false), SendClass::not_sent},
      {failed(FailureKind::tls_untrusted, false), SendClass::not_sent},
      {failed(FailureKind::tls_starttls_refused, false), SendClass::misconfigured},
      {failed(FailureKind::timeout, false), SendClass::not_sent},
      {failed(FailureKind::timeout, true), SendClass::unknown},
      {failed(FailureKind::connection_closed, true), SendClass::unknown},
  };
  for (const Row& wanted : rows) {
    CAPTURE(wanted.exchange.stage, wanted.exchange.code, wanted.exchange.message_written);
    const auto result = classify_mail(wanted.exchange, receiver());
    CHECK(to_string(result.kind) == to_string(wanted.wanted));
  }
  CHECK(classify_mail(reply(SmtpStage::login, 535, "pass-word is wrong"), receiver()).error ==
        "535 to AUTH: *** is wrong");
}

TEST_CASE("a recipient that is refused is named, the others have it", "[deliver][email]") {
  http::MailExchange exchange = reply(SmtpStage::message, 250);
  exchange.taken = true;
  exchange.refused = {{"lead@example.com", 550, "5.1.1 unknown user"}};
  const auto result = classify_mail(exchange, receiver());
  CHECK(result.kind == SendClass::accepted);
  CHECK(result.error == "not taken for lead@example.com: 550 5.1.1 unknown user");
}
