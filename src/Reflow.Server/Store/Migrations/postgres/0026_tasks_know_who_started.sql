-- What someone started is listed by the tasks themselves: who started their instance stands in them. It had a row for each task, written when the task opened and again when it closed,
-- half of what stood on lists.
alter table flow_task add column initiator text collate "C" not null default '', add column api_id text collate "C" not null default '';
update flow_task t set initiator = n.initiator, api_id = n.api_id from flow_instance n where n.tenant = t.tenant and n.id = t.instance;
delete from flow_inbox where source = 'fromMe';
create index flow_task_from_pending on flow_task (tenant, initiator, opened_at, id, api_id) where status = 0;
create index flow_task_from_archived on flow_task (tenant, initiator, opened_at, id, api_id) where status <> 0;

-- What is pending comes and goes at one end of an index, and what has gone is walked past until the table is cleaned: by default when a fifth of all that was ever done has changed.
do $$ begin
    execute 'alter table flow_inbox set (autovacuum_vacuum_scale_factor = 0.02)';
    execute 'alter table flow_task set (autovacuum_vacuum_scale_factor = 0.02)';
exception when syntax_error or feature_not_supported or invalid_parameter_value then null;
end $$;
