#pragma once

#include "api/json_writer.hpp"
#include "domain/read_models.hpp"

namespace guildhall::api {

/// The fields of a rank; with `full` when it was made and changed.
inline void write_rank(json_writer& out, const domain::rank_row& rank, bool full) {
  out.field("id", rank.id);
  out.field("guild_id", rank.guild_id);
  out.field("rank_id", rank.rank_id);
  out.field("rank_name", rank.rank_name);
  out.field("is_custom", rank.is_custom);
  out.field("is_officer", rank.is_officer);
  out.field("member_count", rank.member_count);
  out.field("row_version", rank.row_version);
  if (full) {
    out.field("created_at", rank.created_at);
    out.field("updated_at", rank.updated_at);
  }
}

} // namespace guildhall::api
