#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Small documents in the shape that Battle.net sends.
namespace guildhall::test {

struct body_realm {
  std::int64_t id{60};
  std::string slug{"stormrage"};
};

struct body_member {
  std::int64_t id{0};
  std::string name{};
  int rank{1};
  int class_id{1};
  int level{80};
  body_realm realm{};
};

struct body_guild {
  std::int64_t id{0};
  std::string name{};
  std::string slug{};
  body_realm realm{};
};

inline std::string json_realm(const body_realm& realm) {
  return R"("realm":{"id":)" + std::to_string(realm.id) + R"(,"slug":")" + realm.slug + R"("})";
}

inline std::string guild_body(const body_guild& guild, std::size_t member_count) {
  return R"({"id":)" + std::to_string(guild.id) + R"(,"name":")" + guild.name + R"(",)"
       + json_realm(guild.realm) + R"(,"faction":{"type":"ALLIANCE"},"member_count":)"
       + std::to_string(member_count) + "}";
}

inline std::string
roster_body(const body_guild& guild, const std::vector<body_member>& members) {
  std::string body = R"({"guild":{"id":)" + std::to_string(guild.id) + R"(,"name":")"
                   + guild.name + R"(",)" + json_realm(guild.realm) + R"(},"members":[)";
  const char* comma = "";
  for (const auto& member : members) {
    body += std::string{comma} + R"({"character":{"id":)" + std::to_string(member.id)
          + R"(,"name":")" + member.name + R"(",)" + json_realm(member.realm) + R"(,"level":)"
          + std::to_string(member.level) + R"(,"playable_class":{"id":)"
          + std::to_string(member.class_id) + R"(}},"rank":)" + std::to_string(member.rank)
          + "}";
    comma = ",";
  }
  return body + "]}";
}

/// Whose achievement, or (nobody's) the encounter, and when.
struct body_activity {
  std::optional<body_member> who{};
  std::int64_t at_ms{0};
};

inline std::string
activity_body(const body_guild& guild, const std::vector<body_activity>& lines) {
  std::string body = R"({"guild":{"id":)" + std::to_string(guild.id) + R"(,"name":")"
                   + guild.name + R"(",)" + json_realm(guild.realm) + R"(},"activities":[)";
  const char* comma = "";
  for (const auto& line : lines) {
    const auto what =
        line.who
            ? R"("character_achievement":{"character":{"id":)" + std::to_string(line.who->id)
                  + R"(,"name":")" + line.who->name + R"(",)" + json_realm(line.who->realm)
                  + R"(},"achievement":{"id":6}},"activity":{"type":"CHARACTER_ACHIEVEMENT"})"
            : std::string{R"("encounter_completed":{"encounter":{"id":2398}},)"
                          R"("activity":{"type":"ENCOUNTER"})"};
    body +=
        std::string{comma} + "{" + what + R"(,"timestamp":)" + std::to_string(line.at_ms) + "}";
    comma = ",";
  }
  return body + "]}";
}

inline std::string profile_body(
    const body_member& who, const std::optional<body_guild>& guild = std::nullopt,
    std::int64_t last_login_ms = 1'767'600'000'000) {
  std::string body = R"({"id":)" + std::to_string(who.id) + R"(,"name":")" + who.name + R"(",)"
                   + json_realm(who.realm) + R"(,"level":)" + std::to_string(who.level)
                   + R"(,"character_class":{"id":)" + std::to_string(who.class_id)
                   + R"(},"last_login_timestamp":)" + std::to_string(last_login_ms);
  if (guild)
    body += R"(,"guild":{"id":)" + std::to_string(guild->id) + R"(,"name":")" + guild->name
          + R"(",)" + json_realm(guild->realm)
          + R"(,"key":{"href":"https://eu.api.blizzard.com/data/wow/guild/)" + guild->realm.slug
          + "/" + guild->slug + R"(?namespace=profile-eu"}})";
  return body + "}";
}

/// A document below the profile; `fields` are what makes it the one it is.
inline std::string child_body(const body_member& who, const std::string& fields) {
  return R"({"character":{"id":)" + std::to_string(who.id) + R"(,"name":")" + who.name + R"(",)"
       + json_realm(who.realm) + "}," + fields + "}";
}

inline std::string status_body(std::int64_t id, bool is_valid = true) {
  return R"({"id":)" + std::to_string(id) + R"(,"is_valid":)" + (is_valid ? "true" : "false")
       + "}";
}

} // namespace guildhall::test
