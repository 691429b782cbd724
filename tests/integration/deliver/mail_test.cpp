// The mail client and the deliverer against a real Exim.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "controller/deliver/email.h"
#include "controller/deliver/route.h"
#include "tests/support/exim.h"
#include "tests/support/real_delivery.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;
using test::Exim;

namespace {

constexpr const char* kReceiver = "email/oncall";

struct Server {
  explicit Server(bool tls = true)
      : authority(directory.path(), "authority"),
        exim({directory.file("exim"),
              tls ? authority.issue({.name = "mail", .alternatives = "DNS:localhost"})
                  : test::CertificateFiles{}}) {}

  Receiver receiver() const {
    Receiver made{kReceiver, ReceiverKind::email, "", Exim::kPassword, "", authority.ca_file()};
    made.url = "smtp://localhost:" + std::to_string(exim.port());
    made.user = Exim::kUser;
    made.from = "picket@example.com";
    made.to = {"oncall@example.com"};
    return made;
  }

  test::TempDir directory;
  test::TestAuthority authority;
  Exim exim;
};

OutboxRow row() {
  OutboxRow made;
  made.id = "row-1";
  made.incident = IncidentId{"shop"};
  made.key = DedupKey{"picket:shop"};
  made.payload_json = R"({"summary":"shop down","custom_details":{"step":".\n..\nQUIT"}})";
  return made;
}

// One message straight through the client.
struct Sent {
  http::MailExchange exchange;
  SendResult result;
};
Sent send(const Receiver& to, const OutboxRow& of = row()) {
  test::RealDelivery world({to});
  std::optional<Result<http::MailExchange>> ended;
  boost::asio::co_spawn(world.io(), world.mail().send(*make_mail(of, to)),
                        [&](const std::exception_ptr& error, Result<http::MailExchange> done) {
                          if (error) std::rethrow_exception(error);
                          ended = std::move(done);
                        });
  world.io().restart();
  world.io().run();
  REQUIRE(ended);
  INFO((ended->has_value() ? "" : render(ended->error())));
  REQUIRE(*ended);
  return {**ended, classify_mail(**ended, to)};
}

std::string line_of(const std::string& message, const std::string& begin) {
  const auto at = message.find("\n" + begin);
  if (at == std::string::npos) return {};
  return message.substr(at + 1, message.find('\n', at + 1) - at - 1);
}

}  // namespace

TEST_CASE("an incident arrives as one thread, over STARTTLS and with a login", "[deliver][email]") {
  if (!test::have_exim()) return;
  const Server server;
  test::RealDelivery delivery({server.receiver()});
  delivery.payload = nlohmann::json{{"summary", "Kasse: Schritt „zahlen“, 9 von 12\r\nBcc: x@y.z"},
                                    {"severity", "critical"},
                                    {"custom_details", {{"step", "pay\n.\nRCPT TO:<x@y.z>"}}}}
                         .dump();
  delivery.owe("shop", OutboxAction::trigger, 0, kReceiver);
  delivery.owe("shop", OutboxAction::acknowledge, 1, kReceiver);
  delivery.owe("shop", OutboxAction::resolve, 2, kReceiver);
  INFO(server.exim.log());
  REQUIRE(delivery.settle(Seconds{30}));
  auto messages = server.exim.messages(3);
  REQUIRE(messages.size() == 3);
  // Exim delivers what it took each in a process of its own, in any order.
  std::sort(messages.begin(), messages.end(), [](const auto& a, const auto& b) {
    const auto rank = [](const std::string& text) {
      if (text.find("State: triggered") != std::string::npos) return 0;
      return text.find("State: acknowledged") != std::string::npos ? 1 : 2;
    };
    return rank(a) < rank(b);
  });
  const std::string first = line_of(messages[0], "Message-ID: ").substr(12);
  CHECK(first.find("@example.com>") != std::string::npos);
  for (const std::string& message : messages) {
    CHECK(message.find("with esmtpsa") != std::string::npos);  // TLS, and a login
    CHECK(message.find("\tfor oncall@example.com;") != std::string::npos);
    CHECK(line_of(message, "Bcc:").empty());
    CHECK(message.find("step: pay . RCPT TO:<x@y.z>") != std::string::npos);
  }
  for (std::size_t i : {1, 2})
    CHECK(line_of(messages[i], "References: ") == "References: " + first);
  CHECK(messages[0].find("State: triggered") != std::string::npos);
  CHECK(messages[1].find("State: acknowledged") != std::string::npos);
  CHECK(messages[2].find("State: resolved") != std::string::npos);
}

TEST_CASE("TLS from the first byte works as well", "[deliver][email]") {
  if (!test::have_exim()) return;
  const Server server;
  Receiver to = server.receiver();
  to.url = "smtp://localhost:" + std::to_string(server.exim.tls_port());
  to.security = MailSecurity::tls;
  const Sent sent = send(to);
  CHECK(sent.result.kind == SendClass::accepted);
  CHECK(server.exim.messages(1).size() == 1);
}

