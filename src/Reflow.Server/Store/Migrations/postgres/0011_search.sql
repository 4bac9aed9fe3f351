-- What can be searched of an item, beside what its row says: one row for each value, kept in the item's own transaction.
-- Texts and numbers have an index each; `folded` is the text without its case where that differs. A compound field's rows have a line.
create table item_fact (
    tenant text collate "C" not null,
    item   bigint not null,
    field  text collate "C" not null,
    line   bigint not null,
    at     bigint not null,
    text   text collate "C",
    folded text collate "C",
    number double precision,
    primary key (tenant, item, field, line, at)
);
create index item_fact_text on item_fact (tenant, field, text, item, folded) where text is not null;
create index item_fact_number on item_fact (tenant, field, number, item) where number is not null;

-- A page of the newest items is a range of one of these, and so is their number.
create index work_item_by_update on work_item (tenant, project_key, type_key, is_aborted, updated_at, id, status, created_at, is_deleted) where is_deleted = 0;
create index work_item_by_status on work_item (tenant, project_key, type_key, is_aborted, status, updated_at, id, created_at, is_deleted) where is_deleted = 0;
drop index work_item_of_type;

-- Items from before have no facts yet: they get them when the server starts.
alter table work_item add column has_facts bigint not null default 1 check (has_facts in (0, 1));
create index work_item_without_facts on work_item (tenant, id) where has_facts = 0;

-- What a plugin was given to get a user's token with: codes, and the tokens that renew it. Each is good once.
create table project_grant (
    tenant     text collate "C" not null,
    hash       text collate "C" not null,
    kind       text collate "C" not null check (kind in ('code', 'refresh')),
    plugin_id  text collate "C" not null,
    user_id    text collate "C" not null,
    expires_at bigint not null,
    primary key (tenant, hash)
);
