#include "domain/read_models.hpp"

#include <array>

namespace guildhall::domain {

namespace {

constexpr std::array<std::string_view, 4> job_states{"queued", "running", "done", "failed"};

} // namespace

std::string_view to_string(job_state state) noexcept {
  const auto index = static_cast<std::size_t>(state);
  return index < job_states.size() ? job_states[index] : std::string_view{"unknown"};
}

std::optional<job_state> parse_job_state(std::string_view text) noexcept {
  for (std::size_t i = 0; i < job_states.size(); ++i)
    if (job_states[i] == text)
      return static_cast<job_state>(i);
  return std::nullopt;
}

} // namespace guildhall::domain
