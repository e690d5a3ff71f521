#include "api/standings.hpp"

#include "core/epoch_cache_impl.hpp"

#include <charconv>

namespace guildhall::domain {

std::size_t cost_of(const standing& who) noexcept {
  return sizeof who + who.battletag.capacity() + who.guilds.size() * sizeof(guild_standing);
}

} // namespace guildhall::domain

namespace guildhall {

template class epoch_cache<domain::standing>;

} // namespace guildhall

namespace guildhall::api {

standing_ptr standings::find(user_id id) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, id.value).ptr;
  return kept_.find({digits, static_cast<std::size_t>(end - digits)});
}

void standings::read(user_id id, deadline expires, domain::completion<standing_ptr> done) {
  using cache = epoch_cache<domain::standing>;
  kept_.read(
      std::to_string(id.value), {domain::user_tag(id)}, std::move(done),
      [this, id, expires](cache::filler fill) mutable {
        accounts_.ask(
            {id}, expires, [fill = std::move(fill)](result<domain::standing> found) mutable {
              if (!found)
                return fill(fail(std::move(found.error())));
              fill(cache::fresh_answer{
                  std::make_shared<const domain::standing>(std::move(*found))});
            });
      });
}

} // namespace guildhall::api
