// What survives: a full disk under the database, and kill -9 between any two instructions.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "common/core/random.h"
#include "controller/store/store.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;

namespace {

Result<std::unique_ptr<Store>> open(const std::string& path, std::int64_t pages_max = 0) {
  StoreOptions options;
  options.path = path;
  options.pages_max = pages_max;
  return Store::open(options);
}

// One transaction over several tables, all of which name the same number.
WriteSet numbered(std::uint64_t seq, std::size_t bytes) {
  WriteSet set;
  const auto now = WallTime::from_unix_ms(static_cast<std::int64_t>(seq));
  set.events.push_back({seq, seq, now, now, std::string(bytes, 'e')});
  set.cursors.push_back({SpoolId{"spool"}, {RegionName{"eu"}, "a"}, seq + 1, now});
  OutboxRow page;
  page.id = "page-" + std::to_string(seq);
  page.key = DedupKey{"k"};
  page.ordinal = static_cast<std::uint32_t>(seq);
  set.outbox.push_back(page);
  set.meta.push_back({"last", std::to_string(seq)});
  return set;
}

// Every table says the same number, whatever it is.
std::uint64_t agreed_number(Store& store) {
  const std::uint64_t last = store.last_event_seq().value();
  std::uint64_t expected = 0;
  const auto each = [&](const EventBatchRow& batch) -> Status {
    CHECK(batch.first_seq == ++expected);
    return {};
  };
  REQUIRE(store.for_each_event_batch(std::uint64_t{0}, each));
  CHECK(expected == last);
  CHECK(store.outbox_unfinished().value().size() == last);
  if (last > 0) {
    CHECK(store.spool_cursors().value().at(0).next_seq == last + 1);
    CHECK(store.meta("last").value() == std::to_string(last));
  }
  return last;
}

// The child: commits for ever, and writes each number to the pipe after its commit returned.
[[noreturn]] void commit_for_ever(const std::string& path, int acknowledgements) {
  auto store = open(path);
  if (!store) _exit(3);
  for (std::uint64_t seq = (*store)->last_event_seq().value() + 1;; ++seq) {
    if (!(*store)->commit(numbered(seq, 3000))) _exit(4);
    if (write(acknowledgements, &seq, sizeof seq) != sizeof seq) _exit(5);
  }
}

// Waits for `count` acknowledgements and returns the last.
std::uint64_t read_acknowledged(int fd, std::uint64_t count) {
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t seq = 0;
    if (read(fd, &seq, sizeof seq) != sizeof seq) break;
    last = seq;
  }
  return last;
}

// The last acknowledgement that a dead child left in the pipe.
std::uint64_t drain(int fd, std::uint64_t last) {
  std::uint64_t seq = 0;
  while (read(fd, &seq, sizeof seq) == sizeof seq) last = seq;
  return last;
}

// A small file system that is full when it is full. Nothing when we may not mount one.
class TinyDisk {
 public:
  TinyDisk() {
    mounted_ = geteuid() == 0 && mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=2m") == 0;
  }
  ~TinyDisk() {
    if (mounted_) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;

  bool mounted() const { return mounted_; }
  std::string file(const std::string& name) const { return folder_.file(name); }
  void fill() const {
    std::ofstream ballast(file("ballast"), std::ios::binary);
    const std::string block(4096, 'b');
    while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void make_space() const { std::remove(file("ballast").c_str()); }

 private:
  test::TempDir folder_;
  bool mounted_{false};
};

}  // namespace

TEST_CASE("a database at its limit of pages refuses a commit whole, and works on", "[store]") {
  const test::TempDir folder;
  const std::string path = folder.file("store.db");
  auto store = open(path, 120);
  REQUIRE(store);
  std::uint64_t seq = 0;
  Status status;
  while ((status = (*store)->commit(numbered(seq + 1, 20'000)))) ++seq;
  CHECK(status.error().code == ErrorCode::disk_full);
  CHECK(status.error().kind() == ErrorKind::operator_fixable);
  REQUIRE(seq > 3);
  CHECK(agreed_number(**store) == seq);
  store->reset();
  store = open(path);
  REQUIRE(store);
  REQUIRE((*store)->commit(numbered(seq + 1, 20'000)));
  CHECK(agreed_number(**store) == seq + 1);
}

TEST_CASE("a full disk under the database loses nothing, and commits work after it", "[store]") {
  const TinyDisk disk;
  if (!disk.mounted()) {
    std::cout << "SKIPPED: store-full-disk: mounting a tmpfs needs root\n";
    return;
  }
  auto store = open(disk.file("store.db"));
  REQUIRE(store);
  std::uint64_t seq = 0;
  for (int i = 0; i < 3; ++i) REQUIRE((*store)->commit(numbered(++seq, 5000)));
  for (int round = 0; round < 3; ++round) {
    disk.fill();
    Status status;
    int attempts = 0;
    // The journal may have room left inside blocks that it owns already.
    while ((status = (*store)->commit(numbered(seq + 1, 20'000))) && ++attempts < 1000) ++seq;
    REQUIRE(!status);
    CHECK(status.error().code == ErrorCode::disk_full);
    CHECK(status.error().message.find("store.db") != std::string::npos);
    CHECK(agreed_number(**store) == seq);
    disk.make_space();
    REQUIRE((*store)->commit(numbered(++seq, 20'000)));
  }
  store->reset();
  store = open(disk.file("store.db"));
  REQUIRE(store);
  CHECK(agreed_number(**store) == seq);
}

TEST_CASE("fifty kills lose no acknowledged commit and leave no half of one", "[store]") {
  const test::TempDir folder;
  const std::string path = folder.file("store.db");
  Random random{20261122};
  for (int kill_number = 0; kill_number < 50; ++kill_number) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = fork();
    if (child == 0) commit_for_ever(path, ends[1]);
    close(ends[1]);
    std::uint64_t acknowledged = read_acknowledged(ends[0], random.below(8));
    pollfd wait_until{-1, 0, 0};  // a moment between two commits, chosen by the seed
    poll(&wait_until, 1, static_cast<int>(random.below(3)));
    kill(child, SIGKILL);
    int how = 0;
    REQUIRE(waitpid(child, &how, 0) == child);
    REQUIRE(WIFSIGNALED(how));
    acknowledged = drain(ends[0], acknowledged);
    close(ends[0]);
    auto store = open(path);
    REQUIRE(store);
    CHECK(agreed_number(**store) >= acknowledged);
  }
}
