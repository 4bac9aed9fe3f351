-- When the first reminder of an open task fires; 0 when none does.
alter table task add column remind_at integer not null default 0;
create index task_remind on task (tenant, remind_at) where remind_at > 0;

-- When the task was made, so that a member's tasks come in the order of a list.
alter table task_member add column created_at integer not null default 0;
update task_member set created_at = coalesce((select t.created_at from task t where t.tenant = task_member.tenant and t.id = task_member.task_id), 0);
drop index task_of_member;
create index task_of_member on task_member (tenant, user_id, created_at, task_id);

create table task_comment (
    tenant     text    not null,
    task_id    text    not null,
    id         integer not null,
    version    integer not null,
    parent_id  integer not null,
    author     text    not null,
    content    text    not null,
    rich       text    not null,
    created_at integer not null,
    primary key (tenant, task_id, id)
) strict, without rowid;
create index task_comment_in_order on task_comment (tenant, task_id, created_at, id);

-- What others are to be told, a row a change, in the order in which they happened; written in the transaction of the change.
-- The events of a change are a list of {type, app_id, event}; one without an app is for every app of the tenant that asked for its type.
create table outbox (
    tenant text    not null,
    seq    integer not null,
    at     integer not null,
    kind   text    not null,
    id     text    not null,
    events text    not null,
    primary key (tenant, seq)
) strict, without rowid;
