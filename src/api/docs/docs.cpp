#include "api/docs/files.hpp"
#include "api/resources.hpp"
#include "http/negotiation.hpp"
#include "http/own_answers.hpp"

#include <map>

/// The API's description, and the page that shows it. Both are public and need no token.
namespace guildhall::api {

namespace {

using http::coding;

/// Nothing but our own files; the style sheet has its icons inside itself.
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view no_sniffing = "X-Content-Type-Options: nosniff\r\n";

/// What another version may bring is asked for each time; what a version holds stays a day.
constexpr std::string_view ask_each_time = "public, no-cache";
constexpr std::string_view keep_a_day = "public, max-age=86400";

/// A file in each coding.
class ready_file {
public:
  ready_file(const docs_file& file, std::string_view caching, std::string headers)
      : plain_{pack(file, file.plain, coding::identity, caching, headers)},
        gzip_{
            file.gzip.empty() ? plain_ : pack(file, file.gzip, coding::gzip, caching, headers)},
        brotli_{
            file.brotli.empty() ? plain_
                                : pack(file, file.brotli, coding::brotli, caching, headers)} {}

  http::response answer(const http::request& what) const {
    const auto how = http::preferred_coding(what.header("Accept-Encoding"));
    const auto& chosen = how == coding::brotli ? brotli_ : how == coding::gzip ? gzip_ : plain_;
    return http::respond(*chosen, what.header("If-None-Match"));
  }

private:
  static http::answer_ptr pack(
      const docs_file& file, std::string_view bytes, coding how, std::string_view caching,
      std::string_view headers) {
    return http::make_packed_answer(std::string{bytes}, how, {file.type, caching, headers});
  }

  http::answer_ptr plain_;
  http::answer_ptr gzip_;
  http::answer_ptr brotli_;
};

using ready_files = std::map<std::string, ready_file, std::less<>>;

ready_files all_files() {
  ready_files out;
  for (const auto& file : docs_files()) {
    const auto is_page = file.name == "index.html";
    const auto is_description = file.name == "openapi.json";
    std::string headers{no_sniffing};
    if (is_page)
      headers += page_policy;
    out.emplace(
        file.name,
        ready_file{file, is_page || is_description ? ask_each_time : keep_a_day, headers});
  }
  return out;
}

} // namespace

void add_docs(http::router& routes) {
  const auto files = std::make_shared<const ready_files>(all_files());
  const auto add_one = [&](std::string_view pattern, std::string_view name) {
    routes.add(
        http::method::get, pattern,
        [files, name](const http::request& what, http::reply_slot slot) {
          slot.send(files->find(name)->second.answer(what));
        });
  };
  add_one("/api/openapi.json", "openapi.json");
  add_one("/api/docs", "index.html");
  routes.add(
      http::method::get, "/api/docs/:file",
      [files](const http::request& what, http::reply_slot slot) {
        const auto found = files->find(what.param("file"));
        slot.send(
            found == files->end() ? http::unknown_route(what.target)
                                  : found->second.answer(what));
      });
}

} // namespace guildhall::api
