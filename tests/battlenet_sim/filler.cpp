#include "battlenet_sim/filler.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace guildhall::sim {

namespace {

class chunk_store {
public:
  const chunk& get(const std::string& name, const std::function<std::string()>& make) {
    std::lock_guard lock(mutex_);
    auto& slot = chunks_[name];
    if (!slot)
      slot = std::make_unique<chunk>(make());
    return *slot;
  }

private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<chunk>> chunks_;
};

} // namespace

const chunk& shared_chunk(const std::string& name, const std::function<std::string()>& make) {
  static chunk_store store;
  return store.get(name, make);
}

} // namespace guildhall::sim
