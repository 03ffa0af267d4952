-- The tables of the shop, and an outbox. Triggers record each write in the transaction that makes it, so no program can
-- forget to. The context of a write has what rules.yaml reads. Ids never change.
--
--   sqlite3 shop.db <schema.sql

PRAGMA journal_mode = WAL;  -- readers do not wait for writers

CREATE TABLE IF NOT EXISTS customers (id INTEGER PRIMARY KEY, region TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, product_id INTEGER NOT NULL,
                                   quantity INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS orders_of_customer ON orders (customer_id);
CREATE INDEX IF NOT EXISTS orders_of_product ON orders (product_id);
CREATE VIEW IF NOT EXISTS sales AS SELECT customer_id, product_id, quantity * IFNULL(price, 0) AS revenue
  FROM orders LEFT JOIN products ON products.id = product_id;

CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, write TEXT NOT NULL) STRICT;

CREATE TRIGGER IF NOT EXISTS customer_inserted AFTER INSERT ON customers BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'customers', 'resourceId', CAST(NEW.id AS TEXT), 'operation', 'insert'));
END;
CREATE TRIGGER IF NOT EXISTS customer_updated AFTER UPDATE ON customers BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'customers', 'resourceId', CAST(NEW.id AS TEXT), 'operation', 'update'));
END;
CREATE TRIGGER IF NOT EXISTS customer_deleted AFTER DELETE ON customers BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'customers', 'resourceId', CAST(OLD.id AS TEXT), 'operation', 'delete'));
END;

CREATE TRIGGER IF NOT EXISTS product_inserted AFTER INSERT ON products BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'products', 'resourceId', CAST(NEW.id AS TEXT), 'operation', 'insert',
    'context', json_object('price', NEW.price)));
END;
CREATE TRIGGER IF NOT EXISTS product_updated AFTER UPDATE ON products BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'products', 'resourceId', CAST(NEW.id AS TEXT), 'operation', 'update',
    'context', json_object('price', NEW.price, 'old', json_object('price', OLD.price))));
END;
CREATE TRIGGER IF NOT EXISTS product_deleted AFTER DELETE ON products BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'products', 'resourceId', CAST(OLD.id AS TEXT), 'operation', 'delete',
    'context', json_object('old', json_object('price', OLD.price))));
END;

CREATE TRIGGER IF NOT EXISTS order_inserted AFTER INSERT ON orders BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'orders', 'resourceId', CAST(NEW.id AS TEXT), 'operation', 'insert',
    'context', json_object('customer_id', NEW.customer_id, 'product_id', NEW.product_id)));
END;
CREATE TRIGGER IF NOT EXISTS order_updated AFTER UPDATE ON orders BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'orders', 'resourceId', CAST(NEW.id AS TEXT), 'operation', 'update',
    'context', json_object('customer_id', NEW.customer_id, 'product_id', NEW.product_id,
                           'old', json_object('customer_id', OLD.customer_id, 'product_id', OLD.product_id))));
END;
CREATE TRIGGER IF NOT EXISTS order_deleted AFTER DELETE ON orders BEGIN
  INSERT INTO outbox (write) VALUES (json_object(
    'resourceType', 'orders', 'resourceId', CAST(OLD.id AS TEXT), 'operation', 'delete',
    'context', json_object('old', json_object('customer_id', OLD.customer_id, 'product_id', OLD.product_id))));
END;
