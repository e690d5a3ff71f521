-- release 1
-- Failures up to this moment no longer count in the validation statistics.
alter table sync_settings add column validation_since timestamptz;

-- Whoever asks to be forgotten is forgotten in what others changed of their events, too.
create index audit_log_author on audit_log ((before ->> 'created_by'))
  where before ->> 'created_by' is not null;

-- Counts documents by kind without reading them; no update touches it.
create index document_states_kind on document_states (document);
