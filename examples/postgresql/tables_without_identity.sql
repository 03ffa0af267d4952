-- The tables whose updates and deletes are not in PostgreSQL's log, one on each line: they have no primary key or an identity
-- that says NOTHING. Give each of them ALTER TABLE ... REPLICA IDENTITY FULL, or an index that identifies its rows.
SELECT c.oid::regclass
  FROM pg_class c
  WHERE c.relkind = 'r' AND c.relpersistence = 'p'
    AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND (c.relreplident = 'n'
      OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))
  ORDER BY c.oid::regclass::text;
