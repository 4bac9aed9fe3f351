-- A token is kept where it is needed: while it is present in the row of its instance, with the pending tasks, and afterwards with the firing that consumed it. Tokens had a row and four
-- indexes of their own, which each step changed twice.
alter table flow_instance add column marking text collate "C" not null default '{"tokens":[],"pending":[]}';
update flow_instance n set marking = json_build_object(
    'tokens', coalesce((
        select json_agg(json_build_object('id', k.id, 'node', k.node, 'produced_by', k.produced_by, 'frame', k.frame::json, 'live', true, 'dead', k.dead = 1, 'approvers', k.approvers::json))
        from flow_token k where k.tenant = n.tenant and k.instance = n.id and k.live = 1 and k.consumed_by is null), '[]'::json),
    'pending', coalesce((select json_agg(t.id) from flow_task t where t.tenant = n.tenant and t.instance = n.id and t.status = 0), '[]'::json));
drop index flow_task_pending;

-- What was undone stands apart, so that what holds needs no index beside its key.
create table flow_undone (
    tenant    text collate "C" not null,
    instance  bigint not null,
    undone_by bigint not null,
    seq       bigint not null,
    doc       text collate "C" not null,
    primary key (tenant, instance, undone_by, seq)
);
insert into flow_undone (tenant, instance, undone_by, seq, doc) select tenant, instance, undone_by, seq, doc from flow_firing where undone_by is not null;
delete from flow_firing where undone_by is not null;
drop index flow_firing_undone;
alter table flow_firing add column consumed text collate "C" not null default '[]';
update flow_firing f set consumed = coalesce((
    select json_agg(json_build_object('id', k.id, 'node', k.node, 'produced_by', k.produced_by, 'consumed_by', k.consumed_by, 'frame', k.frame::json, 'live', true, 'dead', k.dead = 1,
        'approvers', k.approvers::json))
    from flow_token k where k.tenant = f.tenant and k.instance = f.instance and k.live = 1 and k.consumed_by = f.seq), '[]'::json);
alter table flow_firing drop column undone_by, drop column kind, drop column node;
drop table flow_token;

-- A task knows on whose lists it is, so that lists need no other key than the order in which they are read.
alter table flow_task add column copied text collate "C";
update flow_task set copied = (select json_agg(i.user_id order by i.user_id) from flow_inbox i where i.tenant = flow_task.tenant and i.task_id = flow_task.id and i.source = 'CCMe')
where (tenant, id) in (select tenant, task_id from flow_inbox where source = 'CCMe');
create table flow_list (
    tenant    text collate "C" not null,
    user_id   text collate "C" not null,
    source    text collate "C" not null check (source in ('assignMe', 'fromMe', 'CCMe')),
    type      text collate "C" not null check (type in ('pending', 'archived')),
    opened_at bigint not null,
    task_id   bigint not null,
    api_id    text collate "C" not null,
    primary key (tenant, user_id, source, type, opened_at, task_id) include (api_id)
);
insert into flow_list (tenant, user_id, source, type, opened_at, task_id, api_id) select tenant, user_id, source, type, opened_at, task_id, api_id from flow_inbox;
drop table flow_inbox;
alter table flow_list rename to flow_inbox;
