CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.bundle (
    source text NOT NULL,
    release_id text NOT NULL,
    child_key text NOT NULL
);
CREATE TABLE public.cursor (
    source text NOT NULL,
    at timestamp with time zone,
    success_at timestamp with time zone
);
CREATE TABLE public.finding (
    source text NOT NULL,
    ticket_id text NOT NULL,
    rule_id text NOT NULL,
    verdict text NOT NULL,
    since timestamp with time zone NOT NULL,
    digest text NOT NULL
);
CREATE TABLE public.meta (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.run (
    id integer NOT NULL,
    started timestamp with time zone NOT NULL,
    ended timestamp with time zone,
    mode text NOT NULL,
    report jsonb,
    exit_code integer
);
CREATE SEQUENCE public.run_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.run_id_seq OWNED BY public.run.id;
CREATE TABLE public.sent (
    what text NOT NULL,
    day date NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.slot (
    id integer NOT NULL,
    target text NOT NULL,
    ticket text NOT NULL,
    kind text NOT NULL,
    container text NOT NULL,
    thread_kind text NOT NULL,
    once boolean NOT NULL,
    reason text NOT NULL,
    recipients jsonb NOT NULL,
    roles jsonb NOT NULL,
    desired_hash text NOT NULL,
    desired_body jsonb NOT NULL,
    desired_rev integer NOT NULL,
    applied_hash text,
    applied_rev integer,
    remote_id text,
    at_container text NOT NULL,
    at_thread text NOT NULL,
    phase text NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamp with time zone,
    last_error text NOT NULL,
    first_attempt_at timestamp with time zone,
    fence integer NOT NULL,
    lease_owner text,
    lease_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone,
    closed boolean NOT NULL
);
CREATE SEQUENCE public.slot_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.slot_id_seq OWNED BY public.slot.id;
CREATE TABLE public.ticket (
    source text NOT NULL,
    id text NOT NULL,
    key text NOT NULL,
    url text NOT NULL,
    version_seen text NOT NULL,
    updated timestamp with time zone NOT NULL,
    state text NOT NULL,
    team text NOT NULL,
    planned_start timestamp with time zone,
    summary text NOT NULL,
    snapshot jsonb NOT NULL,
    snapshot_hash text NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    first_state text NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    gone_at timestamp with time zone,
    settle_by timestamp with time zone,
    look_again_at timestamp with time zone
);
CREATE TABLE public.waiver (
    id integer NOT NULL,
    ticket text NOT NULL,
    rule_id text NOT NULL,
    reason text NOT NULL,
    by_id text NOT NULL,
    by_name text NOT NULL,
    role text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_by text NOT NULL
);
CREATE SEQUENCE public.waiver_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.waiver_id_seq OWNED BY public.waiver.id;
ALTER TABLE ONLY public.run ALTER COLUMN id SET DEFAULT nextval('public.run_id_seq'::regclass);
ALTER TABLE ONLY public.slot ALTER COLUMN id SET DEFAULT nextval('public.slot_id_seq'::regclass);
ALTER TABLE ONLY public.waiver ALTER COLUMN id SET DEFAULT nextval('public.waiver_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0003');
INSERT INTO public.bundle VALUES ('jira', '1', 'CHG-2');
INSERT INTO public.cursor VALUES ('jira', '2026-01-05 08:30:00+00', '2026-01-05 08:30:00+00');
INSERT INTO public.finding VALUES ('jira', '1', 'ICR-09', 'missing', '2026-01-05 08:30:00+00', 'digest');
INSERT INTO public.meta VALUES ('name', 'value');
INSERT INTO public.run VALUES (1, '2026-01-05 08:30:00+00', '2026-01-05 08:30:00+00', 'act', '{"mode": "act", "exit_code": 0}', 1);
INSERT INTO public.sent VALUES ('what', '2026-01-05', '2026-01-05 08:30:00+00');
INSERT INTO public.slot VALUES (1, 'jira', 'jira:1', 'comment', '1', '', false, 'reason', '[]', '[]', 'h1', '[]', 1, 'h1', 1, '501', '1', '', 'idle', 1, NULL, '', '2026-01-05 08:30:00+00', 1, NULL, NULL, '2026-01-05 08:30:00+00', '2026-01-05 08:30:00+00', false);
INSERT INTO public.ticket VALUES ('jira', '1', 'CHG-1', 'url', 'version_seen', '2026-01-05 08:30:00+00', 'scheduled', 'team', '2026-01-05 08:30:00+00', 'Loon — “é” 🚦', '{"ticket": {"key": "CHG-1", "approvals": [{"person": {"id": "acc-9", "name": "Karim Aziz"}}]}}', 'snapshot_hash', '2026-01-05 08:30:00+00', 'assess', '2026-01-05 08:30:00+00', NULL, '2026-01-05 08:30:00+00', '2026-01-05 08:30:00+00');
INSERT INTO public.waiver VALUES (1, 'jira:1', 'ICR-09', 'reason', 'acc-9', 'Karim Aziz', 'cab', '2026-01-05 08:30:00+00', '2026-01-05 08:30:00+00', NULL, '');
SELECT pg_catalog.setval('public.run_id_seq', 1, true);
SELECT pg_catalog.setval('public.slot_id_seq', 1, true);
SELECT pg_catalog.setval('public.waiver_id_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.bundle
    ADD CONSTRAINT pk_bundle PRIMARY KEY (source, release_id, child_key);
ALTER TABLE ONLY public.cursor
    ADD CONSTRAINT pk_cursor PRIMARY KEY (source);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT pk_finding PRIMARY KEY (source, ticket_id, rule_id);
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT pk_meta PRIMARY KEY (name);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT pk_run PRIMARY KEY (id);
ALTER TABLE ONLY public.sent
    ADD CONSTRAINT pk_sent PRIMARY KEY (what, day);
ALTER TABLE ONLY public.slot
    ADD CONSTRAINT pk_slot PRIMARY KEY (id);
ALTER TABLE ONLY public.ticket
    ADD CONSTRAINT pk_ticket PRIMARY KEY (source, id);
ALTER TABLE ONLY public.waiver
    ADD CONSTRAINT pk_waiver PRIMARY KEY (id);
ALTER TABLE ONLY public.slot
    ADD CONSTRAINT uq_slot_target_ticket_kind UNIQUE (target, ticket, kind);
CREATE INDEX ix_slot_ticket ON public.slot USING btree (ticket);
CREATE INDEX ix_ticket_source_key ON public.ticket USING btree (source, key);
CREATE INDEX ix_waiver_ticket ON public.waiver USING btree (ticket);
ALTER TABLE ONLY public.bundle
    ADD CONSTRAINT fk_bundle_ticket FOREIGN KEY (source, release_id) REFERENCES public.ticket(source, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT fk_finding_ticket FOREIGN KEY (source, ticket_id) REFERENCES public.ticket(source, id) ON DELETE CASCADE;
