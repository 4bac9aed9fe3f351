-- The versions of a rule's form: reports name the one that they were written on, and an export has a column for every field that there ever was.
create table report_form (
    tenant     text collate "C" not null,
    rule_id    bigint not null,
    version    bigint not null check (version > 0),
    fields     text collate "C" not null,
    created_at bigint not null,
    primary key (tenant, rule_id, version)
);
-- Nothing to carry over: PostgreSQL came after this schema.

-- What of a report Feishu's API does not show: for which cycle of its rule it was written (the cycle's first day; empty where the rule has none),
-- whether it came late, on which version of the form, and whether it was changed since.
create table report_filing (
    tenant       text collate "C" not null,
    report_id    bigint not null,
    rule_id      bigint not null,
    user_id      text collate "C" not null,
    cycle        text collate "C" not null,
    late         bigint not null check (late in (0, 1)),
    form_version bigint not null,
    edited_at    bigint,
    primary key (tenant, report_id)
);
create index report_filing_of_cycle on report_filing (tenant, rule_id, cycle, user_id, report_id);
-- Nothing to carry over: PostgreSQL came after this schema.

-- Reports that their writers took back. Their ids stay places in a list: a page token that names one still leads on.
create table report_recalled (
    tenant      text collate "C" not null,
    report_id   bigint not null,
    rule_id     bigint not null,
    user_id     text collate "C" not null,
    cycle       text collate "C" not null,
    doc         text collate "C" not null,
    form        text collate "C" not null,
    recalled_at bigint not null,
    primary key (tenant, report_id)
);

-- Reports that are being written: one for a member, rule and cycle.
create table report_draft (
    tenant     text collate "C" not null,
    draft_id   bigint not null,
    rule_id    bigint not null,
    cycle      text collate "C" not null,
    user_id    text collate "C" not null,
    contents   text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant, draft_id)
);
create unique index report_draft_of_writer on report_draft (tenant, user_id, rule_id, cycle);
