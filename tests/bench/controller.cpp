// What results cost the controller: decoded, folded through evaluator, ledger and incidents, shown
// as series, durable in SQLite with `synchronous=FULL`. No sockets. Beside it the floor: the same
// records decoded, packed and committed, and nothing decided. In virtual time, one thread: CPU of
// the controller's thread and of the database's are told apart by the pool, which runs work inline.
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/wire/wire.h"
#include "controller/api/series.h"
#include "controller/store/compression.h"
#include "controller/store/sqlite_database.h"
#include "controller/turn/turn.h"
#include "picket/v1/run.pb.h"
#include "tests/bench/usage.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/sim/sim_clock.h"
#include "tests/support/temp_dir.h"

namespace picket::bench {
namespace {

using controller::Store;
using controller::Turn;

constexpr std::int64_t kStartMs = 1'795'314'600'000;
constexpr std::size_t kUploadMost = 500;  // records in one request of an agent, as its link sends

struct Spent {
  double cpu{0};
  double wall{0};

  Spent operator-(const Spent& other) const { return {cpu - other.cpu, wall - other.wall}; }
  void operator+=(const Spent& other) {
    cpu += other.cpu;
    wall += other.wall;
  }
};

Spent spent_so_far() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {cpu_seconds(), std::chrono::duration<double>(now).count()};
}

Spent measure(const std::function<void()>& work) {
  const Spent before = spent_so_far();
  work();
  return spent_so_far() - before;
}

// The database's thread: what is done there is measured.
class MeasuredPool final : public async::BlockingPool {
 public:
  void post(std::function<void()> work) override { spent += measure(work); }
  Spent spent;
};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

// What an agent sends at once.
struct Upload {
  RegionName region;
  std::vector<std::string> runs;  // of v1.RunResult
};

class Fleet {
 public:
  Fleet(int checks, int regions) : regions_(test::make_regions(regions)) {
    for (int i = 0; i < checks; ++i) checks_.push_back(test::make_check(fmt::format("c{:05}", i)));
  }
  const std::vector<Check>& checks() const { return checks_; }
  const std::vector<RegionName>& regions() const { return regions_; }
  std::size_t pairs() const { return checks_.size() * regions_.size(); }

  // One round of every pair, in `bursts` equal parts; each part is sent region by region.
  std::vector<std::vector<Upload>> round(WallTime ended, RunVerdict verdict,
                                         std::size_t bursts) const {
    std::vector<std::vector<Upload>> parts(bursts);
    for (std::size_t part = 0; part < bursts; ++part)
      for (const RegionName& region : regions_) {
        Upload upload{region, {}};
        for (std::size_t i = part; i < checks_.size(); i += bursts) {
          if (upload.runs.size() == kUploadMost)
            parts[part].push_back(std::exchange(upload, {region, {}}));
          const test::RunSpec spec{.verdict = verdict, .lasted = Millis{100 + i % 900}};
          upload.runs.push_back(
              wire::serialize(wire::encode(test::make_run(checks_[i], region, ended, spec))));
        }
        if (!upload.runs.empty()) parts[part].push_back(std::move(upload));
      }
    return parts;
  }

 private:
  std::vector<RegionName> regions_;
  std::vector<Check> checks_;
};

RunResult decode_run(const std::string& bytes, const RegionName& region) {
  v1::RunResult message;
  if (!message.ParseFromString(bytes)) throw std::runtime_error("a run does not parse");
  return must(wire::decode(message, region));
}

// The least that is needed to take results and lose none.
class Floor {
 public:
  explicit Floor(const std::string& path) {
    controller::SqliteOptions options;
    options.path = path;
    database_ = must(controller::SqliteDatabase::open(options));
    must(database_->execute_script("CREATE TABLE uploads (seq INTEGER PRIMARY KEY, runs BLOB)"));
  }
  void take(const std::vector<Upload>& uploads) {
    std::string bytes;
    for (const Upload& upload : uploads)
      for (const std::string& run : upload.runs) {
        decode_run(run, upload.region);
        bytes += run;
      }
    const controller::Value blob = controller::Blob{controller::compress(bytes)};
    must(controller::in_transaction(*database_, [&]() -> Status {
      const auto done = database_->execute("INSERT INTO uploads VALUES ($1, $2)", {++seq_, blob});
      return done ? Status{} : fail(done.error());
    }));
  }

