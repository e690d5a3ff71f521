-- release 1
-- When an answer about one entity is a verdict, and when Battle.net itself is in doubt.

-- Failures in a row are counted by what they say: what may pass (transient, throttled), what is not
-- shown (not found, forbidden), and what cannot be read.
create function failure_kind(class text) returns text language sql immutable parallel safe as $$
  select case class when 'throttled' then 'transient' when 'forbidden' then 'not_found' else class end
$$;
create function failures_in_a_row(before text, failures integer, now text) returns integer
  language sql immutable parallel safe as $$
  select case when now is null then null
              when before is null or failure_kind(before) = failure_kind(now) then failures + 1
              else 1 end
$$;
-- Of which class `attempts` are; null before this release.
alter table sync_queue add column attempts_class text
  check (attempts_class in ('transient', 'throttled', 'not_found', 'forbidden', 'malformed'));

-- Kinds of documents about which Battle.net is not believed: most of what it showed is 404 or 403.
create table upstream_doubts (
  region     text not null check (region in ('us', 'eu', 'kr', 'tw')),
  document   text not null,
  since      timestamptz not null,
  renewed_at timestamptz not null, -- an instance that ends in doubt leaves its row behind
  primary key (region, document)
);
-- Verdicts of a while, to be made due again when a doubt ends.
create index document_states_refused on document_states (failed_at)
  where error_class in ('not_found', 'forbidden');

-- The licence (wow_accounts[].id) under which a character was listed last, and since when the
-- list of its owner lacks it: though it holds that licence; or as one that says little (without
-- the licence, empty, 404).
alter table characters
  add column licence_id  bigint,
  add column unlisted_at timestamptz,
  add column unseen_at   timestamptz;

-- Who became an admin by a battletag of the configuration: nobody else ever does. By its hash, and
-- null once that user was forgotten.
create table admin_tags (
  tag_hash        bytea primary key check (octet_length(tag_hash) = 32),
  bnet_account_id bigint,
  bound_at        timestamptz not null default app_now()
);
