-- What a task is: 0 open, 1 done, 2 deleted; its members' rows say so too. A list of open tasks or of done ones reads nothing else.
alter table task add column state bigint not null default 0;
drop index task_of_creator;
create index task_of_creator on task (tenant, creator, state, created_at, id);

alter table task_member add column state bigint not null default 0;
drop index task_of_member;
create index task_of_member on task_member (tenant, user_id, state, created_at, task_id);
