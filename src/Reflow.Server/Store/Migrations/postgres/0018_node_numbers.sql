-- Each node has a number of its own in the ids that it makes, for as long as it renews its lease. `until` is the end of the lease by the database's clock, Unix ms.
create table node_number (
    number bigint not null primary key check (number between 0 and 63),
    holder text collate "C" not null default '',
    until  bigint not null default 0
);
insert into node_number (number) select generate_series(0, 63);
drop table node;
