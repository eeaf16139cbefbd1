-- Tables for `gridlock locks`: what does a statement lock?
CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, UNIQUE KEY name (name));
INSERT INTO customers VALUES (1, 'ada'), (2, 'bob'), (3, 'eve');
CREATE TABLE orders (id INT PRIMARY KEY, customer INT NOT NULL, state INT NOT NULL DEFAULT 0, KEY customer (customer));
INSERT INTO orders VALUES (13, 1, 0), (19, 2, 1), (22, 1, 0), (28, 3, 0), (32, 2, 0), (41, 1, 1);
