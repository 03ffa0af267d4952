-- Ticketing: venues, shows, artists, customers and bookings. Every kind of column that a tag or a condition can use occurs
-- in some table.

CREATE TYPE venue_status AS ENUM ('open', 'closed', 'planned');
CREATE TYPE show_status AS ENUM ('draft', 'onsale', 'soldout', 'cancelled');

CREATE TABLE venues (
  id int PRIMARY KEY,
  name text NOT NULL,
  city text,
  status venue_status,
  capacity int,
  rating double precision,
  area numeric(12, 2),
  updated_at timestamptz
);

-- A reference to itself.
CREATE TABLE staff (
  id int PRIMARY KEY,
  boss_id int REFERENCES staff ON DELETE SET NULL ON UPDATE CASCADE,
  name text,
  skills text[],
  salary numeric(20, 4)
);

-- Keys beyond 2^53.
CREATE TABLE artists (
  id bigint PRIMARY KEY,
  name text,
  genres text[],
  scores int[],
  agent_id int REFERENCES staff ON DELETE SET NULL ON UPDATE CASCADE,
  profile jsonb
);

CREATE TABLE shows (
  id int PRIMARY KEY,
  venue_id int REFERENCES venues ON DELETE SET NULL ON UPDATE CASCADE,
  title text,
  status show_status,
  starts_at timestamp,
  price numeric(12, 2),
  labels text[],
  details jsonb,
  body text,
  version bigint
);
ALTER TABLE shows ALTER COLUMN body SET STORAGE EXTERNAL;

-- A primary key in another order than the columns.
CREATE TABLE show_artists (
  artist_id bigint REFERENCES artists ON DELETE CASCADE ON UPDATE CASCADE,
  show_id int REFERENCES shows ON DELETE CASCADE ON UPDATE CASCADE,
  role text,
  slot smallint,
  PRIMARY KEY (show_id, artist_id)
);

CREATE TABLE customers (
  id int PRIMARY KEY,
  email text,
  name text,
  tier text,
  referred_by int REFERENCES customers ON DELETE SET NULL ON UPDATE CASCADE,
  credit numeric(40, 4),
  score real,
  last_seen timestamptz,
  preferences jsonb
);

CREATE TABLE bookings (
  id bigint PRIMARY KEY,
  customer_id int REFERENCES customers ON DELETE CASCADE ON UPDATE CASCADE,
  show_id int REFERENCES shows ON DELETE SET NULL ON UPDATE CASCADE,
  status text,
  total numeric(12, 2),
  placed_at timestamptz,
  note text
);

CREATE TABLE tickets (
  booking_id bigint REFERENCES bookings ON DELETE CASCADE ON UPDATE CASCADE,
  seat text,
  line smallint,
  price numeric(8, 3),
  holder_id int,
  PRIMARY KEY (line, booking_id)
);

-- A key that is a number with a scale.
CREATE TABLE price_levels (
  amount numeric(12, 2) PRIMARY KEY,
  label text,
  active boolean
);

-- Keys that hold ":", "," and "%".
CREATE TABLE promo_codes (
  code text PRIMARY KEY,
  discount double precision,
  uses bigint,
  valid_shows int[]
);

CREATE TABLE settings (
  scope text,
  name text,
  value jsonb,
  PRIMARY KEY (name, scope)
);

CREATE TABLE media (
  id uuid PRIMARY KEY,
  show_id int,
  kind text,
  content text,
  checksum bytea
);
ALTER TABLE media ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE readings (
  venue_id int,
  metric text,
  value double precision,
  previous real,
  exact numeric,
  PRIMARY KEY (venue_id, metric)
);

CREATE TABLE reviews (
  id int PRIMARY KEY,
  show_id int,
  customer_id int,
  stars smallint,
  comment text,
  created date
);

-- No primary key: written to and emptied, never updated.
CREATE TABLE audit_log (
  what text,
  actor int,
  at timestamptz
);

CREATE SCHEMA billing;
CREATE TABLE billing.ledger (
  year int,
  id bigint,
  account int,
  amount numeric(40, 4),
  memo text,
  PRIMARY KEY (id, year)
) PARTITION BY LIST (year);
CREATE TABLE billing.ledger_2022 PARTITION OF billing.ledger FOR VALUES IN (2022);
CREATE TABLE billing.ledger_2023 PARTITION OF billing.ledger FOR VALUES IN (2023);
CREATE TABLE billing.ledger_2024 PARTITION OF billing.ledger FOR VALUES IN (2024);

-- What is legal and looks like something else: a key that is padded, columns with the names that a context has for its
-- own members, a name that is no identifier, domains over numbers and arrays, arrays of everything.
CREATE DOMAIN grade AS numeric(4, 1);
CREATE DOMAIN label_list AS text[];
CREATE TABLE "odd-names" (
  id char(5) PRIMARY KEY,
  number int NOT NULL UNIQUE,
  "reply-to" text,
  old jsonb,
  fields_changed text[],
  grade grade,
  labels label_list,
  flags boolean[],
  amounts numeric(10, 2)[],
  codes varchar(10)[],
  states show_status[],
  days date[]
);
