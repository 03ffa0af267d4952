-- The rows of the shop before the recording starts. Keys are derived from numbers, so that the pgbench
-- scripts can name a random row: customer n is md5('customer n').

INSERT INTO customers (id, name, email, country, credit_limit, preferences, referred_by)
SELECT md5('customer ' || n)::uuid,
       (ARRAY['Zoë Müller', '李小龍', 'Ωmega Trading 🛒', 'Renée O''Brien', 'Нина Петрова'])[n % 5 + 1],
       CASE WHEN n % 7 = 0 THEN NULL ELSE 'customer' || n || '@shop.example' END,
       (ARRAY['DE', 'FR', 'JP', 'GB'])[n % 4 + 1],
       CASE WHEN n % 3 = 0 THEN NULL ELSE n * 100.50 END,
       jsonb_build_object('theme', (ARRAY['light', 'dark'])[n % 2 + 1], 'tags', jsonb_build_array('a', n)),
       CASE WHEN n > 10 THEN md5('customer ' || n - 10)::uuid END
FROM generate_series(1, 40) AS n;

INSERT INTO coupons VALUES ('WELCOME', 5.0), ('SPRING:24', 10.0), ('SAVE10%', 10.0);

INSERT INTO products
SELECT n, 'SKU-' || lpad(n::text, 4, '0'), 'Product ' || n,
       (ARRAY['books', 'garden', 'kitchen', 'toys'])[n % 4 + 1],
       CASE WHEN n % 2 = 0 THEN 'A fine thing, number ' || n END,
       jsonb_build_object('weight_g', n * 10)
FROM generate_series(1, 25) AS n;

-- A description too long and too irregular to stay in the row: stored apart (TOAST), so a change of
-- the row's other columns leaves it out.
UPDATE products SET description = (SELECT string_agg(md5(i::text), ' ') FROM generate_series(1, 90) AS i)
WHERE id = 7;

INSERT INTO pricing SELECT id, currency, id * 1.25 FROM products, (VALUES ('EUR'), ('USD')) AS c (currency);
INSERT INTO warehouses VALUES ('eu:berlin', 'Berlin'), ('eu:lyon', 'Lyon'), ('us:reno', 'Reno');
INSERT INTO inventory SELECT code, id, 100 FROM warehouses, products WHERE id % 5 = 0 OR code = 'eu:berlin';

INSERT INTO orders (customer_id, status, reference, note, placed_at)
SELECT md5('customer ' || n % 40 + 1)::uuid, 'placed', 1541815603606036000 + n, NULL,
       timestamptz '2024-03-01 08:00+00' + n * interval '1 minute'
FROM generate_series(1, 60) AS n;
INSERT INTO order_items SELECT id, line, (id * line) % 25 + 1, line FROM orders, generate_series(1, 2) AS line;

INSERT INTO session
SELECT 'sess-' || n, md5('customer ' || n)::uuid, json_build_object('cart', json_build_array()),
       timestamptz '2024-03-02 00:00+00'
FROM generate_series(1, 20) AS n;
INSERT INTO form_data
SELECT md5('form ' || n)::uuid, md5('customer ' || n)::uuid, '{"step": 1}' FROM generate_series(1, 10) AS n;
