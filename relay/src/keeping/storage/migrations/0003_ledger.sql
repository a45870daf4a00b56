ALTER TABLE "parley"."ledger" ADD COLUMN "cache_write_tokens" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- The guard of the ledger asked a function about each row, which took seconds for a user who leaves
-- after a year. What may never change is refused by the statement that names it; what stands in the
-- place of a user's id is checked without a function.
DROP TRIGGER ledger_rows_stay ON parley.ledger;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION parley.keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_rows_stay BEFORE DELETE ON parley.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION parley.keep_ledger();
--> statement-breakpoint
CREATE TRIGGER ledger_amounts_stay BEFORE UPDATE OF id, at, plan, session_id, turn_id, stage,
  provider, model, purpose, audio_ms, input_tokens, cached_input_tokens, cache_write_tokens,
  output_tokens, characters, micro_usd, is_priced, is_estimated ON parley.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION parley.keep_ledger();
--> statement-breakpoint
CREATE TRIGGER ledger_users_stay BEFORE UPDATE OF user_id ON parley.ledger FOR EACH ROW
  WHEN (current_setting('parley.is_forgetting', true) IS DISTINCT FROM 'on'
    OR NEW.user_id NOT LIKE 'deleted\_%')
  EXECUTE FUNCTION parley.keep_ledger();
--> statement-breakpoint
DROP FUNCTION parley.forget_me();
--> statement-breakpoint
-- Called by a user who leaves, until it returns less than `max_rows`: the amounts stay, without a way
-- back to the user. Each row is a new one in five indexes, and a statement has eight seconds.
CREATE FUNCTION parley.forget_me(pseudonym uuid, max_rows integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  me text := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
  forgotten integer;
BEGIN
  PERFORM set_config('parley.is_forgetting', 'on', true);
  UPDATE parley.ledger SET user_id = 'deleted_' || pseudonym
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM parley.ledger WHERE user_id = me LIMIT max_rows));
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  PERFORM set_config('parley.is_forgetting', 'off', true);
  RETURN forgotten;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION parley.forget_me(uuid, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION parley.forget_me(uuid, integer) TO parley_user;
