"""Alembic's entry: runs the steps on the connection that ``leadloop/database.py`` opened."""

from __future__ import annotations

from alembic import context

from features.facts.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
