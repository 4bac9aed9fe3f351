-- When the first reminder of an open task fires; 0 when none does.
alter table task add column remind_at bigint not null default 0;
create index task_remind on task (tenant, remind_at) where remind_at > 0;

-- When the task was made, so that a member's tasks come in the order of a list.
alter table task_member add column created_at bigint not null default 0;
drop index task_of_member;
create index task_of_member on task_member (tenant, user_id, created_at, task_id);

create table task_comment (
    tenant     text collate "C" not null,
    task_id    text collate "C" not null,
    id         bigint not null,
    version    bigint not null,
    parent_id  bigint not null,
    author     text collate "C" not null,
    content    text collate "C" not null,
    rich       text collate "C" not null,
    created_at bigint not null,
    primary key (tenant, task_id, id)
);
create index task_comment_in_order on task_comment (tenant, task_id, created_at, id);

-- What others are to be told, a row a change, in the order in which they happened; written in the transaction of the change.
-- The events of a change are a list of {type, app_id, event}; one without an app is for every app of the tenant that asked for its type.
create table outbox (
    tenant text collate "C" not null,
    seq    bigint not null,
    at     bigint not null,
    kind   text collate "C" not null,
    id     text collate "C" not null,
    events text collate "C" not null,
    primary key (tenant, seq)
);
