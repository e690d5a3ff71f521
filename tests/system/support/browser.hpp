#pragma once

#include "tests/system/support/http.hpp"
#include "tests/system/support/process.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace guildhall::system_test {

/// A headless Chromium with a profile of its own, driven through chromedriver (W3C WebDriver).
/// Elements are named by CSS selectors; one that is not there yet is waited for. Every call
/// throws std::runtime_error when it cannot be done in time. Both programs end with the object:
/// Chromium hangs on a pipe that chromedriver holds.
class browser {
public:
  /// `folder` is made; profile, temporary files and log are kept in it.
  explicit browser(const std::filesystem::path& folder);
  browser(const browser&) = delete;
  browser& operator=(const browser&) = delete;
  ~browser();

  /// Loads a page as if its address were typed in.
  void open(const std::string& url);
  std::string url() const;
  /// Waits until the page's address begins so; the whole address.
  std::string await_url(const std::string& beginning) const;

  void click(const std::string& selector) const;
  /// What a person reads there.
  std::string text(const std::string& selector) const;
  /// How many elements there are now; not waited for.
  std::int64_t count(const std::string& selector) const;

  /// Runs a function body in the page; what it returns.
  boost::json::value
  run(const std::string& script, const boost::json::array& arguments = {}) const;
  /// An entry of the page's local storage.
  std::optional<std::string> stored(const std::string& key) const;
  void forget_storage() const;

private:
  boost::json::value command(
      const std::string& method, const std::string& what,
      const boost::json::value& arguments = nullptr) const;
  std::string find(const std::string& selector) const;

  process driver_;
  std::uint16_t port_{0};
  std::string session_; ///< "/session/<id>"
};

} // namespace guildhall::system_test
