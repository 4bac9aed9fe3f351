create table task (
    tenant        text collate "C" not null,
    id            text collate "C" not null,
    version       bigint not null,
    creator       text collate "C" not null,
    created_at    bigint not null,
    updated_at    bigint not null,
    completed_at  bigint not null default 0,
    deleted_at    bigint not null default 0,
    doc           text collate "C" not null,
    primary key (tenant, id)
);
create index task_of_creator on task (tenant, creator, created_at, id) where deleted_at = 0;

create table task_member (
    tenant  text collate "C" not null,
    task_id text collate "C" not null,
    role    text collate "C" not null check (role in ('collaborator', 'follower')),
    user_id text collate "C" not null,
    place   bigint not null,
    primary key (tenant, task_id, role, user_id)
);
create index task_of_member on task_member (tenant, user_id, task_id);
