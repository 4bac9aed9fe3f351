-- How much of a window has been taken by the nodes together: of an app's calls, of wrong passwords. `ends` is by the nodes' clocks, Unix ms; `share` is what was taken last.
-- Rows are updated in place, so that there are never more than what is counted, and room is left on their pages for that.
create table quota (
    tenant text collate "C" not null,
    key    text collate "C" not null,
    ends   bigint not null,
    share  bigint not null,
    taken  bigint not null,
    primary key (tenant, key)
) with (fillfactor = 50);
