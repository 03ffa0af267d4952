-- A column of every kind of type, keys of unusual types, and replica identities of every kind: what
-- the conversion of values distinguishes. One transaction each.

CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', '5', 'f');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE "App" AS ENUM ('x');
CREATE DOMAIN positive AS integer CHECK (value > 0);
CREATE DOMAIN price AS numeric(5, 2);
CREATE DOMAIN label AS text;
CREATE DOMAIN flag AS boolean;
CREATE DOMAIN numbers AS integer[];
CREATE DOMAIN ratio AS float8;

CREATE TABLE scalars (
  id integer PRIMARY KEY, b boolean, i2 smallint, i8 bigint, o oid, n numeric, n2 numeric(12, 2), r real,
  d double precision, m money, t text, v varchar(10), c char(5), ch "char", nm name, by bytea, ts timestamp,
  tz timestamptz, ts3 timestamp(3), tz0 timestamptz(0), da date, ti time, tt time(2) with time zone, iv interval,
  iv2 interval day to second, u uuid, x xml, inn inet, cid cidr, mac macaddr, bit3 bit(3), vb bit varying,
  lsn pg_lsn, jp jsonpath, ci citext, rng int4range, dr daterange, j json, jb jsonb);
INSERT INTO scalars VALUES (1, true, 2, 9007199254740993, 4000000000, '2.50', '10', '1e10', '1e+22', 5.5, 'tx', 'va',
  'ch', 'z', 'nm', '\x00ff', '2024-01-01', '2024-01-01', '2024-01-01 10:00:00.123', '2024-01-01 10:00:00.9',
  '2024-01-01', '10:00', '10:00:00.12+02', '1 day', '1 day 2 hours', '00000000-0000-4000-8000-000000000001', '<a/>',
  '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '101', '11', '0/16', '$.a', 'CiT', '[1,3)', '[2024-01-01,)',
  '{"a":  1.0, "a":2}', '{"a":1.0,"b":[1e5, null], "c": "ü"}');
INSERT INTO scalars (id, n, r, d, jb, j) VALUES (2, 'NaN', 'Infinity', '-Infinity', 'null', ' null ');
INSERT INTO scalars (id, n, r, d, b, jb, j) VALUES (3, '-0', '-0', '1e-7', false, '"text"', '{"$number": "5"}');
INSERT INTO scalars (id, n, r, d, n2, jb) VALUES (4, '1e30', '3.4e38', '1.7976931348623157e308', '-0.00',
  '[9007199254740993, 2.0, {"$unknown": true}, true]');
INSERT INTO scalars (id, n, r, d, n2, t) VALUES (5, '100000000000000.001', '1.6777216e7', '123456789012345680', '0.10', '');
INSERT INTO scalars (id, i8, jb) VALUES (6, 9007199254740991, '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]'),
  (7, -9007199254740992, '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]');

CREATE TABLE lists (
  id integer PRIMARY KEY, i integer[], i8 bigint[], n numeric[], n2 numeric(10, 2)[], t text[], b boolean[],
  tz timestamptz[], r real[], by bytea[], bx box[], m mood[], p pair[], po positive[], jb jsonb[], v varchar(3)[],
  c char(3)[], ch "char"[], ci citext[], a "App"[]);
INSERT INTO lists VALUES (1, '{1,NULL,3}', '[0:1]={9007199254740993,-1}', '{2.0,10.00,NaN}', '{1.50,2.00}',
  '{"a,b","q\"x\\y",NULL,"NULL","",c d,null,ä,"{x}"," x "}', '{t,f}', '{2024-01-01 00:00+00,infinity}',
  '{1.5,NaN,Infinity}', '{"\\x00ff"}', '{(1,2),(0,0);(3,4),(1,1)}', '{ok,sad,5}',
  array['(1,x)'::pair, '(2,"y z")'], '{7}', array['{"a":1}'::jsonb, '1.0', 'null'], '{abc}', '{ab,c}', '{a}', '{Ab}',
  '{x}');
INSERT INTO lists (id, i, t, n) VALUES (2, '{{1,2},{3,4}}', '{}', NULL);

