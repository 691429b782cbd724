// Sends one message to a mail server (RFC 5321): the narrow interface through which the controller
// delivers e-mail. TLS is never optional where it was asked for: without STARTTLS nothing is sent,
// no login either. No queue and no retries here. One executor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/core/result.h"
#include "common/http/http_client.h"
#include "common/http/network.h"
#include "common/http/smtp_dialogue.h"
#include "common/model/failure.h"

namespace picket::http {

enum class SmtpSecurity { starttls, tls, none };

struct Mail {
  std::string host;  // a name or a numeric address, without brackets
  int port{587};
  SmtpSecurity security{SmtpSecurity::starttls};
  Credentials login;            // an empty user: none
  std::string from;             // of the envelope: an address
  std::vector<std::string> to;  // of the envelope: addresses, at least one
  std::string message;          // RFC 5322, lines ended by CR LF
  std::string ca_file;          // empty: the client's default store
  Nanos timeout{Seconds{20}};   // everything, DNS included
  Nanos connect_timeout{Seconds{5}};
};

// What was learnt, filled as far as it came.
struct MailExchange {
  bool taken{false};            // by the server, for at least one recipient
  bool message_written{false};  // false: the server cannot have taken it
  SmtpStage stage{SmtpStage::connect};
  int code{0};        // the server's last reply; 0: none
  std::string reply;  // its text, one clean line
  std::vector<RefusedRecipient> refused;
  std::optional<Failure> failure;  // of the network or of TLS; nothing when `code` says it
};

class SmtpClient {
 public:
  virtual ~SmtpClient() = default;

  // Returns what happened; a server that refuses is a MailExchange.
  // Error: our own failure only (resource_exhausted; invalid_config for a ca_file that cannot be
  // read; internal).
  // Cancellation: not once the dialogue has begun; it ends within its timeout.
  virtual async::Task<Result<MailExchange>> send(Mail mail) = 0;
};

// Over libcurl, on two threads of its own: curl 7.88 waits for the answer to a message, and to
// QUIT, inside of the call that ends the transfer. `network` and `clock` outlive it.
// resource_exhausted, internal.
Result<std::unique_ptr<SmtpClient>> create_smtp_client(async::Clock& clock, Network& network);

}  // namespace picket::http
