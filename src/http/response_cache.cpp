#include "http/response_cache.hpp"

#include "http/epoch_cache_impl.hpp"

namespace guildhall::http {

std::size_t cost_of(const cached_answer& answer) noexcept {
  return answer.headers.size() + answer.validators.size() + answer.etag.size()
       + (answer.body ? answer.body->size() : 0);
}

template class epoch_cache<cached_answer>;

} // namespace guildhall::http
