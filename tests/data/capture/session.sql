-- The cases that pgbench does not cover, one transaction each; without BEGIN a statement is one.

-- A customer is born with awkward text, NULLs, and numbers at and above 2^53.
INSERT INTO customers VALUES ('00000000-0000-4000-8000-000000000001', E'Ana "Ñ" \\ Łuk\tasz', NULL, 'PL',
  9007199254.75, true, '{"big": 9007199254740993, "nested": {"list": [1, null, "ü"]}}', NULL);
INSERT INTO orders (id, customer_id, reference, note, placed_at) VALUES
  (1001, '00000000-0000-4000-8000-000000000001', 9007199254740992, '', '2024-03-02 09:00+00'),
  (1002, '00000000-0000-4000-8000-000000000001', 9007199254740993, E'two\nlines', '2024-03-02 09:01+00'),
  (1003, '00000000-0000-4000-8000-000000000001', -9007199254740993, NULL, '2024-03-02 09:02+00');
INSERT INTO order_items VALUES (1001, 1, 3, 2), (1002, 1, 7, 1), (1003, 1, 3, 1);

-- An order moves from one customer to another: both lists of orders are wrong now.
UPDATE orders SET customer_id = md5('customer 1')::uuid WHERE id = 1001;
-- A referral appears, and one goes away.
UPDATE customers SET referred_by = md5('customer 2')::uuid WHERE id = '00000000-0000-4000-8000-000000000001';
UPDATE customers SET referred_by = NULL WHERE id = md5('customer 11')::uuid;

-- Changed primary keys; the foreign keys follow in the same transaction.
UPDATE coupons SET code = 'SUMMER:24 -15%' WHERE code = 'WELCOME';
UPDATE warehouses SET code = 'eu:hamburg', city = 'Hamburg' WHERE code = 'eu:lyon';
BEGIN;
INSERT INTO products VALUES (9007199254740993, 'SKU-BIG', 'A product with a long number', 'toys', NULL, '{}');
UPDATE products SET id = 26, name = 'A product with a short number' WHERE id = 9007199254740993;
COMMIT;

-- REPLICA IDENTITY DEFAULT: the old category is not known. The long description is not in the change.
UPDATE products SET category = 'garden' WHERE id = 6;
UPDATE products SET category = 'kitchen' WHERE id = 7;
-- The same with FULL: the unchanged long value is known from the old row.
UPDATE customers SET preferences = (SELECT jsonb_object_agg(i, md5(i::text)) FROM generate_series(1, 90) AS i)
WHERE id = md5('customer 3')::uuid;
UPDATE customers SET newsletter = true WHERE id = md5('customer 3')::uuid;

-- An update that changes nothing.
UPDATE products SET name = name WHERE id = 8;
UPDATE warehouses SET city = city WHERE code = 'us:reno';

-- Many rows at once, and many tables at once.
UPDATE pricing SET price = round(price * 1.1, 2) WHERE currency = 'USD' AND product_id <= 20;
BEGIN;
UPDATE customers SET credit_limit = 250 WHERE id = md5('customer 4')::uuid;
UPDATE customers SET credit_limit = 260.5 WHERE id = md5('customer 4')::uuid;
INSERT INTO audit.events VALUES ('back office', 'credit limit', '{"customer": 4, "limit": 260.5}');
DELETE FROM session WHERE sid = 'sess-4';
INSERT INTO session VALUES ('sess-4', md5('customer 4')::uuid, '{"cart": []}', '2024-03-03 00:00+00');
COMMIT;

-- A table without a key, all operations.
INSERT INTO audit.events VALUES (NULL, 'login', NULL), ('系統', 'cleanup', '{"rows": 3}');
UPDATE audit.events SET actor = 'nobody' WHERE actor IS NULL;
DELETE FROM audit.events WHERE actor = 'nobody';

-- Deletes: one row, rows that follow a foreign key, a whole small table.
DELETE FROM payments WHERE order_id = 61;
DELETE FROM orders WHERE id = 1002;
BEGIN;
DELETE FROM order_items WHERE order_id = 1003;
DELETE FROM orders WHERE id = 1003;
COMMIT;
DELETE FROM coupons WHERE code = 'SAVE10%';

-- Undone as a whole, and in part.
BEGIN;
UPDATE customers SET country = 'XX';
ROLLBACK;
BEGIN;
UPDATE inventory SET quantity = 7 WHERE warehouse = 'us:reno' AND product_id = 5;
SAVEPOINT later;
UPDATE inventory SET quantity = 0 WHERE warehouse = 'us:reno';
ROLLBACK TO later;
UPDATE inventory SET quantity = 8 WHERE warehouse = 'us:reno' AND product_id = 10;
COMMIT;

-- Transactions without a row: no write at all, a table made and dropped, a message.
BEGIN;
COMMIT;
CREATE TABLE scratch (id integer PRIMARY KEY);
DROP TABLE scratch;
SELECT pg_logical_emit_message(true, 'shop', 'inventory counted');
SELECT pg_logical_emit_message(false, 'shop', 'outside any transaction');

-- TRUNCATE: alone, with other writes, and several tables with what refers to them.
TRUNCATE form_data;
BEGIN;
INSERT INTO form_data VALUES (md5('form 1')::uuid, md5('customer 1')::uuid, '{"step": 1}');
TRUNCATE session;
COMMIT;
TRUNCATE payments, audit.events;
TRUNCATE order_items, inventory;
