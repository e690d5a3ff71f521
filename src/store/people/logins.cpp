#include "core/crypto.hpp"
#include "core/log.hpp"
#include "domain/accounts.hpp"
#include "domain/onboarding.hpp"
#include "store/ledger/audit.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement open{
    "open_login", R"(
  insert into login_attempts (state_hash, region, expires_at)
  values (decode($1, 'hex'), $2, app_now() + interval '10 minutes'))",
    20};
constexpr statement close{
    "close_login", R"(
  delete from login_attempts where state_hash = decode($1, 'hex')
  returning region, expires_at > app_now())",
    12};
// A role that somebody was given stays; the list is looked up soon, by whoever comes first.
constexpr statement arrive{
    "record_login", R"(
  insert into users as u (bnet_account_id, battletag, region, role, sealed_tokens,
    tokens_stored_at, onboarding_due_at, last_login_at)
  values ($1, nullif($2, ''), $3, case when $5::boolean then 'admin' else 'user' end,
    decode($4, 'hex'), app_now(), app_now() + interval '10 seconds', app_now())
  on conflict (bnet_account_id) do update set
    battletag = coalesce(excluded.battletag, u.battletag),
    region = excluded.region, role = case when $5::boolean then 'admin' else u.role end,
    sealed_tokens = excluded.sealed_tokens, tokens_stored_at = excluded.tokens_stored_at,
    onboarding_due_at = excluded.onboarding_due_at, last_login_at = excluded.last_login_at,
    updated_at = app_now()
  returning id)",
    40};
// Whoever has been an admin under this tag so far is the one who is meant.
constexpr statement bind_tag{
    "bind_admin_tag", R"(
  insert into admin_tags (tag_hash, bnet_account_id)
  select sha256(convert_to($1, 'UTF8')), coalesce((
    select bnet_account_id from users where battletag = $1 and role = 'admin' order by id limit 1),
    $2::bigint)
  on conflict (tag_hash) do nothing)",
    10};
constexpr statement tag_is_theirs{
    "admin_tag_is_theirs", R"(
  select coalesce(bnet_account_id = $2::bigint, false) from admin_tags
  where tag_hash = sha256(convert_to($1, 'UTF8')))",
    10};
// Tokens carry milliseconds.
constexpr statement revoke{
    "revoke_tokens", R"(
  update users set updated_at = app_now(), tokens_valid_since = greatest(
    date_trunc('milliseconds', app_now()), tokens_valid_since + interval '1 millisecond')
  where id = $1)",
    40};
constexpr statement change_role{
    "change_role", R"(
  update users u set role = $2, updated_at = app_now()
  from (select id, role from users where id = $1 for update) before
  where u.id = before.id
  returning u.id, u.bnet_account_id, coalesce(u.battletag, ''), coalesce(u.region, ''), u.role,
    u.tokens_valid_since, u.last_login_at, u.created_at, u.updated_at, before.role)",
    30};
// A list that is never to be had is asked for ever more rarely while the token lives.
constexpr statement pending{
    "pending_onboardings", R"(
  update users u set
    onboarding_due_at = app_now() + greatest(interval '10 minutes', app_now() - u.tokens_stored_at)
  from (
    select id from users where onboarding_due_at <= app_now() and sealed_tokens is not null
    order by onboarding_due_at limit $1 for update skip locked) due
  where u.id = due.id
  returning u.id, u.bnet_account_id, encode(u.sealed_tokens, 'hex'))",
    400};
constexpr std::array all{open,          close,  arrive,      bind_tag,
                         tag_is_theirs, revoke, change_role, pending};
const listed_statements registered{all};

std::string from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  return out;
}

void tell_of(session& db, user_id id) {
  change_tags tags;
  tags.add(id);
  tags.send(db);
}

/// A tag changes hands; the account that first logged in with it does not.
bool becomes_admin(session& db, const domain::arrival& who) {
  if (!who.named_by_tag)
    return who.becomes_admin;
  db.exec(bind_tag, {who.battletag, who.account});
  bool theirs = false;
  fields(db.exec(tag_is_theirs, {who.battletag, who.account})[0]) >> theirs;
  if (!theirs && !who.becomes_admin)
    log::warn(
        "account {} has logged in with a battletag of auth.admins that belongs to another "
        "account: not an admin",
        who.account.value);
  return theirs || who.becomes_admin;
}

std::string role_json(std::string_view role) {
  return R"({"role":")" + std::string{role} + "\"}";
}

} // namespace

template <>
result<void> run(session& db, const domain::open_login& what) {
  db.exec(open, {crypto::to_hex(what.state_hash), what.region});
  return {};
}

template <>
result<domain::region> run(session& db, const domain::close_login& what) {
  const auto rows = db.exec(close, {crypto::to_hex(what.state_hash)});
  if (rows.empty())
    return fail(ec::not_found);
  domain::region where{};
  bool in_time = false;
  fields(rows[0]) >> where >> in_time;
  if (!in_time)
    return fail(ec::not_found);
  return where;
}

template <>
result<domain::standing> run(session& db, const domain::record_login& what) {
  const auto& who = what.who;
  return db.transaction([&]() -> result<domain::standing> {
    user_id id;
    const bool admin = becomes_admin(db, who);
    fields(db.exec(
        arrive,
        {who.account, who.battletag, who.region, crypto::to_hex(who.sealed_token), admin})[0])
        >> id;
    tell_of(db, id);
    return run(db, domain::standing_of{id});
  });
}

template <>
result<void> run(session& db, const domain::revoke_tokens& what) {
  return db.transaction([&]() -> result<void> {
    db.exec(revoke, {what.user});
    tell_of(db, what.user);
    return {};
  });
}

template <>
result<domain::user_row> run(session& db, const domain::set_role& what) {
  return db.transaction([&]() -> result<domain::user_row> {
    if (auto held = hold_author(db, what.by.who.id); !held)
      return fail(held.error());
    const auto rows = db.exec(change_role, {what.user, what.role});
    if (rows.empty())
      return fail(ec::not_found, "User not found");
    domain::user_row user;
    std::string before;
    fields(rows[0]) >> user.id >> user.account >> user.battletag >> user.region >> user.role
        >> user.tokens_valid_since >> user.last_login_at >> user.created_at >> user.updated_at
        >> before;
    audit(
        db, {.who = what.by.who.id,
             .action = "user.role",
             .subject = "user " + std::to_string(what.user.value),
             .before = role_json(before),
             .after = role_json(what.role)});
    tell_of(db, what.user);
    return user;
  });
}

template <>
result<std::vector<domain::pending_onboarding>>
run(session& db, const domain::pending_onboardings& what) {
  std::vector<domain::pending_onboarding> out;
  for (const auto& row : db.exec(pending, {what.limit})) {
    auto& one = out.emplace_back();
    std::string hex;
    fields(row) >> one.user >> one.account >> hex;
    one.sealed_token = from_hex(hex);
  }
  return out;
}

} // namespace guildhall::store
