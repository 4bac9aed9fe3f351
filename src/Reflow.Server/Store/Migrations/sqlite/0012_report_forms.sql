-- The versions of a rule's form: reports name the one that they were written on, and an export has a column for every field that there ever was.
create table report_form (
    tenant     text    not null,
    rule_id    integer not null,
    version    integer not null check (version > 0),
    fields     text    not null,
    created_at integer not null,
    primary key (tenant, rule_id, version)
) strict, without rowid;
insert into report_form (tenant, rule_id, version, fields, created_at)
    select tenant, rule_id, 1, json_extract(doc, '$.fields'), json_extract(doc, '$.created_at') from report_rule where json_extract(doc, '$.fields') is not null;

-- What of a report Feishu's API does not show: for which cycle of its rule it was written (the cycle's first day; empty where the rule has none),
-- whether it came late, on which version of the form, and whether it was changed since.
create table report_filing (
    tenant       text    not null,
    report_id    integer not null,
    rule_id      integer not null,
    user_id      text    not null,
    cycle        text    not null,
    late         integer not null check (late in (0, 1)),
    form_version integer not null,
    edited_at    integer,
    primary key (tenant, report_id)
) strict, without rowid;
create index report_filing_of_cycle on report_filing (tenant, rule_id, cycle, user_id, report_id);
insert into report_filing (tenant, report_id, rule_id, user_id, cycle, late, form_version)
    select tenant, report_id, rule_id, user_id, '', 0, 1 from report;

-- Reports that their writers took back. Their ids stay places in a list: a page token that names one still leads on.
create table report_recalled (
    tenant      text    not null,
    report_id   integer not null,
    rule_id     integer not null,
    user_id     text    not null,
    cycle       text    not null,
    doc         text    not null,
    form        text    not null,
    recalled_at integer not null,
    primary key (tenant, report_id)
) strict, without rowid;

-- Reports that are being written: one for a member, rule and cycle.
create table report_draft (
    tenant     text    not null,
    draft_id   integer not null,
    rule_id    integer not null,
    cycle      text    not null,
    user_id    text    not null,
    contents   text    not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (tenant, draft_id)
) strict, without rowid;
create unique index report_draft_of_writer on report_draft (tenant, user_id, rule_id, cycle);
