-- release 1
-- When a user's list of characters is to be fetched (again); null when it was, or the token is gone.

alter table users add column onboarding_due_at timestamptz;
create index users_onboarding on users (onboarding_due_at) where onboarding_due_at is not null;
