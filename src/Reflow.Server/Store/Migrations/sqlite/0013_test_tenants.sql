-- Tenants that a test suite made and that go by themselves. Their time runs by the real clock, whatever the clock of the test double says.

create table test_tenant (
    tenant     text not null primary key,
    expires_at integer not null
) strict, without rowid;
