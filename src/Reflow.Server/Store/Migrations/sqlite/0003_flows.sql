-- The versions of each flow. At most one of a flow is active: new instances start on it.
create table flow (
    tenant      text    not null,
    namespace   text    not null,
    name        text    not null,
    version     integer not null,
    api_id      text    not null,
    state       text    not null check (state in ('deployed', 'active', 'retired')),
    deployed_at integer not null,
    doc         text    not null,
    primary key (tenant, namespace, name, version)
) strict, without rowid;
create unique index flow_active on flow (tenant, namespace, name) where state = 'active';

create table flow_role (
    tenant   text not null,
    role     text not null,
    user_ids text not null,
    primary key (tenant, role)
) strict, without rowid;

create table flow_instance (
    tenant      text    not null,
    id          integer not null,
    version     integer not null,
    namespace   text    not null,
    name        text    not null,
    flow        integer not null,
    api_id      text    not null,
    initiator   text    not null,
    status      integer not null,
    started_at  integer not null,
    ended_at    integer,
    last_firing integer not null,
    last_token  integer not null,
    form        text    not null,
    label       text    not null,
    summary     text    not null,
    primary key (tenant, id)
) strict, without rowid;
create index flow_instance_by_start on flow_instance (tenant, started_at, id);

-- The net of an instance: rows are added, and marked as consumed or undone; a step reads the marking only. What is undone must cost
-- a step nothing, so the indexes leave it out or keep it apart.
create table flow_token (
    tenant      text    not null,
    instance    integer not null,
    id          integer not null,
    node        text    not null,
    produced_by integer not null,
    consumed_by integer,
    live        integer not null,
    dead        integer not null,
    frame       text,
    approvers   text    not null,
    primary key (tenant, instance, id)
) strict, without rowid;
create index flow_token_consumed on flow_token (tenant, instance, consumed_by) where live = 1;
create index flow_token_produced on flow_token (tenant, instance, produced_by) where live = 1;

create table flow_firing (
    tenant    text    not null,
    instance  integer not null,
    seq       integer not null,
    kind      integer not null,
    node      text    not null,
    doc       text    not null,
    undone_by integer,
    primary key (tenant, instance, seq)
) strict, without rowid;
create index flow_firing_undone on flow_firing (tenant, instance, undone_by, seq);

create table flow_task (
    tenant     text    not null,
    id         integer not null,
    instance   integer not null,
    node       text    not null,
    kind       integer not null,
    token      integer not null,
    opened_at  integer not null,
    status     integer not null,
    superseded integer not null,
    closed_at  integer,
    done_by    integer,
    due_at     integer,
    remind_at  integer,
    assignees  text    not null,
    resume     text,
    primary key (tenant, id)
) strict, without rowid;
create index flow_task_pending on flow_task (tenant, instance) where status = 0;
create index flow_task_of_node on flow_task (tenant, instance, node) where superseded = 0;
create index flow_task_due on flow_task (tenant, due_at) where due_at is not null;
create index flow_task_remind on flow_task (tenant, remind_at) where remind_at is not null;

-- Whose list a task is on (contracts: apaas §2): one row for each task, person and reason. Pending and archived are kept apart,
-- so that a person's list costs the same whatever else is stored.
create table flow_inbox (
    tenant    text    not null,
    task_id   integer not null,
    source    text    not null check (source in ('assignMe', 'fromMe', 'CCMe')),
    user_id   text    not null,
    type      text    not null check (type in ('pending', 'archived')),
    opened_at integer not null,
    api_id    text    not null,
    primary key (tenant, task_id, source, user_id)
) strict, without rowid;
create index flow_inbox_list on flow_inbox (tenant, user_id, source, type, opened_at, task_id, api_id);

create table flow_execution (
    tenant    text    not null,
    app_id    text    not null,
    namespace text    not null,
    name      text    not null,
    key       text    not null,
    instance  integer not null,
    primary key (tenant, app_id, namespace, name, key)
) strict, without rowid;
