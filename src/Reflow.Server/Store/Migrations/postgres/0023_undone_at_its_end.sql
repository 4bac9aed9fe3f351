-- What a rollback undid is looked up by the rollback's task, whose id begins with its time: so its key is written at the end, too, and a group of rollbacks shares pages.
alter table flow_undone drop constraint flow_undone_pkey, add primary key (tenant, undone_by, instance, seq);
