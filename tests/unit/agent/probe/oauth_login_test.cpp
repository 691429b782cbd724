#include "agent/probe/oauth_login.h"

#include <catch2/catch.hpp>

namespace picket::agent {
namespace {

const WallTime kNow = WallTime::from_unix_ms(59'000);

OAuthAction action_of(Pairs form) {
  OAuthAction action;
  action.redirect_uri = "https://localhost/cb";
  action.login.form = std::move(form);
  return action;
}

http::Exchange page(std::string html, int status = 200) {
  http::Exchange exchange;
  exchange.status = status;
  exchange.headers = {{"content-type", "text/html"}};
  exchange.body = std::move(html);
  return exchange;
}

http::Exchange redirect(std::string location, int status = 302) {
  http::Exchange exchange;
  exchange.status = status;
  exchange.headers = {{"location", std::move(location)}};
  return exchange;
}

// Hands answers to a flow one by one and writes down what it sends.
class Walk {
 public:
  explicit Walk(OAuthAction&&) = delete;  // the flow keeps a reference
  explicit Walk(const OAuthAction& action) : flow_(action, "https://id.test/auth?x=1") {
    take(flow_.start());
  }

  std::string answer(const http::Exchange& exchange) {
    const auto url = http::parse_url(request_.action.url);
    const auto next = flow_.resume(exchange, *url, kNow);
    if (!next) return std::string(to_string(next.error().kind)) + ": " + next.error().message;
    if (const auto* done = std::get_if<LoginDone>(&*next)) return "done " + done->location;
    take(std::get<LoginRequest>(*next));
    return shown();
  }

  const HttpAction& action() const { return request_.action; }
  const std::string& page_label() const { return flow_.page_label(); }

 private:
  void take(LoginRequest request) { request_ = std::move(request); }

  std::string shown() const {
    const HttpAction& action = request_.action;
    std::string out = request_.label + ": " + action.method + " " + action.url;
    for (const auto& [name, value] : action.method == "POST" ? action.form : action.query)
      out += " " + name + "=" + value;
    return out;
  }

  OAuthLoginFlow flow_;
  LoginRequest request_;
};

const std::string kLogin =
    "<form method=post action=login><input type=hidden name=csrf value=t1>"
    "<input name=user><input type=password name=pass><button name=go value=1>Go</button></form>";

TEST_CASE("a login page is answered with its hidden fields and its button", "[oauth]") {
  const OAuthAction action = action_of({{"user", "probe"}, {"pass", "s3cret"}});
  Walk walk(action);
  CHECK(walk.answer(redirect("/sso/page?y=2")) == "redirect: GET https://id.test/sso/page?y=2");
  CHECK(walk.answer(page(kLogin)) ==
        "login: POST https://id.test/sso/login csrf=t1 user=probe pass=s3cret go=1");
  CHECK(walk.page_label() == "login form");
  CHECK(walk.action().headers ==
        Pairs{{"referer", "https://id.test/sso/page?y=2"}, {"origin", "https://id.test"}});
  CHECK(walk.answer(redirect("https://localhost/cb?code=1", 303)) ==
        "done https://localhost/cb?code=1");
}

TEST_CASE("the user's page may come before the password's", "[oauth]") {
  const OAuthAction action = action_of({{"user", "probe"}, {"pass", "s3cret"}});
  Walk walk(action);
  CHECK(walk.answer(page("<base href=/v2/><form method=post action=id><input name=user></form>")) ==
        "login: POST https://id.test/v2/id user=probe");
  CHECK(walk.page_label() == "authorize");
  CHECK(walk.answer(page("<form method=post><input type=hidden name=user value=probe>"
                         "<input type=password name=pass></form>")) ==
        "login: POST https://id.test/v2/id user=probe pass=s3cret");
  CHECK_THAT(walk.answer(page(kLogin)), Catch::StartsWith("oauth_login: login: the provider asks "
                                                          "for the login again"));
}

TEST_CASE("a form is sent by GET, and kept by 307", "[oauth]") {
  const OAuthAction action = action_of({{"user", "a b"}});
  Walk walk(action);
  CHECK(walk.answer(page("<form action='?q'><input name=user></form>")) ==
        "login: GET https://id.test/auth?q user=a b");
  Walk post(action);
  post.answer(page("<form method=post action=one><input name=user></form>"));
  CHECK(post.answer(redirect("two", 307)) == "redirect: POST https://id.test/two user=a b");
  CHECK(post.answer(redirect("three", 302)) == "redirect: GET https://id.test/three");
}

TEST_CASE("one-time codes go into their field", "[oauth]") {
  OAuthAction action = action_of({{"user", "probe"}});
  action.login.totp = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";  // RFC 6238's key: 287082 at 59 s
  const auto field = GENERATE(as<std::string>{}, "name=otp", "name=x autocomplete=one-time-code",
                              "name=x id=mfa-input", "name=Code");
  Walk walk(action);
  walk.answer(page("<form><input name=user></form>"));
  CHECK_THAT(walk.answer(page("<form method=post><input " + field + "></form>")),
             Catch::StartsWith("second factor: POST") && Catch::EndsWith("=287082"));
  CHECK(walk.answer(page("<p role=alert>No.</p><form method=post><input " + field + "></form>")) ==
        "oauth_login: second factor: the one-time code was refused: \"No.\"; compare the agent's "
        "clock and the seed in login.totp");
  action.login.totp = "not base32!";
  Walk wrong(action);
  wrong.answer(page("<form><input name=user></form>"));
  CHECK_THAT(wrong.answer(page("<form><input " + field + "></form>")),
             Catch::StartsWith("invalid_request: login: login.totp: the one-time password's seed"));
}

TEST_CASE("consent is given with the button that does not deny", "[oauth]") {
  OAuthAction action = action_of({});
  action.login.consent = true;
  const std::string html =
      "<title>Allow?</title><form method=post action=ok><input type=hidden name=t value=1>"
      "<button name=d value=no>Deny</button><button name=d value=yes>Allow it</button></form>";
  Walk walk(action);
  CHECK(walk.answer(page(html)) == "consent: POST https://id.test/ok t=1 d=yes");
  action.login.consent_button = "Deny";
  Walk named(action);
  CHECK(named.answer(page(html)) == "consent: POST https://id.test/ok t=1 d=no");
  action.login.consent_button = "Perhaps";
  Walk none(action);
  CHECK(none.answer(page(html)) ==
        "oauth_consent: consent page: no button gives consent, there are: Deny, Allow it; name one "
        "in login.consent_button");
  action.login.consent = false;
  Walk never(action);
  CHECK_THAT(never.answer(page(html)), Catch::StartsWith("oauth_consent: consent page: the "
                                                         "provider asks for consent (\"Allow?\""));
}

TEST_CASE("a form that scripts would send is sent", "[oauth]") {
  const OAuthAction action = action_of({});
  Walk walk(action);
  CHECK(walk.answer(
            page("<form method=post action=/saml><input type=hidden name=r value=x></form>")) ==
        "redirect: POST https://id.test/saml r=x");
}

TEST_CASE("what cannot be answered is told at its hop", "[oauth]") {
  struct Row {
    std::string html;
    int status;
    std::string failure;
  };
  const Row row = GENERATE(values<Row>({
      {"<title>App</title><div id=root></div>", 200,
       "oauth_login: authorize: the page \"App\" has no form to answer: a form that scripts make "
       "needs a browser"},
      {"<form><input name=login><input type=password name=pw></form>", 200,
       "oauth_login: authorize: no form has the fields of login.form; the one with a password asks "
       "for `login`, `pw`: has the page changed?"},
      {"<form><input name=login><input type=password name=pass></form>", 200,
       "oauth_login: authorize: the form has no `user`, it asks for `login`, `pass`: mend "
       "login.form"},
      {"<form action='http://id.test/x'><input name=user></form>", 200,
       "oauth_login: authorize: the form of an https page sends to http, in the clear"},
      {"<form action='mailto:a@b'><input name=user></form>", 200,
       "oauth_login: authorize: the form leads nowhere: "},
      {"<h1>Oops</h1><pre>error: invalid_client</pre>", 400,
       "oauth_authorize: authorize: answered 400: Oopserror: invalid_client"},
      {R"({"error":"invalid_request"})", 400,
       R"(oauth_authorize: authorize: answered 400: {"error":"invalid_request"})"},
      {"", 503, "oauth_authorize: authorize: answered 503: an empty body"},
  }));
  const OAuthAction action = action_of({{"user", "probe"}, {"pass", "s3cret"}});
  Walk walk(action);
  CHECK_THAT(walk.answer(page(row.html, row.status)), Catch::StartsWith(row.failure));
}

TEST_CASE("a login that never ends is a failure", "[oauth]") {
  const OAuthAction action = action_of({});
  Walk walk(action);
  std::string last;
  for (int i = 0; i <= OAuthLoginFlow::kPagesMax; ++i) last = walk.answer(redirect("/again"));
  CHECK(last == "oauth_authorize: redirect: more than 25 pages and no code: a loop?");
  Walk away(action);
  CHECK_THAT(away.answer(redirect("myapp://cb?code=1")),
             Catch::StartsWith("oauth_authorize: authorize: it leads to something that is neither "
                               "a page nor redirect_uri `https://localhost/cb`"));
}

TEST_CASE("an error nested without end is a text like any other", "[oauth]") {
  const OAuthAction action = action_of({{"user", "u"}});
  Walk walk(action);
  const std::string said = walk.answer(
      page("{\"error\":" + std::string(300'000, '[') + std::string(300'000, ']') + "}", 500));
  CHECK_THAT(said, Catch::StartsWith("oauth_authorize: "));
  CHECK(said.size() < 500);
}

}  // namespace
}  // namespace picket::agent
