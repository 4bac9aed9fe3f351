-- The document of an item is written with each change of it, and compressed each time, as it is long. The method that PostgreSQL has had since 14 takes a fraction of the time of the older one;
-- not every build of it has it.
do $$ begin
    execute 'alter table work_item alter column doc set compression lz4';
exception when syntax_error or feature_not_supported or invalid_parameter_value then null;
end $$;
