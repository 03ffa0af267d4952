-- Lists the tables whose updates and deletes are not in PostgreSQL's log, one per line. Their replica identity is one of:
--   NOTHING;
--   the default, without a primary key, or with one that PostgreSQL does not use: it is DEFERRABLE, or its index is not valid;
--   USING INDEX, and the index was dropped or is not valid.
-- Give each of them ALTER TABLE ... REPLICA IDENTITY FULL, or an index that identifies its rows. A partition has its own
-- replica identity, whatever its parent's is: run this again after each new partition.
SELECT c.oid::regclass
  FROM pg_class c
  WHERE c.relkind = 'r' AND c.relpersistence = 'p'
    AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND (c.relreplident = 'n'
      OR c.relreplident = 'd' AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate AND i.indisvalid)
      OR c.relreplident = 'i' AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid))
  ORDER BY c.oid::regclass::text;
