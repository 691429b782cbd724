#include "common/async/offload.h"

#include <boost/asio/thread_pool.hpp>

namespace picket::async {
namespace {

class ThreadPool final : public BlockingPool {
 public:
  explicit ThreadPool(std::size_t threads) : pool_(threads) {}
  ~ThreadPool() override { pool_.join(); }
  void post(std::function<void()> work) override {
    boost::asio::post(pool_, std::move(work));
  }

 private:
  boost::asio::thread_pool pool_;
};

class InlinePool final : public BlockingPool {
 public:
  void post(std::function<void()> work) override { work(); }
};

}  // namespace

std::unique_ptr<BlockingPool> create_thread_pool(std::size_t threads) {
  return std::make_unique<ThreadPool>(threads);
}

std::unique_ptr<BlockingPool> create_inline_pool() { return std::make_unique<InlinePool>(); }

}  // namespace picket::async
