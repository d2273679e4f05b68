-- How often an order was begun: one that ends the process each time is given up.
ALTER TABLE "order" ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
