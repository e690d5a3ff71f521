#include "domain/crawling/price.hpp"
#include "rows.hpp"

namespace guildhall::api::test {
namespace {

using namespace std::chrono_literals;

class guilds_test : public api_test {};

TEST_F(guilds_test, a_guild_by_id_is_what_the_web_client_reads) {
  reads.guild_answer = avalerion();
  const auto got = get("/api/guilds/id/7");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.parsed(), json::parse(R"({
        "success": true,
        "data": {
          "id": 7, "name": "Avalerion", "realm": "stormrage", "realm_name": "Stormrage",
          "region": "eu", "faction": "HORDE", "leader_id": 5, "member_count": 418,
          "bnet_guild_id": "115248327",
          "last_updated": "2025-05-13T18:00:00.000Z",
          "last_roster_sync": "2025-05-13T18:00:01.000Z",
          "guild_data_json": {"name": "Avalerion", "member_count": 418}
        },
        "freshness": {
          "changed_at": "2025-05-13T18:00:01.000Z", "state": "complete", "reason": null
        }
      })"));
  EXPECT_EQ(reads.last_id, 7);
  EXPECT_EQ(reads.last_detail, domain::detail::lean);
  EXPECT_EQ(got.header("X-Guildhall-Checked-At"), "2025-05-13T18:00:50.000Z");
  EXPECT_EQ(got.header("Cache-Control"), "private, no-cache");
}

TEST_F(guilds_test, every_field_of_the_row_comes_with_fields_full) {
  reads.guild_answer = avalerion();
  reads.guild_answer->roster_json = R"({"members": []})";
  const auto data = get("/api/guilds/id/7?fields=full").parsed().at("data");
  EXPECT_EQ(reads.last_detail, domain::detail::full);
  for (const auto* field :
       {"id", "name", "realm", "region", "created_at", "updated_at", "leader_id",
        "bnet_guild_id", "roster_json", "guild_data_json", "last_updated", "last_roster_sync",
        "member_count", "exclude_from_sync"})
    EXPECT_TRUE(data.as_object().contains(field)) << field;
  EXPECT_TRUE(data.at("roster_json").is_null()) << "heavy: only when it is included by name";
  const auto with_roster = get("/api/guilds/id/7?include=roster_json").parsed().at("data");
  EXPECT_EQ(with_roster.at("roster_json"), json::parse(R"({"members":[]})"));
}

TEST_F(guilds_test, a_guild_without_a_leader_or_documents_says_so) {
  auto row = avalerion();
  row.leader_id.reset();
  row.bnet_id.reset();
  row.documents.clear();
  reads.guild_answer = row;
  const auto body = get("/api/guilds/id/7").parsed();
  EXPECT_TRUE(body.at("data").at("leader_id").is_null());
  EXPECT_TRUE(body.at("data").at("bnet_guild_id").is_null());
  EXPECT_TRUE(body.at("data").at("last_updated").is_null());
  EXPECT_EQ(body.at("freshness").at("state"), "missing");
  EXPECT_FALSE(body.at("freshness").at("reason").as_string().empty());
}

TEST_F(guilds_test, an_unknown_guild_is_404_with_the_ports_message) {
  const auto got = get("/api/guilds/id/7");
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(got.parsed().at("error").at("message"), "Guild with ID 7 not found");
  EXPECT_EQ(got.parsed().at("error").at("code"), "NOT_FOUND");
}

TEST_F(guilds_test, a_bad_id_is_400_with_the_field) {
  const auto got = get("/api/guilds/1.5/ranks");
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(
      got.parsed().at("error").at("details"),
      json::parse(
          R"({"type":"validation","fields":{"guildId":"Guild ID must be a positive integer"}})"));
  EXPECT_EQ(reads.asked, 0);
}

TEST_F(guilds_test, a_guild_by_name_is_asked_for_by_its_canonical_address) {
  reads.guild_answer = avalerion();
  const auto got = get("/api/guilds/eu/Stormrage/La-Croisade-%C3%89carlate");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(
      reads.last_guild_address,
      (domain::guild_address{domain::region::eu, "stormrage", "la-croisade-écarlate"}));
  EXPECT_EQ(got.parsed().at("data").at("id"), 7);
}

TEST_F(guilds_test, a_bad_address_is_400) {
  const auto got = get("/api/guilds/cn/stormrage/avalerion");
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(
      got.parsed().at("error").at("details").at("fields").at("region"),
      "Region must be one of: us, eu, kr, tw");
}

TEST_F(guilds_test, failures_of_the_port_keep_their_status) {
  reads.guild_answer = fail(ec::database_down);
  const auto got = get("/api/guilds/id/7");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.header("Retry-After"), "1");
}

