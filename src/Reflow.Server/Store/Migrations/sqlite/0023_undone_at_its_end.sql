-- What a rollback undid is looked up by the rollback's task, whose id begins with its time: so it is written at the end, too, and a group of rollbacks shares pages.
create table flow_undone_at_its_end (
    tenant    text    not null,
    undone_by integer not null,
    instance  integer not null,
    seq       integer not null,
    doc       text    not null,
    primary key (tenant, undone_by, instance, seq)
) strict, without rowid;
insert into flow_undone_at_its_end select tenant, undone_by, instance, seq, doc from flow_undone;
drop table flow_undone;
alter table flow_undone_at_its_end rename to flow_undone;
