-- What happened to instances is read back from its last change: each row knows when the one before it was made. So a change writes its row, and the key of it, where everybody writes: at the end.
-- An index by instance was a page of its own for each change, a third of all pages that a step of a flow wrote. It has one entry in 64, from which a page of a long timeline is reached.
create table flow_history (
    tenant    text    not null,
    at        integer not null,
    instance  integer not null,
    seq       integer not null,
    before    integer,
    actor     text    not null,
    operation text    not null,
    payload   text    not null,
    primary key (tenant, at, instance, seq)
) strict, without rowid;
insert into flow_history (tenant, at, instance, seq, before, actor, operation, payload)
select tenant, at, cast(id as integer), seq, lag(at) over (partition by tenant, id order by seq), actor, operation, payload from history where kind = 'instance' order by tenant, at;
create index flow_history_mark on flow_history (tenant, instance, seq) where seq % 64 = 0;
alter table flow_instance add column changed_at integer;
update flow_instance set changed_at = (
    select h.at from history h where h.tenant = flow_instance.tenant and h.kind = 'instance' and h.id = cast(flow_instance.id as text) and h.seq = flow_instance.version);
delete from history where kind = 'instance';
