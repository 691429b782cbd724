// A shop's pages on one loopback address and third parties on others, all served by one nginx, and
// a name server that knows them. Beside it servers that drip and that never end. Shared by the
// tests of one program.
#pragma once

#include <memory>
#include <string>

#include "common/model/check.h"
#include "common/model/run.h"
#include "tests/support/hostile_server.h"
#include "tests/support/nginx.h"
#include "tests/support/temp_dir.h"
#include "tests/support/udp_responder.h"

namespace picket::test {

class PageFixture {
 public:
  PageFixture();

  // shop.test is 127.0.0.1, cdn.test 127.0.0.2, pay.test 127.0.0.3, ads.test 127.0.0.4.
  std::string url(const std::string& host, const std::string& path) const;
  std::string drip_url() const {
    return "http://slow.test:" + std::to_string(drip_.port()) + "/d.js";
  }
  std::string endless_url() const {
    return "http://endless.test:" + std::to_string(endless_.port()) + "/e.js";
  }

  // Writes a page of the shop; @HOST@ in it becomes the origin of HOST.test.
  void write_page(const std::string& name, std::string html);

  // The check of `yaml`, which may have @HOST@ too, run once; its one step.
  StepResult run(std::string yaml) const;

 private:
  std::string servers(int port) const;
  std::string filled(std::string text) const;

  TempDir directory_;
  UdpResponder names_;
  HostileServer drip_;
  HostileServer endless_;
  std::unique_ptr<Nginx> nginx_;
};

PageFixture& page_fixture();

// The value of a fact, as text; empty when the result has none.
std::string fact(const StepResult& step, const std::string& name);

}  // namespace picket::test
