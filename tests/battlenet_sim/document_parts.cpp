#include "battlenet_sim/document_parts.hpp"

#include "battlenet_sim/hrefs.hpp"

namespace guildhall::sim {

void self_link(json_writer& w, const std::string& href) {
  w.object("_links", [&] { w.link("self", href); });
}

void typed(
    json_writer& w, std::string_view name, std::string_view type, std::string_view text) {
  w.object(name, [&] {
    w.member("type", type);
    w.text("name", text);
  });
}

void faction(json_writer& w, bool horde) {
  typed(w, "faction", horde ? "HORDE" : "ALLIANCE", horde ? "Horde" : "Alliance");
}

void full_realm(json_writer& w, std::string_view region, const realm& home) {
  w.object("realm", [&] {
    w.link("key", dynamic_href(region, "realm/", home.id));
    w.text("name", home.name);
    w.member("id", home.id);
    w.member("slug", home.slug);
  });
}

void bare_realm(json_writer& w, std::string_view region, const realm& home) {
  w.object("realm", [&] {
    w.link("key", dynamic_href(region, "realm/", home.id));
    w.member("id", home.id);
    w.member("slug", home.slug);
  });
}

void reference(
    json_writer& w, std::string_view region, std::string_view name, std::string_view path,
    int id, std::string_view text) {
  w.object(name, [&] {
    w.link("key", static_href(region, path, id));
    if (!text.empty())
      w.text("name", text);
    w.member("id", id);
  });
}

void guild_reference(json_writer& w, const guild& which) {
  w.object("guild", [&] {
    w.link("key", in_namespace(guild_path(which), "profile", which.region));
    w.member("name", which.name);
    w.member("id", which.id);
    full_realm(w, which.region, *which.home);
    faction(w, which.horde);
  });
}

void character_reference(json_writer& w, const character& who) {
  w.object("character", [&] {
    w.link("key", in_namespace(character_path(who), "profile", who.region));
    w.member("name", who.name);
    w.member("id", who.id);
    full_realm(w, who.region, *who.home);
  });
}

} // namespace guildhall::sim
