-- What a task is: 0 open, 1 done, 2 deleted; its members' rows say so too. A list of open tasks or of done ones reads nothing else.
alter table task add column state integer not null default 0;
update task set state = case when deleted_at > 0 then 2 else 1 end where deleted_at > 0 or completed_at > 0;
drop index task_of_creator;
create index task_of_creator on task (tenant, creator, state, created_at, id);

alter table task_member add column state integer not null default 0;
update task_member set state = coalesce((select t.state from task t where t.tenant = task_member.tenant and t.id = task_member.task_id), 0);
drop index task_of_member;
create index task_of_member on task_member (tenant, user_id, state, created_at, task_id);
