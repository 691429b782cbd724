#include "controller/deliver/receiver_directory.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

Receiver receiver(const std::string& name, const std::string& secret,
                  const std::string& url = "https://events.example") {
  return {name, ReceiverKind::pagerduty, url, secret, "", ""};
}

}  // namespace

TEST_CASE("a mended URL is used for what is owed", "[deliver]") {
  ReceiverDirectory directory;
  directory.set({receiver("a", "key", "https://wrong.example")});
  const Route snapshot = make_route(*directory.find("a"));
  directory.set({receiver("a", "key", "https://right.example")});
  CHECK(directory.choose(snapshot, "").url == "https://right.example");
  CHECK(directory.choose(snapshot, credential_of("key")).url == "https://right.example");
}

TEST_CASE("a rotated key serves new episodes, the old one those it triggered", "[deliver]") {
  ReceiverDirectory directory;
  directory.set({receiver("a", "old")});
  const Route snapshot = make_route(*directory.find("a"));
  directory.set({receiver("a", "new")});
  CHECK(directory.settings(directory.choose(snapshot, ""))->secret == "new");
  CHECK(directory.settings(directory.choose(snapshot, credential_of("old")))->secret == "old");
}

TEST_CASE("a key that nobody knows any more is replaced by the present one", "[deliver]") {
  ReceiverDirectory directory;
  directory.set({receiver("a", "new")});
  const Route snapshot = make_route(receiver("a", "old"));
  CHECK(directory.settings(directory.choose(snapshot, credential_of("old")))->secret == "new");
}

TEST_CASE("a receiver that is gone is reached with what is remembered, or not at all",
          "[deliver]") {
  ReceiverDirectory directory;
  directory.set({receiver("a", "key")});
  const Route snapshot = make_route(*directory.find("a"));
  directory.set({});
  CHECK(directory.find("a") == nullptr);
  CHECK(directory.settings(directory.choose(snapshot, ""))->secret == "key");
  const ReceiverDirectory restarted;
  CHECK_FALSE(restarted.settings(restarted.choose(snapshot, "")));
}

TEST_CASE("two receivers with one key keep their own names and addresses", "[deliver]") {
  ReceiverDirectory directory;
  directory.set(
      {receiver("a", "key", "https://one.example"), receiver("b", "key", "https://two.example")});
  const auto a = directory.settings(directory.choose(make_route(receiver("a", "key")), ""));
  const auto b = directory.settings(directory.choose(make_route(receiver("b", "key")), ""));
  CHECK(a->url == "https://one.example");
  CHECK(b->url == "https://two.example");
}

TEST_CASE("two e-mail receivers with one login keep their own recipients, also when it changes",
          "[deliver]") {
  const auto email = [](const std::string& name, const std::string& to, const std::string& secret) {
    Receiver made{name, ReceiverKind::email, "smtp://mail.example:587", secret, "", ""};
    made.to = {to};
    return made;
  };
  ReceiverDirectory directory;
  directory.set({email("email/a", "a@x.example", "one"), email("email/b", "b@x.example", "one")});
  const Route triggered = make_route(*directory.find("email/a"));
  directory.set({email("email/a", "a@x.example", "two"), email("email/b", "b@x.example", "two")});
  const auto settings = directory.settings(directory.choose(triggered, triggered.credential));
  REQUIRE(settings);
  CHECK(settings->to == std::vector<std::string>{"a@x.example"});
  CHECK(settings->secret == "two");
}

TEST_CASE("a receiver without a secret is found", "[deliver]") {
  ReceiverDirectory directory;
  directory.set({{"alertmanager/a", ReceiverKind::alertmanager, "http://am.example", "", "", ""}});
  const Route route = make_route(*directory.find("alertmanager/a"));
  CHECK(directory.settings(directory.choose(route, ""))->url == "http://am.example");
}

TEST_CASE("a receiver that is gone is known as it was, until its name is used again", "[deliver]") {
  ReceiverDirectory directory;
  directory.set({receiver("a", "key"), receiver("b", "other")});
  directory.set({receiver("b", "other")});
  REQUIRE(directory.find_known("a") != nullptr);
  CHECK(directory.find_known("a")->secret == "key");
  CHECK(directory.find_known("b") == directory.find("b"));
  directory.set({receiver("a", "new"), receiver("b", "other")});
  CHECK(directory.find_known("a")->secret == "new");
  CHECK(directory.find_known("nobody") == nullptr);
}

TEST_CASE("who took a message is asked by the settings of then", "[deliver]") {
  Receiver old = receiver("a", "old");
  old.rest_key = "old rest key";
  ReceiverDirectory directory;
  directory.set({old});
  const Route taken = make_route(old);
  Receiver rotated = receiver("a", "new");
  rotated.rest_key = "new rest key";
  directory.set({rotated});
  CHECK(directory.taker(taken)->rest_key == "old rest key");
  CHECK(directory.taker(make_route(rotated))->rest_key == "new rest key");
  Receiver mended = old;
  mended.rest_key = "mended rest key";
  directory.set({mended});
  CHECK(directory.taker(taken)->rest_key == "mended rest key");
  ReceiverDirectory restarted;
  restarted.set({rotated});
  CHECK_FALSE(restarted.taker(taken));  // with another account's key it would seem lost
}

TEST_CASE("another kind under the same name does not hear of the end", "[deliver]") {
  const Receiver before{"ops/main", ReceiverKind::alertmanager, "http://am.example", "token", "",
                        ""};
  Receiver after{"ops/main", ReceiverKind::email, "smtp://mail.example:587", "password", "", ""};
  after.to = {"ops@x.example"};
  ReceiverDirectory directory;
  directory.set({before});
  const Route triggered = make_route(before);
  directory.set({after});
  const auto told = directory.settings(directory.choose(triggered, triggered.credential));
  REQUIRE(told);
  CHECK(told->kind == ReceiverKind::alertmanager);
  CHECK(told->url == "http://am.example");
  CHECK(told->secret == "token");
  CHECK(directory.settings(directory.choose(triggered, ""))->kind == ReceiverKind::email);
}
