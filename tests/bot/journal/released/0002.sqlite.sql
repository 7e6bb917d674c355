BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE cursor (
	source TEXT NOT NULL, 
	at DATETIME, 
	success_at DATETIME, 
	CONSTRAINT pk_cursor PRIMARY KEY (source)
);
INSERT INTO "cursor" VALUES('jira','2026-01-05 08:30:00.000000','2026-01-05 08:30:00.000000');
CREATE TABLE finding (
	source TEXT NOT NULL, 
	ticket_id TEXT NOT NULL, 
	rule_id TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_finding PRIMARY KEY (source, ticket_id, rule_id), 
	CONSTRAINT fk_finding_ticket FOREIGN KEY(source, ticket_id) REFERENCES ticket (source, id) ON DELETE CASCADE
);
INSERT INTO "finding" VALUES('jira','1','ICR-09','missing','2026-01-05 08:30:00.000000','digest');
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('name','value');
CREATE TABLE run (
	id INTEGER NOT NULL, 
	started DATETIME NOT NULL, 
	ended DATETIME, 
	mode TEXT NOT NULL, 
	report JSON, 
	exit_code INTEGER, 
	CONSTRAINT pk_run PRIMARY KEY (id)
);
INSERT INTO "run" VALUES(1,'2026-01-05 08:30:00.000000','2026-01-05 08:30:00.000000','act','{"mode": "act", "exit_code": 0}',1);
CREATE TABLE sent (
	what TEXT NOT NULL, 
	day DATE NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_sent PRIMARY KEY (what, day)
);
INSERT INTO "sent" VALUES('what','2026-01-05','2026-01-05 08:30:00.000000');
CREATE TABLE slot (
	id INTEGER NOT NULL, 
	target TEXT NOT NULL, 
	ticket TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	container TEXT NOT NULL, 
	thread_kind TEXT NOT NULL, 
	once BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	recipients JSON NOT NULL, 
	roles JSON NOT NULL, 
	desired_hash TEXT NOT NULL, 
	desired_body JSON NOT NULL, 
	desired_rev INTEGER NOT NULL, 
	applied_hash TEXT, 
	applied_rev INTEGER, 
	remote_id TEXT, 
	at_container TEXT NOT NULL, 
	at_thread TEXT NOT NULL, 
	phase TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_attempt_at DATETIME, 
	last_error TEXT NOT NULL, 
	first_attempt_at DATETIME, 
	fence INTEGER NOT NULL, 
	lease_owner TEXT, 
	lease_until DATETIME, 
	created_at DATETIME NOT NULL, 
	applied_at DATETIME, 
	closed BOOLEAN NOT NULL, 
	CONSTRAINT pk_slot PRIMARY KEY (id), 
	CONSTRAINT uq_slot_target_ticket_kind UNIQUE (target, ticket, kind)
);
INSERT INTO "slot" VALUES(1,'jira','jira:1','comment','1','',0,'reason','[]','[]','h1','[]',1,'h1',1,'501','1','','idle',1,NULL,'','2026-01-05 08:30:00.000000',1,NULL,NULL,'2026-01-05 08:30:00.000000','2026-01-05 08:30:00.000000',0);
CREATE TABLE ticket (
	source TEXT NOT NULL, 
	id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	url TEXT NOT NULL, 
	version_seen TEXT NOT NULL, 
	updated DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	team TEXT NOT NULL, 
	planned_start DATETIME, 
	summary TEXT NOT NULL, 
	snapshot JSON NOT NULL, 
	snapshot_hash TEXT NOT NULL, 
	first_seen DATETIME NOT NULL, 
	first_state TEXT NOT NULL, 
	checked_at DATETIME NOT NULL, 
	gone_at DATETIME, settle_by DATETIME, look_again_at DATETIME, 
	CONSTRAINT pk_ticket PRIMARY KEY (source, id)
);
INSERT INTO "ticket" VALUES('jira','1','CHG-1','url','version_seen','2026-01-05 08:30:00.000000','scheduled','team','2026-01-05 08:30:00.000000','Loon — “é” 🚦','{"ticket": {"key": "CHG-1", "approvals": [{"person": {"id": "acc-9", "name": "Karim Aziz"}}]}}','snapshot_hash','2026-01-05 08:30:00.000000','assess','2026-01-05 08:30:00.000000',NULL,'2026-01-05 08:30:00.000000','2026-01-05 08:30:00.000000');
CREATE TABLE waiver (
	id INTEGER NOT NULL, 
	ticket TEXT NOT NULL, 
	rule_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	by_name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	ended_at DATETIME, 
	ended_by TEXT NOT NULL, 
	CONSTRAINT pk_waiver PRIMARY KEY (id)
);
INSERT INTO "waiver" VALUES(1,'jira:1','ICR-09','reason','acc-9','Karim Aziz','cab','2026-01-05 08:30:00.000000','2026-01-05 08:30:00.000000',NULL,'');
CREATE INDEX ix_ticket_source_key ON ticket (source, "key");
CREATE INDEX ix_slot_ticket ON slot (ticket);
CREATE INDEX ix_waiver_ticket ON waiver (ticket);
COMMIT;
