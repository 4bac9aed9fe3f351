-- The versions of each flow. At most one of a flow is active: new instances start on it.
create table flow (
    tenant      text collate "C" not null,
    namespace   text collate "C" not null,
    name        text collate "C" not null,
    version     bigint not null,
    api_id      text collate "C" not null,
    state       text collate "C" not null check (state in ('deployed', 'active', 'retired')),
    deployed_at bigint not null,
    doc         text collate "C" not null,
    primary key (tenant, namespace, name, version)
);
create unique index flow_active on flow (tenant, namespace, name) where state = 'active';

create table flow_role (
    tenant   text collate "C" not null,
    role     text collate "C" not null,
    user_ids text collate "C" not null,
    primary key (tenant, role)
);

create table flow_instance (
    tenant      text collate "C" not null,
    id          bigint not null,
    version     bigint not null,
    namespace   text collate "C" not null,
    name        text collate "C" not null,
    flow        bigint not null,
    api_id      text collate "C" not null,
    initiator   text collate "C" not null,
    status      bigint not null,
    started_at  bigint not null,
    ended_at    bigint,
    last_firing bigint not null,
    last_token  bigint not null,
    form        text collate "C" not null,
    label       text collate "C" not null,
    summary     text collate "C" not null,
    primary key (tenant, id)
);
create index flow_instance_by_start on flow_instance (tenant, started_at, id);

-- The net of an instance: rows are added, and marked as consumed or undone; a step reads the marking only. What is undone must cost
-- a step nothing, so the indexes leave it out or keep it apart.
create table flow_token (
    tenant      text collate "C" not null,
    instance    bigint not null,
    id          bigint not null,
    node        text collate "C" not null,
    produced_by bigint not null,
    consumed_by bigint,
    live        bigint not null,
    dead        bigint not null,
    frame       text collate "C",
    approvers   text collate "C" not null,
    primary key (tenant, instance, id)
);
create index flow_token_consumed on flow_token (tenant, instance, consumed_by) where live = 1;
create index flow_token_produced on flow_token (tenant, instance, produced_by) where live = 1;

create table flow_firing (
    tenant    text collate "C" not null,
    instance  bigint not null,
    seq       bigint not null,
    kind      bigint not null,
    node      text collate "C" not null,
    doc       text collate "C" not null,
    undone_by bigint,
    primary key (tenant, instance, seq)
);
create index flow_firing_undone on flow_firing (tenant, instance, undone_by, seq);

create table flow_task (
    tenant     text collate "C" not null,
    id         bigint not null,
    instance   bigint not null,
    node       text collate "C" not null,
    kind       bigint not null,
    token      bigint not null,
    opened_at  bigint not null,
    status     bigint not null,
    superseded bigint not null,
    closed_at  bigint,
    done_by    bigint,
    due_at     bigint,
    remind_at  bigint,
    assignees  text collate "C" not null,
    resume     text collate "C",
    primary key (tenant, id)
);
create index flow_task_pending on flow_task (tenant, instance) where status = 0;
create index flow_task_of_node on flow_task (tenant, instance, node) where superseded = 0;
create index flow_task_due on flow_task (tenant, due_at) where due_at is not null;
create index flow_task_remind on flow_task (tenant, remind_at) where remind_at is not null;

-- Whose list a task is on (contracts: apaas §2): one row for each task, person and reason. Pending and archived are kept apart,
-- so that a person's list costs the same whatever else is stored.
create table flow_inbox (
    tenant    text collate "C" not null,
    task_id   bigint not null,
    source    text collate "C" not null check (source in ('assignMe', 'fromMe', 'CCMe')),
    user_id   text collate "C" not null,
    type      text collate "C" not null check (type in ('pending', 'archived')),
    opened_at bigint not null,
    api_id    text collate "C" not null,
    primary key (tenant, task_id, source, user_id)
);
create index flow_inbox_list on flow_inbox (tenant, user_id, source, type, opened_at, task_id, api_id);

create table flow_execution (
    tenant    text collate "C" not null,
    app_id    text collate "C" not null,
    namespace text collate "C" not null,
    name      text collate "C" not null,
    key       text collate "C" not null,
    instance  bigint not null,
    primary key (tenant, app_id, namespace, name, key)
);
