#include "common/wire/control_wire.h"

#include "common/core/text.h"

namespace picket::wire {
namespace {

constexpr std::size_t kUrlBytes = 2048;
constexpr std::size_t kWhyBytes = 512;

bool is_fine(const std::string& text, std::size_t most) {
  return text.size() <= most && is_valid_utf8(text);
}

}  // namespace

v1::ControlReport encode(const ControlReport& report) {
  v1::ControlReport message;
  message.set_at_unix_ms(report.at.unix_ms());
  for (const ControlAnswer& answer : report.answers) {
    auto& out = *message.add_answers();
    out.set_target(answer.target);
    out.set_answered(answer.answered);
    out.set_why(cut_utf8(clean_line(answer.why), kWhyBytes));
  }
  return message;
}

Result<ControlReport> decode(const v1::ControlReport& message) {
  const auto count = static_cast<std::size_t>(message.answers_size());
  if (count == 0 || count > kControlTargetsMax)
    return fail(ErrorCode::protocol, "control report: 1 to 4 answers are expected");
  ControlReport report{WallTime::from_unix_ms(message.at_unix_ms()), {}};
  for (const auto& answer : message.answers()) {
    if (answer.target().empty() || !is_fine(answer.target(), kUrlBytes) ||
        !is_fine(answer.why(), kWhyBytes))
      return fail(ErrorCode::protocol, "control report: a target or reason is no bounded text");
    report.answers.push_back({answer.target(), answer.answered(), answer.why()});
  }
  return report;
}

}  // namespace picket::wire
