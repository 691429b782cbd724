#include "common/http/smtp_dialogue.h"

#include <catch2/catch.hpp>

using namespace picket::http;

namespace {

// Lines as "C: .." and "S: ..".
SmtpDialogue follow(const std::vector<std::string>& lines) {
  SmtpDialogue dialogue;
  for (const std::string& line : lines) {
    if (line.starts_with("C: ")) dialogue.sent(line.substr(3) + "\r\n");
    if (line.starts_with("S: ")) dialogue.received(line.substr(3) + "\r\n");
  }
  return dialogue;
}

const std::vector<std::string> kOpening{"S: 220 mail.example ESMTP", "C: EHLO picket",
                                        "S: 250-mail.example", "S: 250-STARTTLS", "S: 250 HELP"};

std::vector<std::string> after_opening(std::vector<std::string> lines) {
  lines.insert(lines.begin(), kOpening.begin(), kOpening.end());
  return lines;
}

}  // namespace

TEST_CASE("a greeting that refuses is the connection's", "[smtp]") {
  const auto dialogue = follow({"S: 554-no", "S: 554 go away"});
  CHECK(dialogue.stage() == SmtpStage::connect);
  CHECK(dialogue.code() == 554);
  CHECK(dialogue.reply() == "go away");
}

TEST_CASE("each command is a stage, its last line the reply", "[smtp]") {
  struct Row {
    std::string command;
    SmtpStage stage;
  };
  const std::vector<Row> rows{{"EHLO picket", SmtpStage::hello},
                              {"HELO picket", SmtpStage::hello},
                              {"STARTTLS", SmtpStage::starttls},
                              {"AUTH PLAIN AGEAYg==", SmtpStage::login},
                              {"MAIL FROM:<a@b.example> SIZE=9", SmtpStage::sender},
                              {"RCPT TO:<c@d.example>", SmtpStage::recipient},
                              {"DATA", SmtpStage::message}};
  for (const Row& row : rows) {
    CAPTURE(row.command);
    const auto dialogue =
        follow(after_opening({"C: " + row.command, "S: 451-wait", "S: 451 later"}));
    CHECK(to_string(dialogue.stage()) == to_string(row.stage));
    CHECK(dialogue.code() == 451);
    CHECK(dialogue.reply() == "later");
    CHECK(follow(after_opening({"C: " + row.command})).code() == 0);
  }
}

TEST_CASE("the lines of a login are no commands, whatever they spell", "[smtp]") {
  const auto dialogue = follow(after_opening({"C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: RCPTabcd",
                                              "S: 334 UGFzc3dvcmQ6", "C: DATAxyz=", "S: 535 no"}));
  CHECK(dialogue.stage() == SmtpStage::login);
  CHECK(dialogue.code() == 535);
  CHECK(dialogue.refused().empty());
}

TEST_CASE("refused recipients are told apart from taken ones", "[smtp]") {
  const auto dialogue =
      follow(after_opening({"C: MAIL FROM:<a@b.example>", "S: 250 ok", "C: RCPT TO:<one@d.example>",
                            "S: 250 ok", "C: RCPT TO:<two@d.example>", "S: 550-no",
                            "S: 550 such user", "C: RCPT TO:<three@d.example>", "S: 452 later",
                            "C: DATA", "S: 354 go on", "S: 250 queued", "C: QUIT", "S: 221 bye"}));
  CHECK(dialogue.refused() == std::vector<RefusedRecipient>{{"two@d.example", 550, "such user"},
                                                            {"three@d.example", 452, "later"}});
  CHECK(dialogue.stage() == SmtpStage::message);
  CHECK(dialogue.code() == 250);  // of the message, not of QUIT
}

TEST_CASE("what is no reply changes nothing", "[smtp]") {
  SmtpDialogue dialogue;
  for (const char* line : {"", "abc", "99 x", "600 x", "-250 x", "999999999999999999 x"})
    dialogue.received(line);
  CHECK(dialogue.code() == 0);
  dialogue.received("250");
  CHECK(dialogue.code() == 250);
  dialogue.received("421 \x01 bye \x7f");
  CHECK(dialogue.reply().find('\x01') == std::string::npos);
}
