-- Times are Unix milliseconds. Lists and documents are JSON text. Every key starts with the tenant, except in `route`,
-- which is how the tenant of an app or plugin is found before anything else is known, and in `node`, which counts the
-- starts of servers: each takes another number into its ids.

create table node (
    id     bigint not null primary key check (id = 0),
    starts bigint not null
);

create table route (
    kind   text collate "C" not null check (kind in ('app', 'plugin')),
    name   text collate "C" not null,
    tenant text collate "C" not null,
    primary key (kind, name)
);

create table tenant (
    tenant text collate "C" not null primary key,
    name   text collate "C" not null
);

create table app (
    tenant      text collate "C" not null,
    app_id      text collate "C" not null,
    name        text collate "C" not null,
    secret_hash text collate "C" not null,
    owner       text collate "C" not null,
    scopes      text collate "C" not null,
    redirects   text collate "C" not null default '[]',
    primary key (tenant, app_id)
);

create table plugin (
    tenant      text collate "C" not null,
    plugin_id   text collate "C" not null,
    name        text collate "C" not null,
    secret_hash text collate "C" not null,
    projects    text collate "C" not null,
    primary key (tenant, plugin_id)
);

create table token (
    tenant     text collate "C" not null,
    hash       text collate "C" not null,
    kind       text collate "C" not null check (kind in ('tenant', 'app', 'user', 'plugin', 'virtual')),
    issuer     text collate "C" not null,
    user_id    text collate "C",
    nonce      text collate "C" not null,
    issued_at  bigint not null,
    expires_at bigint not null,
    primary key (tenant, hash)
);
create index token_of_issuer on token (tenant, issuer, kind, expires_at);

create table department (
    tenant             text collate "C" not null,
    department_id      text collate "C" not null,
    open_department_id text collate "C" not null,
    name               text collate "C" not null,
    i18n_name          text collate "C" not null default '{}',
    parent_id          text collate "C" not null default '0',
    leader_id          text collate "C",
    primary key (tenant, department_id)
);
create unique index department_open_id on department (tenant, open_department_id);

create table member (
    tenant        text collate "C" not null,
    user_id       text collate "C" not null,
    union_id      text collate "C" not null,
    kunlun_id     text collate "C",
    user_key      text collate "C",
    name          text collate "C" not null,
    en_name       text collate "C" not null default '',
    email         text collate "C",
    mobile        text collate "C",
    leader_id     text collate "C",
    department_ids text collate "C" not null default '[]',
    doc           text collate "C" not null default '{}',
    primary key (tenant, user_id)
);
create unique index member_kunlun_id on member (tenant, kunlun_id);
create unique index member_user_key on member (tenant, user_key);

-- The ids by which apps know members: open_id per app, union_id per owner (app_id is then the empty text).
create table identity (
    tenant  text collate "C" not null,
    id      text collate "C" not null,
    app_id  text collate "C" not null,
    user_id text collate "C" not null,
    primary key (tenant, id)
);

-- What happened, in order, one row a change; never updated, never deleted.
create table history (
    tenant    text collate "C" not null,
    kind      text collate "C" not null,
    id        text collate "C" not null,
    seq       bigint not null,
    at        bigint not null,
    actor     text collate "C" not null,
    operation text collate "C" not null,
    payload   text collate "C" not null,
    primary key (tenant, kind, id, seq)
);
