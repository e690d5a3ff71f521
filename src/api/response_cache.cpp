#include "api/response_cache.hpp"

#include "core/epoch_cache_impl.hpp"

namespace guildhall::api {

std::size_t cost_of(const kept_answer& answer) noexcept {
  const auto& bytes = *answer.bytes;
  return sizeof answer + bytes.headers.size() + bytes.validators.size() + bytes.etag.size()
       + (bytes.body ? bytes.body->size() : 0);
}

} // namespace guildhall::api

namespace guildhall {
template class epoch_cache<api::kept_answer>;
} // namespace guildhall
