-- When the timers of a task fired: an instance may go by way of a version that has none to one that has them again.
alter table flow_task add column reminded_at bigint;
alter table flow_task add column came_due_at bigint;
