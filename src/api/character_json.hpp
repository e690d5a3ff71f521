#pragma once

#include "api/json_writer.hpp"
#include "api/validation.hpp"
#include "domain/read_models.hpp"

namespace guildhall::api {

/// The fields of a CharacterRow of the contract; what the web client does not read only with
/// `?fields=full`.
void write_character(
    json_writer& out, const domain::character_row& row, const wanted_parts& parts);

} // namespace guildhall::api
