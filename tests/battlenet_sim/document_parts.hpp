#pragma once

#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/world.hpp"

#include <string>
#include <string_view>

namespace guildhall::sim {

/// The pieces that several documents have in common. Each writes one member of the object that
/// is being written.

void self_link(json_writer& w, const std::string& href);

/// `"name":{"type":...,"name":...}`
void typed(json_writer& w, std::string_view name, std::string_view type, std::string_view text);
void faction(json_writer& w, bool horde);

/// A realm with its name, as guilds and profiles have it, or without, as members do.
void full_realm(json_writer& w, std::string_view region, const realm& home);
void bare_realm(json_writer& w, std::string_view region, const realm& home);

/// A reference into static data: with its name, or without (an empty `text`).
void reference(
    json_writer& w, std::string_view region, std::string_view name, std::string_view path,
    int id, std::string_view text);
void guild_reference(json_writer& w, const guild& which);
void character_reference(json_writer& w, const character& who);

} // namespace guildhall::sim
