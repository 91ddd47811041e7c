CREATE TABLE agreement (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	step TEXT NOT NULL,
	file TEXT NOT NULL,
	history TEXT NOT NULL,
	review_on TEXT,
	created_at INTEGER NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (community, id)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX agreement_member ON agreement (community, member);

CREATE INDEX agreement_step ON agreement (community, step);

CREATE TABLE application (
	community BLOB NOT NULL,
	member BLOB NOT NULL,
	sponsor BLOB,
	cents INTEGER NOT NULL,
	newsletter INTEGER NOT NULL,
	applied_at INTEGER NOT NULL,
	PRIMARY KEY (community, member),
	CONSTRAINT application_newsletter_flag CHECK (newsletter BETWEEN 0 AND 1),
	CONSTRAINT application_cents CHECK (cents >= 0)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE ballot (
	community BLOB NOT NULL,
	resolution BLOB NOT NULL,
	member BLOB NOT NULL,
	college TEXT NOT NULL,
	choice TEXT NOT NULL,
	cast_at INTEGER NOT NULL,
	PRIMARY KEY (community, resolution, member),
	CONSTRAINT ballot_choice CHECK (choice IN ('yes', 'no', 'abstain'))
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE community_link (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	account BLOB NOT NULL,
	currency TEXT NOT NULL,
	other BLOB NOT NULL,
	other_link BLOB NOT NULL,
	accepted INTEGER NOT NULL,
	state TEXT NOT NULL,
	agreed_on TEXT NOT NULL,
	made_by BLOB NOT NULL,
	made_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT community_link_account UNIQUE (community, account),
	CONSTRAINT community_link_accepted CHECK (accepted >= 0),
	CONSTRAINT community_link_state CHECK (state IN ('open', 'closed'))
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE crossing (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	link BLOB NOT NULL,
	payer BLOB NOT NULL,
	other BLOB NOT NULL,
	payee BLOB NOT NULL,
	amount INTEGER NOT NULL,
	hold BLOB NOT NULL,
	payment BLOB NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT crossing_state_known CHECK (state IN ('held', 'paid', 'done', 'failed'))
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX crossing_state ON crossing (state, changed_at);

CREATE TABLE deal (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	listing BLOB NOT NULL,
	giver BLOB NOT NULL,
	receiver BLOB NOT NULL,
	minutes INTEGER NOT NULL,
	proposed_by BLOB NOT NULL,
	state TEXT NOT NULL,
	cheque TEXT,
	created_at INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT deal_minutes CHECK (minutes > 0),
	CONSTRAINT deal_two_people CHECK (giver <> receiver)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX deal_giver ON deal (community, giver);

CREATE INDEX deal_receiver ON deal (community, receiver);

CREATE TABLE dues (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	cents INTEGER NOT NULL,
	currency TEXT NOT NULL,
	months INTEGER NOT NULL,
	paid_on TEXT NOT NULL,
	through TEXT NOT NULL,
	entered_by BLOB NOT NULL,
	entered_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT dues_cents CHECK (cents >= 0),
	CONSTRAINT dues_months CHECK (months BETWEEN 1 AND 120)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX dues_member ON dues (community, member, through);

CREATE INDEX dues_through ON dues (community, through);

CREATE TABLE listing (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	account BLOB NOT NULL,
	kind TEXT NOT NULL,
	title TEXT NOT NULL,
	category TEXT NOT NULL,
	text TEXT NOT NULL,
	sphere TEXT NOT NULL,
	state TEXT NOT NULL,
	decided_by BLOB,
	reasons TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT listing_kind CHECK (kind IN ('offer', 'ask'))
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX listing_state ON listing (community, state, created_at);

CREATE TABLE need_said (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	words TEXT NOT NULL,
	place TEXT NOT NULL,
	said_at INTEGER NOT NULL,
	PRIMARY KEY (community, id)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX need_said_words ON need_said (community, words);

CREATE TABLE openness (
	community BLOB NOT NULL,
	indicators TEXT NOT NULL,
	set_by BLOB NOT NULL,
	set_at INTEGER NOT NULL,
	PRIMARY KEY (community)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE question (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	figure TEXT NOT NULL,
	text TEXT NOT NULL,
	asked_by BLOB NOT NULL,
	asked_at INTEGER NOT NULL,
	answer TEXT NOT NULL,
	answered_by BLOB,
	answered_at INTEGER,
	PRIMARY KEY (community, id)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX question_asked ON question (community, asked_at);

CREATE TABLE reconversion (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	account BLOB NOT NULL,
	currency TEXT NOT NULL,
	amount INTEGER NOT NULL,
	invoice TEXT NOT NULL,
	state TEXT NOT NULL,
	reasons TEXT NOT NULL,
	asked_at INTEGER NOT NULL,
	decided_by BLOB,
	decided_at INTEGER,
	PRIMARY KEY (community, id),
	CONSTRAINT reconversion_amount CHECK (amount > 0),
	CONSTRAINT reconversion_state_known CHECK (state IN ('asked', 'done', 'declined', 'withdrawn'))
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX reconversion_member ON reconversion (community, member);

CREATE INDEX reconversion_state ON reconversion (community, state, asked_at);

CREATE TABLE resolution (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	title TEXT NOT NULL,
	text TEXT NOT NULL,
	rules TEXT NOT NULL,
	entitled TEXT NOT NULL,
	currency TEXT,
	policy BLOB,
	since INTEGER,
	opens_at INTEGER NOT NULL,
	closes_at INTEGER NOT NULL,
	state TEXT NOT NULL,
	outcome TEXT NOT NULL,
	minutes TEXT NOT NULL,
	made_by BLOB NOT NULL,
	made_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT resolution_state CHECK (state IN ('announced', 'adopted', 'rejected', 'withdrawn')),
	CONSTRAINT resolution_times CHECK (opens_at < closes_at)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE sale (
	community BLOB NOT NULL,
	request BLOB NOT NULL,
	teller BLOB NOT NULL,
	member BLOB NOT NULL,
	taken_at INTEGER NOT NULL,
	PRIMARY KEY (community, request)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX sale_member ON sale (community, member, taken_at);

CREATE TABLE target (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	figure TEXT NOT NULL,
	value TEXT NOT NULL,
	note TEXT NOT NULL,
	set_by BLOB NOT NULL,
	set_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT target_figure UNIQUE (community, figure)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE teller (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	name TEXT NOT NULL,
	pin_hash TEXT NOT NULL,
	failures INTEGER NOT NULL,
	active INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT teller_name UNIQUE (community, member, name),
	CONSTRAINT teller_active_flag CHECK (active BETWEEN 0 AND 1)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE territory (
	community BLOB NOT NULL,
	drawing TEXT NOT NULL,
	set_by BLOB NOT NULL,
	set_at INTEGER NOT NULL,
	PRIMARY KEY (community)
)
 WITHOUT ROWID,
 STRICT
