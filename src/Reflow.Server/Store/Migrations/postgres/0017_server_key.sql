-- The key that tokens are derived from: all nodes have one.
create table server_key (
    id  bigint not null primary key check (id = 0),
    key text collate "C" not null
);
