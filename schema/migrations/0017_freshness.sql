-- release 1
-- What decides when a character is looked at: how often it changes, when its guild plays, and the price of
-- a call.

alter table sync_queue
  -- Changes seen and the hours of playing time they were seen in, both decayed, as of the last check.
  add column changes      real not null default 0 check (changes >= 0),
  add column exposure     real not null default 0 check (exposure >= 0),
  add column seen_as_of   timestamptz,
  -- By what due_at was reckoned: changes an hour of playing time, weight, price. Null until looked at.
  add column per_hour     real check (per_hour > 0),
  add column weight       real not null default 1 check (weight > 0),
  add column priced_at    real check (priced_at > 0),
  -- The newest hint that the character has changed, and how often it was looked for in vain.
  add column hinted_at    timestamptz,
  add column hint_tries   smallint not null default 0 check (hint_tries >= 0);

alter table guilds
  -- How often its members' profiles changed in each hour of the week (168, from Monday 00:00 UTC), decayed.
  add column played       real[] check (array_length(played, 1) = 168),
  add column played_as_of timestamptz,
  -- Of its members: whoever is below it and long away was left behind.
  add column highest_level integer;

alter table api_budget
  -- Hours that an unseen change may grow old before a look is worth a call.
  add column price        double precision not null default 0 check (price >= 0 and price < 'infinity'),
  add column priced_as_of timestamptz,
  -- What it was solved by: calls an hour that all ask for at this price, and that there are for them.
  add column demand       double precision not null default 0,
  add column supply       double precision not null default 0;
