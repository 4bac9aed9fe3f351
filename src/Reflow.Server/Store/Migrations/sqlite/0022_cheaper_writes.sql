-- History is written at its end, whatever it is of, and found by an index. Ordered by what it is of, its long rows were the tree: each went into a page of its own, which most often had no
-- room for it, and half of all pages that a step of a flow wrote were these.
create table history_by_end (
    tenant    text    not null,
    kind      text    not null,
    id        text    not null,
    seq       integer not null,
    at        integer not null,
    actor     text    not null,
    operation text    not null,
    payload   text    not null,
    primary key (tenant, kind, id, seq)
) strict;
insert into history_by_end select tenant, kind, id, seq, at, actor, operation, payload from history;
drop table history;
alter table history_by_end rename to history;
