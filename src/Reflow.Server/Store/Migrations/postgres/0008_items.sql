-- Subtasks of all items, for the search over items: what the items' documents say, as rows.
create table sub_task (
    tenant      text collate "C" not null,
    item_id     bigint not null,
    id          bigint not null,
    project_key text collate "C" not null,
    node        text collate "C" not null,
    name        text collate "C" not null,
    passed      bigint not null check (passed in (0, 1)),
    assignee    text collate "C" not null,
    created_at  bigint not null,
    primary key (tenant, item_id, id)
);
create index sub_task_of_project on sub_task (tenant, project_key, id);

-- Nothing to carry over: PostgreSQL came after this schema.

create table work_item_comment (
    tenant     text collate "C" not null,
    item_id    bigint not null,
    id         bigint not null,
    version    bigint not null,
    operator   text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null,
    content    text collate "C" not null,
    primary key (tenant, item_id, id)
);
create unique index work_item_comment_id on work_item_comment (tenant, id);

-- An update of one field of many items: what is wanted, and what became of each item. The items that have no outcome yet are still to be done.
create table batch_update (
    tenant      text collate "C" not null,
    id          bigint not null,
    project_key text collate "C" not null,
    by_user     text collate "C" not null,
    by_actor    text collate "C" not null,
    at          bigint not null,
    request     text collate "C" not null,
    open        bigint not null,
    primary key (tenant, id)
);
create index batch_update_open on batch_update (tenant, id) where open > 0;

create table batch_update_item (
    tenant  text collate "C" not null,
    id      bigint not null,
    place   bigint not null,
    item_id bigint not null,
    outcome text collate "C",
    primary key (tenant, id, place)
);
