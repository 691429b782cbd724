#include "agent/spool/real_disk.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace picket;
using namespace picket::agent;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "picket-disk-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    if (mounted_) ::umount(path_.c_str());
    std::filesystem::remove_all(path_);
  }
  bool mount_small() {
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=64k") == 0;
    return mounted_;
  }
  bool make_read_only() {
    return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=64k") == 0;
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool mounted_{false};
};

}  // namespace

TEST_CASE("files are appended to, read, cut, renamed, listed and removed", "[disk]") {
  Folder folder;
  const auto disk = create_real_disk();
  REQUIRE(disk->make_directory(folder.file("a/b")));
  REQUIRE(disk->append(folder.file("a/b/x"), "hello "));
  REQUIRE(disk->append(folder.file("a/b/x"), "world"));
  REQUIRE(disk->sync(folder.file("a/b/x")));
  CHECK(disk->read(folder.file("a/b/x")) == "hello world");
  REQUIRE(disk->truncate(folder.file("a/b/x"), 5));
  CHECK(disk->size(folder.file("a/b/x")) == 5U);
  REQUIRE(disk->rename(folder.file("a/b/x"), folder.file("a/b/y")));
  CHECK(disk->list(folder.file("a/b")) == std::vector<std::string>{"y"});
  REQUIRE(disk->remove(folder.file("a/b/y")));
  REQUIRE(disk->remove(folder.file("a/b/y")));
  REQUIRE(disk->sync_directory(folder.path()));
}

TEST_CASE("files and directories are for their owner only", "[disk]") {
  Folder folder;
  const auto disk = create_real_disk();
  REQUIRE(disk->make_directory(folder.file("state")));
  REQUIRE(write_atomically(*disk, folder.file("state"), "key.pem", "secret"));
  struct stat info {};
  REQUIRE(::stat(folder.file("state/key.pem").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE(::stat(folder.file("state").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("what is missing is not_found, with its path", "[disk]") {
  Folder folder;
  const auto disk = create_real_disk();
  const auto got = disk->read(folder.file("nothing"));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == ErrorCode::not_found);
  CHECK(got.error().message.find("nothing") != std::string::npos);
}

TEST_CASE("a file where a directory should be is an error that names it", "[disk]") {
  Folder folder;
  const auto disk = create_real_disk();
  REQUIRE(disk->append(folder.file("state"), "x"));
  const auto made = disk->make_directory(folder.file("state/spool"));
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::io);
}

TEST_CASE("a full and a read-only file system say what they are", "[disk]") {
  Folder folder;
  if (!folder.mount_small()) {
    std::cout << "SKIPPED: spool-full-disk: mounting a tmpfs needs root\n";
    return;
  }
  const auto disk = create_real_disk();
  const auto full = disk->append(folder.file("big"), std::string(200'000, 'x'));
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::disk_full);
  CHECK(full.error().hint.find("free space") != std::string::npos);
  REQUIRE(disk->remove(folder.file("big")));
  REQUIRE(disk->append(folder.file("small"), "fits"));
  REQUIRE(folder.make_read_only());
  const auto refused = disk->append(folder.file("small"), "x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::io);
  CHECK(refused.error().hint.find("read-only") != std::string::npos);
}
