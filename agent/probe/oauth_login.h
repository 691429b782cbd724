// A provider's login, second factor and consent pages, answered as a browser without scripts would
// answer them. A state machine without I/O: the probe sends what it says and hands the answer back.
// Its transition table stands in the implementation.
#pragma once

#include <set>
#include <string>
#include <variant>

#include "agent/probe/oauth_messages.h"
#include "common/http/url.h"
#include "common/markup/forms.h"

namespace picket::agent {

struct LoginRequest {
  HttpAction action;
  std::string label;  // of its hop: "authorize", "login", "second factor", "consent", "redirect"
};

struct LoginDone {
  std::string location;  // the redirect URI with its parameters; it is never contacted
};

class OAuthLoginFlow {
 public:
  static constexpr int kPagesMax = 25;

  // `action` outlives the flow.
  OAuthLoginFlow(const OAuthAction& action, std::string authorization_url);
  OAuthLoginFlow(OAuthAction&&, std::string) = delete;

  LoginRequest start();

  using Next = std::variant<LoginRequest, LoginDone>;
  // What follows the answer to the last request, which was sent to `url`. A failure's message names
  // the hop and what to mend.
  OrFailure<Next> resume(const http::Exchange& exchange, const http::Url& url, WallTime now);

  // A better name for the hop whose answer was last taken: "login form" where one was found.
  const std::string& page_label() const { return page_label_; }

 private:
  struct Filled {
    Pairs pairs;
    std::set<std::string> names;
  };

  OrFailure<Next> follow(const std::string& location, int status);
  OrFailure<Next> answer(const markup::Page& page, int status);
  OrFailure<Next> answer_login(const markup::Page& page, const markup::Form& form);
  OrFailure<Next> answer_totp(const markup::Page& page, const markup::Form& form);
  OrFailure<Next> answer_consent(const markup::Page& page, const markup::Form& form);
  OrFailure<Next> submit(const markup::Page& page, const markup::Form& form, Pairs typed,
                         std::string label);
  OrFailure<Next> refuse(FailureKind kind, const std::string& message) const;
  OrFailure<Next> refuse_page(const markup::Page& page, int status) const;

  const markup::Form* login_form(const markup::Page& page) const;
  const markup::FormField* totp_field(const markup::Form& form) const;
  Pairs typed_into(const markup::Form& form) const;

  const OAuthAction& action_;
  HttpAction last_;
  http::Url url_;
  WallTime now_;
  std::string label_{"authorize"};
  std::string page_label_;
  std::set<std::string> sent_;  // names of login.form that have been sent
  bool login_sent_{false};
  bool code_sent_{false};
  int consents_{0};
  int pages_{0};
};

}  // namespace picket::agent