 private:
  std::unique_ptr<controller::SqliteDatabase> database_;
  std::int64_t seq_{0};
};

class Controller {
 public:
  Controller(Store& store, WallTime start)
      : clock_(context_.get_executor(), start),
        turn_({context_.get_executor(), clock_, pool_, store},
              controller::IncidentBook{controller::BookSettings{.install_id = "bench"}},
              {.checkpoint_every = hours{24}}) {
    turn_.on_event = [this](const controller::Event& event) {
      if (const auto* run = std::get_if<controller::RunReceived>(&event.what))
        series_.observe(run->run);
      if (const auto* check = std::get_if<controller::CheckDefined>(&event.what))
        series_.define(check->check);
    };
  }

  // Reads back what the store has; call it first.
  Spent start() {
    return measure([this] {
      must(turn_.restore());
      group_.spawn("commit", turn_.commit_loop());
      group_.spawn("timer", turn_.timer_loop());
      settle();
    });
  }

  void define(const Fleet& fleet) {
    for (const Check& check : fleet.checks())
      turn_.record(
          controller::CheckDefined{check, Revision{std::string(64, '1')}, fleet.regions()});
    settle();
  }

  void wait(Nanos span) { sim::run_for(context_, clock_, span); }
  WallTime now() const { return turn_.now(); }

  void take(const std::vector<Upload>& uploads) {
    for (const Upload& upload : uploads)
      for (const std::string& run : upload.runs)
        turn_.record(turn_.receive(decode_run(run, upload.region), "agent"));
    settle();
  }

  void checkpoint() {
    turn_.checkpoint();
    wait(Seconds{1});  // it goes with the next commit, and that is made when something is due
  }

  std::size_t incidents() const { return turn_.book().unresolved().size(); }
  std::string render() const { return series_.render(now()); }
  const Spent& database() const { return pool_.spent; }

 private:
  void settle() {
    context_.poll();
    context_.restart();
  }

  boost::asio::io_context context_;
  sim::SimClock clock_;
  MeasuredPool pool_;
  async::TaskGroup group_{context_.get_executor()};
  Turn turn_;
  controller::SeriesBook series_;
};

struct Line {
  std::string name;
  std::size_t results{0};
  Spent all;
  Spent database;
  Spent floor;
};

void print(const Line& line) {
  const auto micros = [&](double seconds) {
    return seconds * 1e6 / static_cast<double>(line.results);
  };
  fmt::print("{:24} {:8} {:9.1f} {:9.1f} {:9.1f} {:7.1f} {:10.0f}\n", line.name, line.results,
             micros(line.all.cpu - line.database.cpu), micros(line.database.cpu),
             micros(line.floor.cpu), line.all.cpu / line.floor.cpu,
             static_cast<double>(line.results) / line.all.wall);
}

class Bench {
 public:
  Bench(int checks, int regions) : fleet_(checks, regions) {
    controller::StoreOptions options;
    options.path = folder_.file("picket.db");
    store_ = must(Store::open(options));
    idle_kb_ = memory_kb("VmRSS");
    controller_.emplace(*store_, WallTime::from_unix_ms(kStartMs));
    controller_->start();
    controller_->define(fleet_);
  }

