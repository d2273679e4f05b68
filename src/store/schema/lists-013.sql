-- How often an order was begun: one that ends the process each time is given up.
ALTER TABLE "order" ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- Posts that could not be given another name.
ALTER TABLE erasure ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
