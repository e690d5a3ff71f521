#pragma once

#include <span>
#include <string_view>

/// What /api/docs serves, in the binary itself.
namespace guildhall::api {

/// One file in every coding; what does not get smaller has no packed form.
struct docs_file {
  std::string_view name;
  std::string_view type; ///< Content-Type
  std::string_view plain;
  std::string_view gzip;
  std::string_view brotli;
};

/// index.html, what it refers to, and openapi.json. Made at build time by docs/embed.cpp.
std::span<const docs_file> docs_files();

/// schema/openapi.yaml as JSON.
std::string_view openapi_json();

} // namespace guildhall::api
