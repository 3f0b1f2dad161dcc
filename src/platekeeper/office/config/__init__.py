"""How an installation is put together: data folder, database, settings, privileges, addresses of pages."""
