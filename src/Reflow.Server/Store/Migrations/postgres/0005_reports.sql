-- A report's id begins with the second of its submission, so that its key is the order by time
-- and every index that ends in it answers a span of time as a range. Rows are long: they lie beside their key, not in it.
create table report (
    tenant    text collate "C" not null,
    report_id bigint not null,
    rule_id   bigint not null,
    user_id   text collate "C" not null,
    origin    text collate "C",
    doc       text collate "C" not null,
    form      text collate "C" not null,
    primary key (tenant, report_id)
);
-- What names a report where it came from, so that it is not taken twice.
create unique index report_of_origin on report (tenant, origin) where origin is not null;
create index report_of_rule on report (tenant, rule_id, report_id);
create index report_of_submitter on report (tenant, user_id, report_id);

-- Whose reports a user token sees: a row for the submitter, for each recipient and for each who got a copy.
create table report_reader (
    tenant    text collate "C" not null,
    user_id   text collate "C" not null,
    report_id bigint not null,
    role      text collate "C" not null check (role in ('from', 'to', 'cc')),
    primary key (tenant, user_id, report_id)
);

create table report_rule (
    tenant     text collate "C" not null,
    rule_id    bigint not null,
    is_deleted bigint not null check (is_deleted in (0, 1)),
    doc        text collate "C" not null,
    primary key (tenant, rule_id)
);

-- Who has a board over the reports of a rule.
create table report_view (
    tenant  text collate "C" not null,
    rule_id bigint not null,
    user_id text collate "C" not null,
    primary key (tenant, rule_id, user_id)
);

create table report_settings (
    tenant                text collate "C" not null,
    enabled               bigint not null check (enabled in (0, 1)),
    require_page_token    bigint not null check (require_page_token in (0, 1)),
    user_max_items        bigint not null check (user_max_items > 0),
    cc_counts_as_received bigint not null check (cc_counts_as_received in (0, 1)),
    exact_rule_names      bigint not null check (exact_rule_names in (0, 1)),
    primary key (tenant)
);
