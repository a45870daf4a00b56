-- A user reads their own rows, renames and deletes conversations, and leaves. Everything else is
-- written by the relay's own role.
GRANT USAGE ON SCHEMA parley TO parley_user;
--> statement-breakpoint
GRANT SELECT ON parley.users, parley.conversations, parley.sessions, parley.turns, parley.ledger, parley.recordings TO parley_user;
--> statement-breakpoint
GRANT UPDATE (title, title_key, is_renamed) ON parley.conversations TO parley_user;
--> statement-breakpoint
GRANT DELETE ON parley.users, parley.conversations TO parley_user;
--> statement-breakpoint
-- The ledger is append-only. The one change that is let through puts a pseudonym in the place of a
-- user's id.
CREATE FUNCTION parley.keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('parley.is_forgetting', true) = 'on'
    AND NEW.user_id LIKE 'deleted\_%'
    AND to_jsonb(NEW) - 'user_id' = to_jsonb(OLD) - 'user_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_rows_stay BEFORE UPDATE OR DELETE ON parley.ledger
  FOR EACH ROW EXECUTE FUNCTION parley.keep_ledger();
--> statement-breakpoint
CREATE TRIGGER ledger_stays BEFORE TRUNCATE ON parley.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION parley.keep_ledger();
--> statement-breakpoint
-- Called by a user who leaves: the amounts stay, without a way back to the user.
CREATE FUNCTION parley.forget_me() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
DECLARE
  me text := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
  pseudonym text := 'deleted_' || gen_random_uuid();
BEGIN
  PERFORM set_config('parley.is_forgetting', 'on', true);
  UPDATE parley.ledger SET user_id = pseudonym WHERE user_id = me;
  PERFORM set_config('parley.is_forgetting', 'off', true);
END $$;
--> statement-breakpoint
-- Records of a deleted conversation may still be on their way.
CREATE FUNCTION parley.remember_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO parley.removed_conversations (id, at) VALUES (OLD.id, now()) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER conversations_stay_removed AFTER DELETE ON parley.conversations
  FOR EACH ROW EXECUTE FUNCTION parley.remember_removed();
--> statement-breakpoint
REVOKE ALL ON FUNCTION parley.keep_ledger(), parley.forget_me(), parley.remember_removed() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION parley.forget_me() TO parley_user;
