// Follows an SMTP dialogue line by line: how far it came, what the server said last, and which
// recipients it refused. Pure; it keeps no line of a login.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace picket::http {

// The command that was sent last, QUIT aside.
enum class SmtpStage { connect, hello, starttls, login, sender, recipient, message };
std::string_view to_string(SmtpStage stage);

struct RefusedRecipient {
  std::string address;
  int code{0};
  std::string reply;
  bool operator==(const RefusedRecipient&) const = default;
};

class SmtpDialogue {
 public:
  void sent(std::string_view line);
  void received(std::string_view line);  // also of several lines: the last one counts

  SmtpStage stage() const { return stage_; }
  int code() const { return code_; }  // 0: nothing was said since the stage began
  const std::string& reply() const { return reply_; }
  const std::vector<RefusedRecipient>& refused() const { return refused_; }

 private:
  SmtpStage stage_{SmtpStage::connect};
  int code_{0};
  std::string reply_;
  std::string recipient_;
  std::vector<RefusedRecipient> refused_;
  bool over_{false};  // QUIT was sent: what was said before it is what counts
};

}  // namespace picket::http
