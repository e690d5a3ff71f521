#pragma once

#include <cstddef>
#include <vector>

namespace guildhall::http {

/// Descriptors that are kept back for when the process has no others. One thread.
class spare_descriptors {
public:
  explicit spare_descriptors(std::size_t wanted) : wanted_{wanted} {}
  spare_descriptors(const spare_descriptors&) = delete;
  spare_descriptors& operator=(const spare_descriptors&) = delete;
  ~spare_descriptors();

  /// Takes as many as are missing; false when there are too few. The first time there may be
  /// fewer: then those are all.
  bool fill() noexcept;
  /// Frees one for whoever opens something next; false when none is left.
  bool give_one() noexcept;

private:
  std::size_t wanted_;
  bool filled_{false};
  std::vector<int> kept_;
};

} // namespace guildhall::http
