-- release 1
-- What `guildhall import` took from the old back end, so that it is taken once: what people change
-- or delete here afterwards stays as they left it.

create table imported_rows (
  kind        text   not null check (kind in (
    'user', 'guild', 'rank', 'roster', 'roster_member', 'event', 'sign_up')),
  -- The old primary key; its second half where it has two (rank: guild and rank; roster_member:
  -- roster and character), else 0.
  old_id      bigint not null,
  old_part    bigint not null default 0,
  -- The row here that it became (it may be gone since); null where nothing has to find it.
  new_id      bigint,
  imported_at timestamptz not null default app_now(),
  primary key (kind, old_id, old_part)
);
