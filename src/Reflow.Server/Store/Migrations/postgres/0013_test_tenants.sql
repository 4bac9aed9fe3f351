-- Tenants that a test suite made and that go by themselves. Their time runs by the double precision clock, whatever the clock of the test double says.

create table test_tenant (
    tenant     text collate "C" not null primary key,
    expires_at bigint not null
);
