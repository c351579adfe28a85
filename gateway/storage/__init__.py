"""The store: schema, transactions and every query. SQLite by default, PostgreSQL in deployment."""