domain::rank_row rank(int id, std::string name, bool stored) {
  domain::rank_row out;
  out.guild_id = {7};
  out.rank_id = id;
  out.rank_name = std::move(name);
  out.is_custom = stored;
  out.member_count = 3;
  if (stored) {
    out.id = 40 + id;
    out.created_at = out.updated_at = moment(evening);
  }
  return out;
}

TEST_F(guilds_test, ranks_are_id_name_and_whether_it_was_renamed) {
  reads.ranks_answer = {{rank(0, "Guild Master", false), rank(3, "Raider", true)}};
  EXPECT_EQ(get("/api/guilds/7/ranks").parsed(), json::parse(R"({"success": true, "data": [
        {"rank_id": 0, "rank_name": "Guild Master", "is_custom": false},
        {"rank_id": 3, "rank_name": "Raider", "is_custom": true}]})"));
}

TEST_F(guilds_test, the_rank_structure_has_counts) {
  reads.ranks_answer = {{rank(0, "Guild Master", false), rank(3, "Raider", true)}};
  EXPECT_EQ(
      get("/api/guilds/7/rank-structure").parsed(), json::parse(R"({"success": true, "data": [
        {"id": null, "guild_id": 7, "rank_id": 0, "rank_name": "Guild Master",
         "is_custom": false, "is_officer": false, "member_count": 3, "row_version": 0},
        {"id": 43, "guild_id": 7, "rank_id": 3, "rank_name": "Raider",
         "is_custom": true, "is_officer": false, "member_count": 3, "row_version": 0}]})"));
  const auto full = get("/api/guilds/7/rank-structure?fields=full").parsed().at("data").at(1);
  EXPECT_EQ(full.at("created_at"), "2025-05-13T18:00:00.000Z");
}

TEST_F(guilds_test, freshness_tells_the_volatile_times_and_is_never_kept) {
  domain::guild_freshness known;
  known.guild_id = {7};
  known.documents = avalerion().documents;
  known.documents[1].state = domain::document_state::suspect;
  known.documents[1].error_class = domain::failure_class::transient;
  known.members = 418;
  known.profiles = 1;
  known.unavailable = 417;
  known.next_due_at = moment(evening);
  known.next_roster_at = moment(evening);
  known.price = domain::floor_price(45min);
  known.mean_age = 1'830;
  reads.freshness_answer = known;
  const auto got = get("/api/guilds/7/freshness");
  EXPECT_EQ(got.header("Cache-Control"), "no-store");
  EXPECT_EQ(got.header("ETag"), "");
  const auto data = got.parsed().at("data");
  EXPECT_EQ(data.at("state"), "suspect");
  EXPECT_EQ(
      data.at("members"),
      json::parse(
          R"({"total":418,"with_profile":1,"unavailable":417,"pending":0,"failing":0})"));
  EXPECT_EQ(data.at("documents").at(1).at("document"), "roster");
  EXPECT_EQ(data.at("documents").at(1).at("error_class"), "transient");
  EXPECT_EQ(data.at("documents").at(0).at("checked_at"), "2025-05-13T18:01:00.000Z");
  EXPECT_EQ(data.at("next_due_at"), "2025-05-13T18:00:00.000Z");
  EXPECT_EQ(data.at("next_roster_at"), "2025-05-13T18:00:00.000Z");
  EXPECT_EQ(
      data.at("players"), json::parse(
                              R"({"seen_after_minutes":45,
              "rule":"What an active player does is seen after about 45 minutes of the guild's playing time",
              "mean_age_minutes":31,"p90_age_minutes":null})"));
  get("/api/guilds/7/freshness");
  EXPECT_EQ(reads.asked, 2);
}

} // namespace
} // namespace guildhall::api::test
