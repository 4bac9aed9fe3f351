create table task (
    tenant        text    not null,
    id            text    not null,
    version       integer not null,
    creator       text    not null,
    created_at    integer not null,
    updated_at    integer not null,
    completed_at  integer not null default 0,
    deleted_at    integer not null default 0,
    doc           text    not null,
    primary key (tenant, id)
) strict, without rowid;
create index task_of_creator on task (tenant, creator, created_at, id) where deleted_at = 0;

create table task_member (
    tenant  text    not null,
    task_id text    not null,
    role    text    not null check (role in ('collaborator', 'follower')),
    user_id text    not null,
    place   integer not null,
    primary key (tenant, task_id, role, user_id)
) strict, without rowid;
create index task_of_member on task_member (tenant, user_id, task_id);
