-- Times are Unix milliseconds. Lists and documents are JSON text. Every key starts with the tenant, except in `route`,
-- which is how the tenant of an app or plugin is found before anything else is known, and in `node`, which counts the
-- starts of servers: each takes another number into its ids.

create table node (
    id     integer not null primary key check (id = 0),
    starts integer not null
) strict;

create table route (
    kind   text not null check (kind in ('app', 'plugin')),
    name   text not null,
    tenant text not null,
    primary key (kind, name)
) strict, without rowid;

create table tenant (
    tenant text not null primary key,
    name   text not null
) strict, without rowid;

create table app (
    tenant      text not null,
    app_id      text not null,
    name        text not null,
    secret_hash text not null,
    owner       text not null,
    scopes      text not null,
    redirects   text not null default '[]',
    primary key (tenant, app_id)
) strict, without rowid;

create table plugin (
    tenant      text not null,
    plugin_id   text not null,
    name        text not null,
    secret_hash text not null,
    projects    text not null,
    primary key (tenant, plugin_id)
) strict, without rowid;

create table token (
    tenant     text    not null,
    hash       text    not null,
    kind       text    not null check (kind in ('tenant', 'app', 'user', 'plugin', 'virtual')),
    issuer     text    not null,
    user_id    text,
    nonce      text    not null,
    issued_at  integer not null,
    expires_at integer not null,
    primary key (tenant, hash)
) strict, without rowid;
create index token_of_issuer on token (tenant, issuer, kind, expires_at);

create table department (
    tenant             text not null,
    department_id      text not null,
    open_department_id text not null,
    name               text not null,
    i18n_name          text not null default '{}',
    parent_id          text not null default '0',
    leader_id          text,
    primary key (tenant, department_id)
) strict, without rowid;
create unique index department_open_id on department (tenant, open_department_id);

create table member (
    tenant        text not null,
    user_id       text not null,
    union_id      text not null,
    kunlun_id     text,
    user_key      text,
    name          text not null,
    en_name       text not null default '',
    email         text,
    mobile        text,
    leader_id     text,
    department_ids text not null default '[]',
    doc           text not null default '{}',
    primary key (tenant, user_id)
) strict, without rowid;
create unique index member_kunlun_id on member (tenant, kunlun_id);
create unique index member_user_key on member (tenant, user_key);

-- The ids by which apps know members: open_id per app, union_id per owner (app_id is then the empty text).
create table identity (
    tenant  text not null,
    id      text not null,
    app_id  text not null,
    user_id text not null,
    primary key (tenant, id)
) strict, without rowid;

-- What happened, in order, one row a change; never updated, never deleted.
create table history (
    tenant    text    not null,
    kind      text    not null,
    id        text    not null,
    seq       integer not null,
    at        integer not null,
    actor     text    not null,
    operation text    not null,
    payload   text    not null,
    primary key (tenant, kind, id, seq)
) strict, without rowid;
