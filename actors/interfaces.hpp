#pragma once

#include "actors/messages.hpp"

/// Every actor's typed interface: the architecture on one page. `INTERNAL` marks what an actor
/// sends to itself or gets from its own completions. Nobody waits for ever: requests carry
/// deadlines, and plain messages go to actors that answer with plain messages.
namespace guildhall::actors {

// --- storage

/// READER or WRITER: one PostgreSQL connection on a thread of its own. Takes jobs from its
/// pool's queue without a message while there are any.
using db_worker_actor = caf::typed_actor<
    // Wakes an idle worker: runs this job, then what waits in the queue.
    caf::reacts_to<atom::run, job_ptr>,
    // INTERNAL: (re)connects.
    caf::reacts_to<atom::tick>>;

/// READER POOL and WRITER POOL: looks after a bounded queue of jobs and the workers that take
/// from it. Jobs are pushed into the queue, not sent.
using db_pool_actor = caf::typed_actor<
    // A worker has a connection.
    caf::reacts_to<atom::connected, db_worker_actor>,
    // A worker has lost its connection, or could not get one.
    caf::reacts_to<atom::lost, db_worker_actor>,
    // The queue: jobs have begun to wait, or the last accepted one was taken while closing.
    caf::reacts_to<atom::wake>,
    // INTERNAL: refuses jobs whose deadline has passed.
    caf::reacts_to<atom::tick>,
    // INTERNAL: replaces workers that died.
    caf::reacts_to<atom::restart>,
    // INTERNAL: the time for finishing what was accepted is over.
    caf::reacts_to<atom::stop>>;

/// CHANGE LISTENER: the LISTEN connection; moves the response cache's epochs, wakes the
/// scheduler and the rate limiter.
using change_listener_actor = caf::typed_actor<
    // INTERNAL: waits a bounded while for notifications, proves the connection, reconnects.
    caf::reacts_to<atom::tick>>;

// --- Battle.net

/// Whoever sends requests with the client-credentials token.
using token_listener_actor = caf::typed_actor<
    // The token to send from now on.
    caf::reacts_to<atom::token, issued_token>>;

/// TOKEN MANAGER: the client-credentials token of the OAuth host; one fetch at a time.
using token_manager_actor = caf::typed_actor<
    // Tells this listener every token that is fetched, and the one there is.
    caf::reacts_to<atom::token, token_listener_actor>,
    // Answers a token that was not refused; a failure carries when to come back.
    caf::replies_to<atom::token, token_request>::with<token_reply>,
    // INTERNAL: the OAuth host has answered.
    caf::reacts_to<atom::response, new_token>,
    // INTERNAL: 90 % of the token's life are over.
    caf::reacts_to<atom::tick, std::uint64_t>>;

/// Whoever asks the limiter for permits.
using permit_holder_actor = caf::typed_actor<
    // The request with this ticket may go now, or why it may not.
    caf::reacts_to<atom::granted, permit>>;

/// Whoever wants to know what a call costs.
using price_listener_actor = caf::typed_actor<caf::reacts_to<atom::price, double>>;

/// RATE LIMITER: the Battle.net budget of this instance, on loan from the database.
using rate_limiter_actor = caf::typed_actor<
    // Queues a wish; answered by `granted` to the permit holder.
    caf::reacts_to<atom::acquire, permit_request, permit_holder_actor>,
    // Battle.net has answered: what 429s do follows from all answers.
    caf::reacts_to<atom::answered, answer_notice>,
    // Another instance has met 429s: the shared budget says what follows.
    caf::reacts_to<atom::wake>,
    // Tells this listener the price of a call, and whenever it changes.
    caf::reacts_to<atom::price, price_listener_actor>,
    // INTERNAL: the database has lent, or could not.
    caf::reacts_to<atom::loan, loan_notice>,
    // INTERNAL: the next slot has come (the number tells stale ticks).
    caf::reacts_to<atom::tick, std::uint64_t>>;

/// BATTLE.NET GATEWAY, one per region: permits, token, connections, circuit breaker, doubt.
using battlenet_gateway_actor = permit_holder_actor::extend<
    // The token to send from now on.
    caf::reacts_to<atom::token, issued_token>,
    // Sends one GET when budget and breaker allow it.
    caf::replies_to<atom::fetch, fetch_request>::with<fetch_reply>,
    // INTERNAL: a response, or the lack of one.
    caf::reacts_to<atom::response, gateway_response>,
    // INTERNAL: what other instances doubt; nobody has asked for a while; a report is stored.
    caf::reacts_to<atom::doubts, heard_doubts>, caf::reacts_to<atom::doubts>,
    caf::reacts_to<atom::doubts, doubt_recorded>,
    // INTERNAL: what flipped to 404 or 403 is to be looked at (the number tells stale ticks).
    caf::reacts_to<atom::tick, std::uint64_t>>;

// --- the sync

/// Whoever spawned character syncs.
using character_parent_actor = caf::typed_actor<
    // One of its characters has ended.
    caf::reacts_to<atom::finished, character_done>>;

/// SYNC SCHEDULER: claims what is due, spawns coordinators up to a cap. Parent of the players'
/// own characters outside of tracked guilds.
using sync_scheduler_actor = character_parent_actor::extend<
    // What a call costs.
    caf::reacts_to<atom::price, double>,
    // Something may have become due, or pause was switched: look now.
    caf::reacts_to<atom::wake>,
    // The M+ period of a region.
    caf::reacts_to<atom::period, period_notice>,
    // INTERNAL: claims came back.
    caf::reacts_to<atom::claimed, claimed_guilds>,
    caf::reacts_to<atom::claimed, claimed_characters>,
    // INTERNAL: renewals came back.
    caf::reacts_to<atom::renewed, held_leases>,
    // INTERNAL: polls.
    caf::reacts_to<atom::tick, std::uint64_t>>;

/// GUILD COORDINATOR, one per guild being synced: the guild step, then its due characters.
using guild_coordinator_actor = character_parent_actor::extend<
    // Takes no more characters, finishes those under way, and ends (the sync was paused).
    caf::reacts_to<atom::stop>,
    // INTERNAL, the guild step: it is written; members to ask where the guild is; its row has
    // moved to its new address; a transfer is settled.
    caf::reacts_to<atom::applied, guild_application>,
    caf::reacts_to<atom::witnesses, member_addresses>, caf::reacts_to<atom::moved, store_done>,
    caf::reacts_to<atom::handed, store_done>, caf::reacts_to<atom::settled, store_done>,
    // INTERNAL, its characters: a claim came back; a batch is written.
    caf::reacts_to<atom::claimed, claimed_characters>,
    caf::reacts_to<atom::written, store_done>,
    // INTERNAL: a renewal came back; the guild is given back.
    caf::reacts_to<atom::renewed, held_leases>, caf::reacts_to<atom::closed, store_done>,
    // INTERNAL: renews leases, ends in time.
    caf::reacts_to<atom::tick>>;

/// CHARACTER SYNC: one character's documents.
using character_sync_actor = caf::typed_actor<
    // INTERNAL: the outcome is written, or could not be.
    caf::reacts_to<atom::applied, store_done>>;

/// PERIOD WATCH, one per region: the M+ week.
using period_watch_actor = caf::typed_actor<
    // INTERNAL: whether the period that was stored is a new one; the realms are stored.
    caf::reacts_to<atom::settled, period_stored>, caf::reacts_to<atom::written, store_done>,
    // INTERNAL: looks again.
    caf::reacts_to<atom::tick, std::uint64_t>>;

/// RETENTION SWEEPER: erases what must not be kept.
using retention_sweeper_actor = caf::typed_actor<
    // INTERNAL: one step is done.
    caf::reacts_to<atom::swept, sweep_result>,
    // INTERNAL: sweeps again.
    caf::reacts_to<atom::tick, std::uint64_t>>;

/// ONBOARDER: fetches the account lists of users who have logged in.
using onboarder_actor = caf::typed_actor<
    // Fetches and stores this user's list now.
    caf::reacts_to<atom::onboard, onboarding_request>,
    // INTERNAL: a list is stored, or could not be.
    caf::reacts_to<atom::settled, onboarding_stored>,
    // INTERNAL: whose profiles are to be looked at.
    caf::reacts_to<atom::settled, onboarding_unseen>,
    // INTERNAL: a guild of theirs is there, or could not be stored.
    caf::reacts_to<atom::settled, onboarding_discovered>,
    // INTERNAL: lists that could not be had before are due again.
    caf::reacts_to<atom::claimed, due_onboardings>,
    // INTERNAL: looks for those.
    caf::reacts_to<atom::tick, std::uint64_t>>;

// --- serving

/// LOGIN DESK: turns a code into a user: token, identity, row, characters.
using login_desk_actor = caf::typed_actor<
    // Somebody came back from Battle.net.
    caf::reacts_to<atom::login, login_ptr>,
    // INTERNAL: the OAuth host and the database have answered.
    caf::reacts_to<atom::response, login_token>, caf::reacts_to<atom::response, login_user>,
    caf::reacts_to<atom::settled, login_recorded>,
    // INTERNAL: the characters of this login are known, or that is waited for no longer.
    caf::reacts_to<atom::finished, std::uint64_t>>;

/// HTTP FRONT END: listeners and I/O threads; drains before it ends.
using http_front_end_actor = caf::typed_actor<
    // Drains and ends, like an exit message.
    caf::reacts_to<atom::stop>>;

} // namespace guildhall::actors
