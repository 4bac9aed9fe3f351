-- What happened to instances is read back from its last change: each row knows when the one before it was made. So a change writes its row, and the key of it, where everybody writes: at the end.
-- An index by instance was a page of its own for each change. It has one entry in 64, from which a page of a long timeline is reached.
create table flow_history (
    tenant    text collate "C" not null,
    at        bigint not null,
    instance  bigint not null,
    seq       bigint not null,
    before    bigint,
    actor     text collate "C" not null,
    operation text collate "C" not null,
    payload   text collate "C" not null,
    primary key (tenant, at, instance, seq)
);
insert into flow_history (tenant, at, instance, seq, before, actor, operation, payload)
select tenant, at, cast(id as bigint), seq, lag(at) over (partition by tenant, id order by seq), actor, operation, payload from history where kind = 'instance' order by tenant, at;
delete from history where kind = 'instance';
create index flow_history_mark on flow_history (tenant, instance, seq) where seq % 64 = 0;
alter table flow_instance add column changed_at bigint;
update flow_instance n set changed_at = h.at from flow_history h where h.tenant = n.tenant and h.instance = n.id and h.seq = n.version;
