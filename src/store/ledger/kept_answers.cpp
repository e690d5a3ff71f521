#include "store/ledger/kept_answers.hpp"

#include "core/crypto.hpp"
#include "store/ledger/audit.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

using domain::answer_by_key;

// Waits for whoever else has this key under way. One that is over but not swept yet is free.
constexpr statement claim{
    "claim_key", R"(
  insert into kept_answers as k (user_id, key, digest) values ($1, $2, decode($3, 'hex'))
  on conflict (user_id, key) do update set digest = excluded.digest, status = null, body = null,
    created_at = app_now()
  where k.created_at < app_now() - $4::interval
  returning key)",
    30};
constexpr statement kept{
    "kept_answer", R"(
  select digest <> decode($3, 'hex'), coalesce(status, 0), coalesce(body, '')
  from kept_answers where user_id = $1 and key = $2)",
    12};
constexpr statement keep{
    "keep_answer",
    "update kept_answers set status = $3, body = $4 where user_id = $1 and key = $2", 40};
constexpr statement count{
    "count_kept_answers", "select count(*) from kept_answers where user_id = $1", 2'000};
constexpr statement expire{
    "expire_answers", R"(
  delete from kept_answers where (user_id, key) in (
    select user_id, key from kept_answers where created_at < app_now() - $2::interval
    order by created_at limit $1))",
    3'000};
constexpr std::array all{claim, kept, keep, count, expire};
const listed_statements registered{all};

const std::chrono::seconds life{domain::answers_kept};

result<void> must_have_room(session& db, user_id by) {
  std::int64_t so_far = 0;
  fields(db.exec(count, {by})[0]) >> so_far;
  if (so_far <= domain::max_kept_answers)
    return {};
  return fail(
      ec::limit_reached, "You have used " + std::to_string(domain::max_kept_answers)
                             + " idempotency keys within a day, which is the most that are "
                               "remembered; send none, or try again tomorrow");
}

} // namespace

result<answer_by_key> answer_once(
    session& db, user_id by, const domain::request_key& key,
    const std::function<result<domain::told_answer>()>& work) {
  const auto digest = crypto::to_hex(key.digest);
  return db.transaction([&]() -> result<answer_by_key> {
    if (auto held = hold_author(db, by); !held)
      return fail(held.error());
    answer_by_key out;
    if (db.exec(claim, {by, key.key, digest, life}).empty()) {
      const auto rows = db.exec(kept, {by, key.key, digest});
      if (rows.empty()) // swept away this moment
        return fail(ec::overloaded);
      fields(rows[0]) >> out.of_another >> out.told.status >> out.told.body;
      return out;
    }
    if (auto room = must_have_room(db, by); !room)
      return fail(room.error());
    auto told = work();
    if (!told)
      return fail(std::move(told.error()));
    out.told = std::move(*told);
    db.exec(keep, {by, key.key, out.told.status, out.told.body});
    return out;
  });
}

std::int64_t expire_answers(session& db, int limit) {
  return static_cast<std::int64_t>(db.exec(expire, {limit, life}).affected_rows());
}

} // namespace guildhall::store
