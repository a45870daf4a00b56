-- What every query of a user runs as. Roles belong to the whole server: another database of it, or
-- a relay that starts at the same time, may have made this one; so may an administrator, for an owner
-- of the database who may make none.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'parley_user') THEN
    CREATE ROLE parley_user NOLOGIN NOINHERIT;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
-- The relay's own role must be allowed to become it; as superuser it is anyway.
DO $$ BEGIN
  GRANT parley_user TO CURRENT_USER;
EXCEPTION WHEN insufficient_privilege OR unique_violation THEN NULL;
END $$;
