-- What someone started is listed by the tasks themselves: who started their instance stands in them. It had a row for each task, written when the task opened and again when it closed,
-- half of what stood on lists.
alter table flow_task add column initiator text not null default '';
alter table flow_task add column api_id text not null default '';
update flow_task set (initiator, api_id) = (select n.initiator, n.api_id from flow_instance n where n.tenant = flow_task.tenant and n.id = flow_task.instance);
delete from flow_inbox where source = 'fromMe';
create index flow_task_from_pending on flow_task (tenant, initiator, opened_at, id, api_id) where status = 0;
create index flow_task_from_archived on flow_task (tenant, initiator, opened_at, id, api_id) where status <> 0;
