#include "agent/probe/oauth_login.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "agent/probe/redirect.h"
#include "common/core/text.h"
#include "common/jose/json_text.h"
#include "common/jose/totp.h"
#include "common/markup/document.h"

namespace picket::agent {
namespace {

using markup::Form;
using markup::FormButton;
using markup::FormField;
using markup::Page;

//   answer \ so far              nothing sent     login sent            code or consent sent
//   leads to the redirect URI    done             done                  done
//   leads elsewhere              follow           follow                follow
//   form with fields of the      send login       oauth_login, unless   oauth_login
//   check's login.form                            it asks for others
//   form with a one-time code    send the code    send the code         oauth_login
//   form with a password only    oauth_login      oauth_login           oauth_login
//   form with buttons only       send consent; oauth_consent where the check does not consent
//   form with hidden fields      send it          send it               send it
//   anything else                oauth_authorize  oauth_login           oauth_login

constexpr int kConsentsMax = 3;

bool has_part(const std::string& text, const std::vector<std::string_view>& parts) {
  const std::string lower = to_lower_ascii(text);
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

bool is_typed(const FormField& field) {
  return field.type != "hidden" && field.type != "checkbox" && field.type != "radio" &&
         field.type != "select";
}

bool has_password(const Form& form) {
  return std::any_of(form.fields.begin(), form.fields.end(),
                     [](const FormField& field) { return field.type == "password"; });
}

bool asks_for_text(const Form& form) {
  return std::any_of(form.fields.begin(), form.fields.end(), is_typed);
}

std::string names_of(const std::vector<std::string>& names) {
  return names.empty() ? "no field" : fmt::format("`{}`", fmt::join(names, "`, `"));
}

std::string typed_names(const Form& form) {
  std::vector<std::string> names;
  for (const FormField& field : form.fields)
    if (is_typed(field) && names.size() < 10) names.push_back(clean_line(cut_utf8(field.name, 40)));
  return names_of(names);
}

std::string said(const Page& page) {
  return page.alert.empty() ? "" : fmt::format(": \"{}\"", page.alert);
}

bool denies(const FormButton& button) {
  static const std::vector<std::string_view> words{"deny",   "cancel", "decline", "reject",
                                                   "refuse", "abort",  "logout",  "abbrechen"};
  return has_part(button.text, words) || has_part(button.value, words) ||
         has_part(button.name, words) || iequals_ascii(trim_ascii(button.text), "no") ||
         iequals_ascii(button.value, "no");
}

const FormButton* consenting(const Form& form, const std::string& wanted) {
  for (const FormButton& button : form.buttons)
    if (wanted.empty() ? !denies(button) : button.text == wanted || button.value == wanted)
      return &button;
  return nullptr;
}

std::string texts_of(const std::vector<FormButton>& buttons) {
  std::vector<std::string> texts;
  for (const FormButton& button : buttons)
    if (texts.size() < 6) texts.push_back(clean_line(cut_utf8(button.text, 40)));
  return fmt::format("{}", fmt::join(texts, ", "));
}

void put(Pairs& pairs, const std::string& name, const std::string& value) {
  for (auto& [known, old] : pairs)
    if (known == name) {
      old = value;
      return;
    }
  pairs.emplace_back(name, value);
}

// RFC 6749's `error` where an authorization endpoint answers in JSON; else what the page says.
std::string reason_in(const http::Exchange& exchange, const Page& page) {
  const auto body = jose::parse_json(exchange.body);
  if (body.is_object() && body.contains("error"))
    return excerpt(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (!page.alert.empty()) return page.alert;
  return page.text.empty() ? excerpt(exchange.body) : cut_utf8(page.text, 200);
}

}  // namespace

OAuthLoginFlow::OAuthLoginFlow(const OAuthAction& action, std::string authorization_url)
    : action_(action) {
  last_.url = std::move(authorization_url);
  last_.redirects_max = 0;
  last_.insecure = action.insecure;
}

LoginRequest OAuthLoginFlow::start() { return {last_, label_}; }

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::refuse(FailureKind kind,
                                                       const std::string& message) const {
  return tl::unexpected(oauth_failure(kind, page_label_, message));
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::resume(const http::Exchange& exchange,
                                                       const http::Url& url, WallTime now) {
  url_ = url;
  now_ = now;
  page_label_ = label_;
  const auto location = redirect_location(exchange);
  if (location && is_callback(*location, action_.redirect_uri)) return LoginDone{*location};
  if (++pages_ > kPagesMax)
    return refuse(FailureKind::oauth_authorize,
                  fmt::format("more than {} pages and no code: a loop?", kPagesMax));
  if (location) return follow(*location, exchange.status);
  const auto type = http::find_header(exchange.headers, "content-type");
  const auto document = markup::Document::parse_html(exchange.body, type ? *type : std::string{});
  if (!document)
    return refuse(FailureKind::oauth_login, "the page cannot be read: " + document.error().message);
  Page page = markup::read_page(*document);
  if (exchange.status >= 400) page.text = reason_in(exchange, page);
  return answer(page, exchange.status);
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::follow(const std::string& location, int status) {
  const auto to = http::resolve(url_, location);
  if (!to)
    return refuse(FailureKind::oauth_authorize,
                  fmt::format("it leads to something that is neither a page nor redirect_uri `{}`: "
                              "{}",
                              action_.redirect_uri, to.error().message));
  HttpAction next = last_;
  if (status != 307 && status != 308) {
    next = HttpAction{};
    next.redirects_max = 0;
    next.insecure = action_.insecure;
  }
  next.url = to->text;
  last_ = next;
  label_ = "redirect";
  return LoginRequest{std::move(next), label_};
}

// The form with most of the fields that the check fills.
const Form* OAuthLoginFlow::login_form(const Page& page) const {
  const Form* best = nullptr;
  std::size_t most = 0;
  for (const Form& form : page.forms) {
    const std::size_t count = typed_into(form).size();
    if (count > most) best = &form;
    most = std::max(most, count);
  }
  return best;
}

Pairs OAuthLoginFlow::typed_into(const Form& form) const {
  Pairs typed;
  for (const auto& [name, value] : action_.login.form)
    if (form.find(name) != nullptr) typed.emplace_back(name, value);
  return typed;
}

const FormField* OAuthLoginFlow::totp_field(const Form& form) const {
  if (!action_.login.totp_field.empty()) return form.find(action_.login.totp_field);
  static const std::vector<std::string_view> names{
      "otp", "totp", "passcode", "one-time", "onetime", "mfa", "2fa", "verificationcode"};
  for (const FormField& field : form.fields)
    if (is_typed(field) && (field.autocomplete == "one-time-code" || has_part(field.name, names) ||
                            has_part(field.id, names) || iequals_ascii(field.name, "code")))
      return &field;
  return nullptr;
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::answer(const Page& page, int status) {
  if (const Form* form = login_form(page)) return answer_login(page, *form);
  for (const Form& form : page.forms)
    if (totp_field(form) != nullptr) return answer_totp(page, form);
  for (const Form& form : page.forms)
    if (has_password(form)) {
      const bool known = !action_.login.form.empty();
      if (page_label_ == "redirect") page_label_ = "login form";
      return refuse(FailureKind::oauth_login,
                    fmt::format("no form has the fields of login.form; the one with a password "
                                "asks for {}{}",
                                typed_names(form),
                                known ? ": has the page changed?" : ": write them in login.form"));
    }
  if (status >= 400) return refuse_page(page, status);
  for (const Form& form : page.forms) {
    if (asks_for_text(form)) continue;
    if (!form.buttons.empty()) return answer_consent(page, form);
    if (!form.fields.empty()) return submit(page, form, {}, "redirect");
  }
  return refuse_page(page, status);
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::refuse_page(const Page& page, int status) const {
  if (status >= 400) {
    const FailureKind kind = login_sent_ ? FailureKind::oauth_login : FailureKind::oauth_authorize;
    return refuse(kind, fmt::format("answered {}: {}", status, page.text));
  }
  const std::string shown = page.title.empty() ? page.text : page.title;
  return refuse(FailureKind::oauth_login,
                fmt::format("the page \"{}\" has no form to answer{}: a form that scripts make "
                            "needs a browser",
                            clean_line(cut_utf8(shown, 80)), said(page)));
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::answer_login(const Page& page, const Form& form) {
  Pairs typed = typed_into(form);
  const bool again = std::all_of(typed.begin(), typed.end(),
                                 [&](const auto& pair) { return sent_.contains(pair.first); });
  if (again)
    return refuse(FailureKind::oauth_login, "the provider asks for the login again" + said(page));
  if (page_label_ == "redirect") page_label_ = "login form";
  std::vector<std::string> missing;
  for (const auto& [name, value] : action_.login.form)
    if (form.find(name) == nullptr && !sent_.contains(name)) missing.push_back(name);
  // A form without a password may be the first of two pages: user first, password next.
  if (!missing.empty() && has_password(form))
    return refuse(FailureKind::oauth_login,
                  fmt::format("the form has no {}, it asks for {}: mend login.form",
                              names_of(missing), typed_names(form)));
  const FormField* code = totp_field(form);
  const bool is_own = code != nullptr && std::any_of(typed.begin(), typed.end(), [&](auto& pair) {
                        return pair.first == code->name;
                      });
  if (code != nullptr && !is_own && !action_.login.totp.empty()) {
    const auto totp = jose::parse_totp(action_.login.totp);
    if (!totp) return refuse(FailureKind::invalid_request, "login.totp: " + totp.error().message);
    typed.emplace_back(code->name, jose::totp_code(*totp, now_));
    code_sent_ = true;
  }
  for (const auto& [name, value] : typed) sent_.insert(name);
  login_sent_ = true;
  return submit(page, form, std::move(typed), "login");
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::answer_totp(const Page& page, const Form& form) {
  const std::string& name = totp_field(form)->name;
  if (code_sent_)
    return refuse(FailureKind::oauth_login,
                  fmt::format("the one-time code was refused{}; compare the agent's clock and the "
                              "seed in login.totp",
                              said(page)));
  if (action_.login.totp.empty())
    return refuse(FailureKind::oauth_login,
                  fmt::format("the provider asks for a one-time code (`{}`): give its seed in "
                              "login.totp",
                              clean_line(cut_utf8(name, 40))));
  const auto totp = jose::parse_totp(action_.login.totp);
  if (!totp) return refuse(FailureKind::invalid_request, "login.totp: " + totp.error().message);
  code_sent_ = true;
  return submit(page, form, {{name, jose::totp_code(*totp, now_)}}, "second factor");
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::answer_consent(const Page& page, const Form& form) {
  page_label_ = "consent page";
  if (!action_.login.consent)
    return refuse(FailureKind::oauth_consent,
                  fmt::format("the provider asks for consent (\"{}\", buttons: {}): give it once, "
                              "or write login.consent: true",
                              page.title, texts_of(form.buttons)));
  const FormButton* button = consenting(form, action_.login.consent_button);
  if (button == nullptr || ++consents_ > kConsentsMax)
    return refuse(FailureKind::oauth_consent,
                  fmt::format("no button gives consent, there are: {}; name one in "
                              "login.consent_button",
                              texts_of(form.buttons)));
  Pairs typed;
  if (!button->name.empty()) typed.emplace_back(button->name, button->value);
  return submit(page, form, std::move(typed), "consent");
}

OrFailure<OAuthLoginFlow::Next> OAuthLoginFlow::submit(const Page& page, const Form& form,
                                                       Pairs typed, std::string label) {
  auto base = page.base.empty() ? Result<http::Url>{url_} : http::resolve(url_, page.base);
  if (!base) base = url_;
  const auto to = form.action.empty() ? Result<http::Url>{url_} : http::resolve(*base, form.action);
  if (!to) return refuse(FailureKind::oauth_login, "the form leads nowhere: " + to.error().message);
  if (url_.scheme == "https" && to->scheme != "https")
    return refuse(FailureKind::oauth_login,
                  "the form of an https page sends to http, in the clear");
  Pairs pairs;
  for (const FormField& field : form.fields)
    if (field.is_sent()) put(pairs, field.name, field.value);
  const bool has_button = label == "consent" || form.buttons.empty();
  if (!has_button && !form.buttons.front().name.empty())
    pairs.emplace_back(form.buttons.front().name, form.buttons.front().value);
  for (const auto& [name, value] : typed) put(pairs, name, value);
  HttpAction next;
  next.url = to->text;
  next.redirects_max = 0;
  next.insecure = action_.insecure;
  // Frameworks compare these with their own origin against forged requests.
  next.headers = {{"referer", url_.text}, {"origin", http::origin(url_)}};
  next.method = form.method == "post" ? "POST" : "GET";
  if (form.method == "post") {
    next.body_kind = BodyKind::form;
    next.form = std::move(pairs);
  } else {
    next.query = std::move(pairs);
  }
  last_ = next;
  label_ = std::move(label);
  return LoginRequest{std::move(next), label_};
}

}  // namespace picket::agent