TEST_CASE("lines that end a message for SMTP arrive as they are", "[deliver][email]") {
  if (!test::have_exim()) return;
  const Server server;
  http::Mail mail = *make_mail(row(), server.receiver());
  mail.message = "Subject: dots\r\n\r\n.\r\n..\r\n.QUIT\r\nend\r\n";
  test::RealDelivery world({server.receiver()});
  bool taken = false;
  boost::asio::co_spawn(world.io(), world.mail().send(mail),
                        [&](const std::exception_ptr&, Result<http::MailExchange> done) {
                          taken = done && done->taken && done->message_written;
                        });
  world.io().restart();
  world.io().run();
  CHECK(taken);
  CHECK(server.exim.messages(1).at(0).find("\n\n.\n..\n.QUIT\nend\n") != std::string::npos);
}

TEST_CASE("without STARTTLS nothing is sent, no login either", "[deliver][email]") {
  if (!test::have_exim()) return;
  const Server server(false);
  const Sent sent = send(server.receiver());
  CHECK(sent.result.kind == SendClass::misconfigured);
  CHECK(sent.result.error.find("tls_starttls_refused: localhost:") == 0);
  CHECK(server.exim.messages(0).empty());
  Receiver plain = server.receiver();
  plain.security = MailSecurity::none;
  plain.user.clear();
  plain.secret.clear();
  CHECK(send(plain).result.kind == SendClass::accepted);
  const auto messages = server.exim.messages(1);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].find("with esmtp") != std::string::npos);
  CHECK(messages[0].find("with esmtps") == std::string::npos);
}

TEST_CASE("a certificate that is not trusted, or of another name, gets no mail",
          "[deliver][email]") {
  if (!test::have_exim()) return;
  const Server server;
  Receiver untrusting = server.receiver();
  untrusting.ca_file.clear();
  const Sent untrusted = send(untrusting);
  CHECK(untrusted.result.kind == SendClass::not_sent);
  CHECK(untrusted.result.error.find("tls_") == 0);
  Receiver other = server.receiver();
  other.url = "smtp://127.0.0.1:" + std::to_string(server.exim.port());
  const Sent mismatch = send(other);
  CHECK(mismatch.result.kind == SendClass::not_sent);
  CHECK(mismatch.result.error.substr(0, 17) == "tls_name_mismatch");
  CHECK(server.exim.messages(0).empty());
}

TEST_CASE("what the server refuses, by who must act", "[deliver][email]") {
  if (!test::have_exim()) return;
  const Server server;
  Receiver wrong = server.receiver();
  wrong.secret = "guess";
  const Sent login = send(wrong);
  CHECK(login.result.kind == SendClass::misconfigured);
  CHECK(login.result.error.find("535 to AUTH: ") == 0);
  CHECK(login.result.error.find("guess") == std::string::npos);

  Receiver gone = server.receiver();
  gone.to = {"gone@example.com"};
  CHECK(send(gone).result.error == "550 to RCPT: no such person");
  CHECK(send(gone).result.kind == SendClass::misconfigured);

  Receiver later = server.receiver();
  later.to = {"later@example.com"};
  CHECK(send(later).result.error == "451 to RCPT: not at this hour");
  CHECK(send(later).result.kind == SendClass::transient);

  OutboxRow bad = row();
  bad.payload_json = R"({"summary":"a virus"})";
  const Sent refused = send(server.receiver(), bad);
  CHECK(refused.result.kind == SendClass::rejected);
  CHECK(refused.result.error == "550 to message: no such thing here");
  CHECK(server.exim.messages(0).empty());
}

TEST_CASE("one recipient that is gone keeps the message from no other", "[deliver][email]") {
  if (!test::have_exim()) return;
  const Server server;
  Receiver some = server.receiver();
  some.to = {"gone@example.com", "oncall@example.com", "later@example.com"};
  const Sent sent = send(some);
  CHECK(sent.result.kind == SendClass::accepted);
  CHECK(sent.result.error ==
        "not taken for gone@example.com: 550 no such person; "
        "not taken for later@example.com: 451 not at this hour");
  REQUIRE(server.exim.messages(1).size() == 1);
}

TEST_CASE("a port that nobody listens on, and a name that is none", "[deliver][email]") {
  Receiver to{kReceiver, ReceiverKind::email, "", "", "", ""};
  to.from = "picket@example.com";
  to.to = {"oncall@example.com"};
  to.url = "smtp://127.0.0.1:" + std::to_string(test::free_port());
  const Sent refused = send(to);
  CHECK(refused.result.kind == SendClass::not_sent);
  CHECK(refused.result.error.find("connect_refused: ") == 0);
  CHECK_FALSE(refused.exchange.message_written);
}
