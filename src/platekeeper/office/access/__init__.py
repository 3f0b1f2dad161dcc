"""Nothing is seen without a record: access records, grants, the gate and the ledger in the database (SRC)."""
