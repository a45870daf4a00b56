CREATE SCHEMA "parley";
--> statement-breakpoint
CREATE TABLE "parley"."conversations" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"title" text,
	"title_key" text,
	"is_renamed" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "conversations_owner" UNIQUE("id","user_id")
);
--> statement-breakpoint
ALTER TABLE "parley"."conversations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parley"."ledger" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"user_id" text NOT NULL,
	"plan" text NOT NULL,
	"session_id" text,
	"turn_id" text,
	"stage" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"purpose" text NOT NULL,
	"audio_ms" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"cached_input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"characters" bigint DEFAULT 0 NOT NULL,
	"micro_usd" bigint NOT NULL,
	"is_priced" boolean NOT NULL,
	"is_estimated" boolean NOT NULL
);
--> statement-breakpoint
ALTER TABLE "parley"."ledger" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parley"."recordings" (
	"id" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"user_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"file" text NOT NULL,
	"bytes" bigint NOT NULL,
	"duration_ms" bigint NOT NULL,
	"key_id" text
);
--> statement-breakpoint
ALTER TABLE "parley"."recordings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parley"."removed_conversations" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "parley"."removed_conversations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parley"."sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"conversation_id" text NOT NULL,
	"user_id" text NOT NULL,
	"instance" text NOT NULL,
	"client" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"duration_ms" bigint DEFAULT 0 NOT NULL,
	"close_reason" text,
	CONSTRAINT "sessions_owner" UNIQUE("id","conversation_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "parley"."sessions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parley"."turns" (
	"id" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"user_id" text NOT NULL,
	"revision" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"offset_ms" bigint NOT NULL,
	"trigger" text NOT NULL,
	"user_text" text,
	"reply_text" text,
	"unheard_text" text,
	"text_key" text,
	"was_interrupted" boolean NOT NULL,
	"timeline" jsonb NOT NULL,
	"providers" jsonb NOT NULL,
	"error" text
);
--> statement-breakpoint
ALTER TABLE "parley"."turns" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parley"."users" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"plan" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "parley"."users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "parley"."conversations" ADD CONSTRAINT "conversations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "parley"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parley"."recordings" ADD CONSTRAINT "recordings_session" FOREIGN KEY ("session_id","conversation_id","user_id") REFERENCES "parley"."sessions"("id","conversation_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parley"."sessions" ADD CONSTRAINT "sessions_conversation" FOREIGN KEY ("conversation_id","user_id") REFERENCES "parley"."conversations"("id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parley"."turns" ADD CONSTRAINT "turns_session" FOREIGN KEY ("session_id","conversation_id","user_id") REFERENCES "parley"."sessions"("id","conversation_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversations_latest" ON "parley"."conversations" USING btree ("user_id","updated_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "ledger_of_user" ON "parley"."ledger" USING btree ("user_id","at");--> statement-breakpoint
CREATE INDEX "ledger_by_age" ON "parley"."ledger" USING btree ("at");--> statement-breakpoint
CREATE INDEX "ledger_of_session" ON "parley"."ledger" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "ledger_of_turn" ON "parley"."ledger" USING btree ("turn_id");--> statement-breakpoint
CREATE INDEX "recordings_of_conversation" ON "parley"."recordings" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "sessions_of_conversation" ON "parley"."sessions" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "sessions_running" ON "parley"."sessions" USING btree ("instance") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "turns_of_conversation" ON "parley"."turns" USING btree ("conversation_id","at");--> statement-breakpoint
CREATE INDEX "turns_of_session" ON "parley"."turns" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "turns_latest" ON "parley"."turns" USING btree ("user_id","at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "turns_by_age" ON "parley"."turns" USING btree ("at");--> statement-breakpoint
CREATE POLICY "conversations_own" ON "parley"."conversations" AS PERMISSIVE FOR ALL TO "parley_user" USING (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')) WITH CHECK (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));--> statement-breakpoint
CREATE POLICY "ledger_own" ON "parley"."ledger" AS PERMISSIVE FOR ALL TO "parley_user" USING (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')) WITH CHECK (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));--> statement-breakpoint
CREATE POLICY "recordings_own" ON "parley"."recordings" AS PERMISSIVE FOR ALL TO "parley_user" USING (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')) WITH CHECK (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));--> statement-breakpoint
CREATE POLICY "sessions_own" ON "parley"."sessions" AS PERMISSIVE FOR ALL TO "parley_user" USING (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')) WITH CHECK (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));--> statement-breakpoint
CREATE POLICY "turns_own" ON "parley"."turns" AS PERMISSIVE FOR ALL TO "parley_user" USING (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')) WITH CHECK (user_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));--> statement-breakpoint
CREATE POLICY "users_own" ON "parley"."users" AS PERMISSIVE FOR ALL TO "parley_user" USING (id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')) WITH CHECK (id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));