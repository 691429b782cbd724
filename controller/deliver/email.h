// E-mail: an outbox row as a message (RFC 5322), and what the server's replies mean (RFC 5321).
// Pure functions; text from targets stands in the body and, encoded, in the subject, and nowhere
// else.
#pragma once

#include <string>

#include "common/http/smtp_client.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// The same for every attempt at a row, different for every other row of every installation: rows
// and keys are named by digests that begin with the installation's id. The first message of a key
// has the id that the others refer to, so that mail programs show one thread per incident.
std::string message_id(const OutboxRow& row, const Receiver& receiver);

// Requires: from and to are addresses, and there is one. invalid_config: the URL names no server.
Result<http::Mail> make_mail(const OutboxRow& row, const Receiver& receiver);

// The table "e-mail" of docs/reference/delivery.md. Taken for some of the recipients is accepted;
// `error` names the others.
SendResult classify_mail(const http::MailExchange& exchange, const Receiver& receiver);

}  // namespace picket::controller