CREATE TABLE others (
  id integer PRIMARY KEY, m mood, p pair, po positive, pr price, l label, f flag, ns numbers, ra ratio, pt point,
  pa path, bx box, ci circle, li line, ls lseg, mr int4multirange, h hstore, tsv tsvector, i2 int2vector, rc regclass,
  xi xid, a "App");
INSERT INTO others VALUES (1, 'ok', '(1,"x y")', 5, '1.50', 'text', true, '{4,5}', 1.5, '(1,2)', '((0,0),(1,1))',
  '(1,1),(0,0)', '<(0,0),1>', '{1,2,3}', '[(0,0),(1,1)]', '{[1,3)}', 'a=>1', 'a b', '1 2', 'others', '5', 'x');
INSERT INTO others (id, m, l, ra, h) VALUES (2, 'f', '{x}', 'NaN', ''), (3, '5', 'null', NULL, NULL), (4, 'sad', '7', 2, NULL);

-- Keys.
CREATE TABLE keys (n numeric(10, 2), b boolean, y bytea, z timestamptz, l label, v text, PRIMARY KEY (z, y, b, n, l));
INSERT INTO keys VALUES (10, true, '\xdead', '2024-01-01', 'a:b', 'x');
UPDATE keys SET v = NULL;
UPDATE keys SET n = 11;
DELETE FROM keys;
CREATE TABLE links (a integer, b integer, c text, PRIMARY KEY (b, a));
INSERT INTO links VALUES (1, 2, 'x');
UPDATE links SET c = 'y';
UPDATE links SET a = 7;
DELETE FROM links;
CREATE TABLE nan_keys (n numeric PRIMARY KEY, v text);
INSERT INTO nan_keys VALUES ('NaN', 'x');
UPDATE nan_keys SET n = 1.0;
UPDATE nan_keys SET n = 'NaN';
DELETE FROM nan_keys;

-- Identities, and long values that do not change.
CREATE TABLE long (id integer PRIMARY KEY, body text, k integer);
ALTER TABLE long ALTER body SET STORAGE external;
INSERT INTO long VALUES (1, repeat('x', 2500), 1);
UPDATE long SET k = 2;
UPDATE long SET id = 2;
DELETE FROM long;
ALTER TABLE long REPLICA IDENTITY FULL;
INSERT INTO long VALUES (1, repeat('x', 2500), 1);
UPDATE long SET k = 2;
UPDATE long SET id = 5;
UPDATE long SET body = 'short';
CREATE TABLE indexed (id integer PRIMARY KEY, u integer NOT NULL UNIQUE, z text);
ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_u_key;
INSERT INTO indexed VALUES (1, 2, 'z');
UPDATE indexed SET z = 'y';
UPDATE indexed SET id = 9;
UPDATE indexed SET u = 3;
DELETE FROM indexed;
CREATE TABLE bare (a integer, f float8);
ALTER TABLE bare REPLICA IDENTITY FULL;
INSERT INTO bare VALUES (1, NULL);
UPDATE bare SET f = 'NaN';
UPDATE bare SET a = 2;
DELETE FROM bare;
CREATE TABLE pairs (a integer, b integer, PRIMARY KEY (a, b));
INSERT INTO pairs VALUES (1, 2);
UPDATE pairs SET b = 2;
UPDATE pairs SET b = 3;
CREATE TABLE awkward (id integer PRIMARY KEY, old text, fields_changed text[], "$unknown" integer, "$number" text, "a.b" text);
ALTER TABLE awkward REPLICA IDENTITY FULL;
INSERT INTO awkward VALUES (1, 'x', '{y}', 1, '5', 'z');
UPDATE awkward SET old = 'y';
DELETE FROM awkward;
ALTER TABLE scalars REPLICA IDENTITY FULL;
UPDATE scalars SET b = false WHERE id = 2;
UPDATE scalars SET n = NULL, jb = NULL WHERE id = 2;
ALTER TABLE lists REPLICA IDENTITY FULL;
UPDATE lists SET t = '{x}' WHERE id = 2;

CREATE TABLE parts (id integer, y integer, PRIMARY KEY (id, y)) PARTITION BY range (y);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
INSERT INTO parts VALUES (1, 1);
UPDATE parts SET y = 11;
TRUNCATE parts;
