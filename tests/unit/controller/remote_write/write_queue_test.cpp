#include "controller/remote_write/write_queue.h"

#include <catch2/catch.hpp>

using namespace picket::controller;

TEST_CASE("a full queue drops its oldest requests and counts their samples", "[remote_write]") {
  WriteQueue queue{10};
  queue.push({"aaaa", 1});
  queue.push({"bbbb", 2});
  CHECK(queue.bytes() == 8);
  queue.push({"cccc", 4});
  CHECK(queue.dropped() == 1);
  CHECK(queue.take()->body == "bbbb");
  CHECK(queue.take()->body == "cccc");
  CHECK_FALSE(queue.take().has_value());
  CHECK(queue.bytes() == 0);
}

TEST_CASE("what is larger than the queue is dropped at once", "[remote_write]") {
  WriteQueue queue{3};
  queue.push({"aa", 1});
  queue.push({"bbbb", 2});
  CHECK(queue.dropped() == 3);
  CHECK_FALSE(queue.take().has_value());
}
