-- A space: its types, fields and roles as they are now. Its version tells nodes that what they remember is old.
create table project (
    tenant      text    not null,
    project_key text    not null,
    simple_name text    not null,
    version     integer not null,
    doc         text    not null,
    primary key (tenant, project_key)
) strict, without rowid;
create unique index project_simple_name on project (tenant, simple_name);

-- Every version of every template that an item may still run on.
create table project_template (
    tenant      text    not null,
    project_key text    not null,
    type_key    text    not null,
    template_id integer not null,
    version     integer not null,
    doc         text    not null,
    primary key (tenant, project_key, template_id, version)
) strict, without rowid;

create table work_item (
    tenant      text    not null,
    id          integer not null,
    project_key text    not null,
    type_key    text    not null,
    version     integer not null,
    name        text    not null,
    status      text    not null,
    created_by  text    not null,
    created_at  integer not null,
    updated_at  integer not null,
    is_aborted  integer not null default 0 check (is_aborted in (0, 1)),
    is_deleted  integer not null default 0 check (is_deleted in (0, 1)),
    doc         text    not null,
    primary key (tenant, id)
) strict, without rowid;
create index work_item_of_type on work_item (tenant, project_key, type_key, id) where is_deleted = 0;

-- X-IDEM-UUID: what a token has sent to an operation before.
create table idempotency (
    tenant    text    not null,
    token     text    not null,
    operation text    not null,
    uuid      text    not null,
    at        integer not null,
    primary key (tenant, token, operation, uuid)
) strict, without rowid;
