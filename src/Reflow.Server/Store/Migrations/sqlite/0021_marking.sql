-- A token is kept where it is needed: while it is present in the row of its instance, with the pending tasks, and afterwards with the firing that consumed it. Tokens had a row and four
-- indexes of their own, which each step changed twice.
alter table flow_instance add column marking text not null default '{"tokens":[],"pending":[]}';
update flow_instance set marking = json_object(
    'tokens', (
        select json_group_array(json_object('id', k.id, 'node', k.node, 'produced_by', k.produced_by, 'frame', json(k.frame),
            'live', json('true'), 'dead', json(case k.dead when 1 then 'true' else 'false' end), 'approvers', json(k.approvers)))
        from flow_token k indexed by flow_token_present where k.tenant = flow_instance.tenant and k.instance = flow_instance.id and k.live = 1 and k.consumed_by is null),
    'pending', (
        select json_group_array(t.id) from flow_task t indexed by flow_task_pending where t.tenant = flow_instance.tenant and t.instance = flow_instance.id and t.status = 0));
drop index flow_task_pending;

-- What was undone stands apart, so that what holds needs no index beside its key.
create table flow_undone (
    tenant    text    not null,
    instance  integer not null,
    undone_by integer not null,
    seq       integer not null,
    doc       text    not null,
    primary key (tenant, instance, undone_by, seq)
) strict, without rowid;
insert into flow_undone (tenant, instance, undone_by, seq, doc) select tenant, instance, undone_by, seq, doc from flow_firing where undone_by is not null;
delete from flow_firing where undone_by is not null;
drop index flow_firing_undone;
alter table flow_firing add column consumed text not null default '[]';
update flow_firing set consumed = (
    select json_group_array(json_object('id', k.id, 'node', k.node, 'produced_by', k.produced_by, 'consumed_by', k.consumed_by, 'frame', json(k.frame),
        'live', json('true'), 'dead', json(case k.dead when 1 then 'true' else 'false' end), 'approvers', json(k.approvers)))
    from flow_token k indexed by flow_token_consumed where k.tenant = flow_firing.tenant and k.instance = flow_firing.instance and k.live = 1 and k.consumed_by = flow_firing.seq);
alter table flow_firing drop column undone_by;
alter table flow_firing drop column kind;
alter table flow_firing drop column node;
drop table flow_token;

-- A task knows on whose lists it is, so that lists need no other key than the order in which they are read.
alter table flow_task add column copied text;
update flow_task set copied = (select json_group_array(i.user_id) from flow_inbox i where i.tenant = flow_task.tenant and i.task_id = flow_task.id and i.source = 'CCMe')
where (tenant, id) in (select tenant, task_id from flow_inbox where source = 'CCMe');
create table flow_list (
    tenant    text    not null,
    user_id   text    not null,
    source    text    not null check (source in ('assignMe', 'fromMe', 'CCMe')),
    type      text    not null check (type in ('pending', 'archived')),
    opened_at integer not null,
    task_id   integer not null,
    api_id    text    not null,
    primary key (tenant, user_id, source, type, opened_at, task_id)
) strict, without rowid;
insert into flow_list (tenant, user_id, source, type, opened_at, task_id, api_id) select tenant, user_id, source, type, opened_at, task_id, api_id from flow_inbox;
drop table flow_inbox;
alter table flow_list rename to flow_inbox;
