-- A space: its types, fields and roles as they are now. Its version tells nodes that what they remember is old.
create table project (
    tenant      text collate "C" not null,
    project_key text collate "C" not null,
    simple_name text collate "C" not null,
    version     bigint not null,
    doc         text collate "C" not null,
    primary key (tenant, project_key)
);
create unique index project_simple_name on project (tenant, simple_name);

-- Every version of every template that an item may still run on.
create table project_template (
    tenant      text collate "C" not null,
    project_key text collate "C" not null,
    type_key    text collate "C" not null,
    template_id bigint not null,
    version     bigint not null,
    doc         text collate "C" not null,
    primary key (tenant, project_key, template_id, version)
);

create table work_item (
    tenant      text collate "C" not null,
    id          bigint not null,
    project_key text collate "C" not null,
    type_key    text collate "C" not null,
    version     bigint not null,
    name        text collate "C" not null,
    status      text collate "C" not null,
    created_by  text collate "C" not null,
    created_at  bigint not null,
    updated_at  bigint not null,
    is_aborted  bigint not null default 0 check (is_aborted in (0, 1)),
    is_deleted  bigint not null default 0 check (is_deleted in (0, 1)),
    doc         text collate "C" not null,
    primary key (tenant, id)
);
create index work_item_of_type on work_item (tenant, project_key, type_key, id) where is_deleted = 0;

-- X-IDEM-UUID: what a token has sent to an operation before.
create table idempotency (
    tenant    text collate "C" not null,
    token     text collate "C" not null,
    operation text collate "C" not null,
    uuid      text collate "C" not null,
    at        bigint not null,
    primary key (tenant, token, operation, uuid)
);
