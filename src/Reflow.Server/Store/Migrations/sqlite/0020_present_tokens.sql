-- The marking of an instance is found without its history, whatever is known of how often a token has been consumed: those that are present have an index that holds nothing else.
drop index flow_token_consumed;
create index flow_token_present on flow_token (tenant, instance) where live = 1 and consumed_by is null;
create index flow_token_consumed on flow_token (tenant, instance, consumed_by) where live = 1 and consumed_by is not null;
