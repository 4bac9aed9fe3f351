-- Subtasks of all items, for the search over items: what the items' documents say, as rows.
create table sub_task (
    tenant      text    not null,
    item_id     integer not null,
    id          integer not null,
    project_key text    not null,
    node        text    not null,
    name        text    not null,
    passed      integer not null check (passed in (0, 1)),
    assignee    text    not null,
    created_at  integer not null,
    primary key (tenant, item_id, id)
) strict, without rowid;
create index sub_task_of_project on sub_task (tenant, project_key, id);

insert into sub_task (tenant, item_id, id, project_key, node, name, passed, assignee, created_at)
select i.tenant, i.id, t.value ->> 'id', i.project_key, n.value ->> 'key', t.value ->> 'name', t.value ->> 'passed', t.value -> 'assignee', t.value ->> 'created_at'
from work_item i, json_each(i.doc, '$.nodes') n, json_each(n.value, '$.sub_tasks') t
where i.is_deleted = 0;

create table work_item_comment (
    tenant     text    not null,
    item_id    integer not null,
    id         integer not null,
    version    integer not null,
    operator   text    not null,
    created_at integer not null,
    updated_at integer not null,
    content    text    not null,
    primary key (tenant, item_id, id)
) strict, without rowid;
create unique index work_item_comment_id on work_item_comment (tenant, id);

-- An update of one field of many items: what is wanted, and what became of each item. The items that have no outcome yet are still to be done.
create table batch_update (
    tenant      text    not null,
    id          integer not null,
    project_key text    not null,
    by_user     text    not null,
    by_actor    text    not null,
    at          integer not null,
    request     text    not null,
    open        integer not null,
    primary key (tenant, id)
) strict, without rowid;
create index batch_update_open on batch_update (tenant, id) where open > 0;

create table batch_update_item (
    tenant  text    not null,
    id      integer not null,
    place   integer not null,
    item_id integer not null,
    outcome text,
    primary key (tenant, id, place)
) strict, without rowid;
