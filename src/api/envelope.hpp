#pragma once

#include "api/json_writer.hpp"
#include "domain/freshness.hpp"
#include "http/response.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>

/// What the JSON of every answer has around it.
namespace guildhall::api {

/// `{"success":true,"data":` ... `}`: `data` writes the value, `beside` what stands beside it.
template <class Data, class Beside>
std::string envelope(std::size_t expected_bytes, Data data, Beside beside) {
  json_writer out{expected_bytes};
  out.begin_object();
  out.field("success", true);
  data(out);
  beside(out);
  out.end_object();
  return std::move(out).take();
}
template <class Data>
std::string envelope(std::size_t expected_bytes, Data data) {
  return envelope(expected_bytes, std::move(data), [](json_writer&) {});
}

/// `freshness: {changed_at, state, reason}`.
void write_freshness(json_writer& out, const domain::freshness& judged);

/// `X-Guildhall-Checked-At`: when the document that was looked at longest ago was looked at.
std::string checked_at_header(std::span<const domain::document_record> records);

/// When this document's content last changed.
std::optional<time_point>
changed_at(std::span<const domain::document_record> records, domain::document what);

/// `{"success":true,"data":{...}}`: `write` writes the fields.
template <class Write>
http::response data_answer(int status, Write write) {
  return http::json_response(status, envelope(512, [&](json_writer& out) {
                               out.begin_object("data");
                               write(out);
                               out.end_object();
                             }));
}

/// `"data":[{...},...]`: `write` writes the fields of each.
template <class Rows, class Write>
void write_list(json_writer& out, std::string_view key, const Rows& rows, Write write) {
  out.begin_array(key);
  for (const auto& row : rows) {
    out.begin_object();
    write(out, row);
    out.end_object();
  }
  out.end_array();
}

/// `{"success":true,"data":[{...},...]}`, some `bytes_each` long.
template <class Rows, class Write>
std::string list_json(const Rows& rows, std::size_t bytes_each, Write write) {
  return envelope(64 + rows.size() * bytes_each, [&](json_writer& out) {
    write_list(out, "data", rows, std::move(write));
  });
}

inline http::response no_content() {
  return {204, {}, nullptr};
}

} // namespace guildhall::api