  void run() {
    fmt::print(
        "{} checks in {} regions; microseconds of CPU per result\n\n{:24} {:>8} {:>9} {:>9} "
        "{:>9} {:>7} {:>10}\n",
        fleet_.checks().size(), fleet_.regions().size(), "", "results", "decided", "database",
        "floor", "ratio", "results/s");
    controller_->wait(minutes{5});
    pattern("steady, each second", RunVerdict::pass, 300, Nanos{Seconds{1}});
    memory("memory after a round");
    pattern("all at once", RunVerdict::pass, 1, Nanos{});
    checkpoint("checkpoint, all changed");
    checkpoint("checkpoint, none changed");
    pattern("outage of everything", RunVerdict::fail, 1, Nanos{});
    pattern("outage goes on", RunVerdict::fail, 1, Nanos{});
    fmt::print("{:24} {:8}\n", "incidents open", controller_->incidents());
    pattern("all well again", RunVerdict::pass, 1, Nanos{});
    checkpoint("checkpoint, all changed");
    metrics();
    memory("memory");
    restart();
  }

 private:
  // One round, then to the start of the next.
  void pattern(const std::string& name, RunVerdict verdict, std::size_t bursts, Nanos apart) {
    const WallTime begin = controller_->now();
    const auto parts = fleet_.round(begin + Seconds{1}, verdict, bursts);
    Line line{name, fleet_.pairs(), {}, {}, {}};
    const Spent database = controller_->database();
    controller_->wait(Seconds{1});
    for (const auto& part : parts) {
      line.all += measure([&] {
        controller_->take(part);
        if (apart != Nanos{}) controller_->wait(apart);
      });
      line.floor += measure([&] { floor_.take(part); });
    }
    line.all += measure([&] { controller_->wait(begin + minutes{5} - controller_->now()); });
    line.database = controller_->database() - database;
    print(line);
  }

  void checkpoint(const std::string& name) {
    const Spent database = controller_->database();
    const Spent all = measure([&] { controller_->checkpoint(); });
    const Spent written = controller_->database() - database;
    fmt::print("{:24} {:8} {:9.0f} {:9.0f}   ms of CPU; the database is busy for {:.0f} ms\n", name,
               "", (all.cpu - written.cpu) * 1e3, written.cpu * 1e3, written.wall * 1e3);
  }

  void metrics() {
    std::string text;
    const Spent spent = measure([&] { text = controller_->render(); });
    fmt::print("{:24} {:8} {:9.0f}   ms of CPU, {:.1f} MB\n", "series of one scrape", "",
               spent.cpu * 1e3, static_cast<double>(text.size()) / 1e6);
  }

  void memory(const std::string& name) const {
    const auto kb = static_cast<double>(memory_kb("VmRSS") - idle_kb_);
    fmt::print("{:24} {:8} {:9.1f}   KB per pair of check and region\n", name, "",
               kb / static_cast<double>(fleet_.pairs()));
  }

  void restart() {
    const WallTime now = controller_->now();
    controller_.reset();
    controller_.emplace(*store_, now);
    const Spent spent = controller_->start();
    fmt::print("{:24} {:8} {:9.0f}   ms of CPU\n", "restart", "", spent.cpu * 1e3);
  }

  Fleet fleet_;
  test::TempDir folder_;
  std::unique_ptr<Store> store_;
  Floor floor_{folder_.file("floor.db")};
  long idle_kb_{0};
  std::optional<Controller> controller_;
};

}  // namespace
}  // namespace picket::bench

int main(int count, char** words) {
  const int checks = count > 1 ? std::atoi(words[1]) : 1000;
  const int regions = count > 2 ? std::atoi(words[2]) : 12;
  if (checks < 1 || checks > 100'000 || regions < 1 || regions > 99) {
    std::fprintf(stderr, "usage: %s [CHECKS [REGIONS]], 1000 in 12 by default\n", words[0]);
    return 2;
  }
  try {
    picket::bench::Bench{checks, regions}.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", words[0], error.what());
    return 1;
  }
  double load[1]{};
  ::getloadavg(load, 1);
  std::printf("\nload %.1f\n", load[0]);
  return 0;
}
