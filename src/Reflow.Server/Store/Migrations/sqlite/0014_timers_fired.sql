-- When the timers of a task fired: an instance may go by way of a version that has none to one that has them again.
alter table flow_task add column reminded_at integer;
alter table flow_task add column came_due_at integer;

-- What fired before is told by the history.
update flow_task set reminded_at = (
    select max(h.at) from history h
    where h.tenant = flow_task.tenant and h.kind = 'instance' and h.id = cast(flow_task.instance as text) and h.operation = 'flow.timer.remind' and h.payload like '%' || cast(flow_task.id as text) || '%')
where status = 0;
update flow_task set came_due_at = (
    select max(h.at) from history h
    where h.tenant = flow_task.tenant and h.kind = 'instance' and h.id = cast(flow_task.instance as text) and h.operation = 'flow.timer.due' and h.payload like '%' || cast(flow_task.id as text) || '%')
where status = 0;
